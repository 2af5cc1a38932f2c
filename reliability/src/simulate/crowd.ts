import { Client, type Errand, TEMPERS } from './client.js';
import type { Stage } from './stage.js';

const MAX_CLIENTS = 12;
/** All have come by then. */
const ARRIVAL_MS = 100;

/** However slow the network is, all that was under way has arrived by then. */
const LEAVING_MS = 3_600_000;

/** Clients of one listener, which come one after the other, or many at once. */
export class Crowd {
  readonly #stage: Stage;
  readonly #expected: number;
  readonly #clients: Client[] = [];

  /** `errand` makes what one of them has to say. */
  constructor(stage: Stage, port: number, errand: () => Errand) {
    const { random, sim } = stage;
    this.#stage = stage;
    this.#expected = random.between(1, MAX_CLIENTS);
    const arrivalMs = random.chance(0.3) ? 0 : ARRIVAL_MS;
    for (let i = 0; i < this.#expected; i++) {
      const [temper, said] = [random.pick(TEMPERS), errand()];
      stage.later(random.below(1000) / 1000 * arrivalMs, () => {
        const client = new Client(stage, temper, said);
        this.#clients.push(client);
        const peer = sim.connect({ port }, client.events);
        client.begin(peer, stage.linkAt(peer.localPort));
      });
    }
  }

  /** Goes on until all have come and gone, and the reactor has heard of it. */
  async gone(): Promise<void> {
    const haveLeft = () => this.#clients.length === this.#expected && this.#clients.every(({ left }) => left);
    await this.#stage.until(haveLeft, Number.POSITIVE_INFINITY);
    await this.#stage.until(() => this.#stage.openLinks.length === 0, LEAVING_MS);
  }
}
