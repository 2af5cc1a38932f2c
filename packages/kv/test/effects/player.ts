/** Plays sequences of the differential test on a server in this process, where time passes when the player says so. */
import type { Random } from '../differential/random.js';
import { CURSOR, PAYLOAD, type Step, type Unit, connectionOfId } from '../differential/sequence.js';
import { type LocalClient, LocalServer } from '../support/local-server.js';

/** The server's day is one that is over: so no time that it notes is still to come for another one. */
const DAY_MS = 86_400_000;

export class Player {
  readonly local = new LocalServer();
  readonly #clients = new Map<number, LocalClient>();
  #payload = '';
  /** What the server adds to the time since its start, unless its heartbeat has looked at the clock. */
  #epochMs = this.local.server.epochMs - DAY_MS;

  play(unit: Unit, random: Random): void {
    for (const step of unit) this.#playStep(step);
    if (random.chance(0.02)) this.local.tick();
    if (random.chance(0.3)) this.#passTime(random.pick([1, 3, 10, 1000, 60_000]));
  }

  /** Connections and timers see the same time. */
  #passTime(ms: number): void {
    this.#epochMs += ms;
    this.local.elapse(ms);
  }

  #playStep({ connection, args, mode }: Step): void {
    if (mode === 'collect') return;
    if (/^debug$/i.test(args[0] ?? '') && /^sleep$/i.test(args[1] ?? '')) return this.#passTime(3);
    const client = this.#client(connection);
    this.local.server.epochMs = this.#epochMs;
    const reply = client.exchange(args.map((argument) => this.#filledIn(argument)));
    if (mode === 'dump') this.#payload = /^\$\d+\r\n([^]*)\r\n$/.exec(reply)?.[1] ?? '';
    if (mode === 'last' || client.phase !== 'open') {
      client.close();
      this.#clients.delete(connection);
    }
  }

  #filledIn(argument: string): string {
    if (argument === PAYLOAD) return this.#payload;
    if (argument === CURSOR) return '0';
    const named = connectionOfId(argument);
    return named === undefined ? argument : String(this.#client(named).client.id);
  }

  #client(connection: number): LocalClient {
    let client = this.#clients.get(connection);
    if (client === undefined) this.#clients.set(connection, (client = this.local.connect()));
    return client;
  }
}
