import { Client, type Errand, TEMPERS } from './client.js';
import type { Stage } from './stage.js';

const MAX_CLIENTS = 12;
/** Now and then come more than a listener accepts in one turn, who have little to say. */
const FLOODS = 0.02;
const FLOOD_CLIENTS = [70, 140] as const;
const FLOOD_BYTES = 20;
/** All have come by then. */
const ARRIVAL_MS = 100;

/** However slow the network is, all that was under way has arrived by then. */
const LEAVING_MS = 3_600_000;

/** Clients of one listener, which come one after the other, or many at once. */
export class Crowd {
  readonly #stage: Stage;
  readonly #port: number;
  readonly #errand: (maxBytes: number) => Errand;
  readonly #clients: Client[] = [];
  #expected = 0;

  /** `errand` makes what one of them has to say, which is so much at most. */
  constructor(stage: Stage, port: number, errand: (maxBytes: number) => Errand) {
    this.#stage = stage;
    this.#port = port;
    this.#errand = errand;
  }

  /** Has them come from now on. */
  come(): void {
    const { random, surroundings } = this.#stage;
    const flood = random.chance(FLOODS);
    const arrivalMs = flood || random.chance(0.3) ? 0 : ARRIVAL_MS;
    const maxBytes = flood ? FLOOD_BYTES : surroundings.peerBytes;
    this.#expected = flood ? random.between(...FLOOD_CLIENTS) : random.between(1, MAX_CLIENTS);
    for (let i = 0; i < this.#expected; i++) {
      const client = new Client(this.#stage, random.pick(TEMPERS), this.#errand(maxBytes));
      this.#stage.later((random.below(1000) / 1000) * arrivalMs, () => this.#arrive(client));
    }
  }

  /** Goes on until all have come and gone, and the reactor has heard of it. */
  async gone(): Promise<void> {
    const haveLeft = () => this.#clients.length === this.#expected && this.#clients.every(({ left }) => left);
    await this.#stage.until(haveLeft, Number.POSITIVE_INFINITY);
    await this.#stage.until(() => this.#stage.openLinks.length === 0, LEAVING_MS);
  }

  #arrive(client: Client): void {
    const peer = this.#stage.sim.connect({ port: this.#port }, client.events);
    this.#clients.push(client);
    client.begin(peer, this.#stage.linkAt(peer.localPort));
  }
}
