import type { Log } from '@edgeloop/reactor';
import type { Random } from '@edgeloop/reactor/testing';
import { Registry } from '../../src/catalogue/registry.js';
import { commands } from '../../src/commands/index.js';
import type { DurableStore } from '../../src/durability/durable-store.js';
import { openStore } from '../../src/durability/open-store.js';
import { KvApi } from '../../src/embedded/kv-api.js';
import { Frontend } from '../../src/plugin/frontend.js';
import type { FsyncPolicy } from '../../src/server/durability.js';
import { Server } from '../../src/server/server.js';
import { kvOptions } from '../../src/server/settings.js';
import { LocalClient } from './local-server.js';
import { ManualTimers } from './manual-timers.js';
import type { PowerLossDisk } from './power-loss-disk.js';

const registry = new Registry(commands);
const QUIET: Log = { error() {}, warn() {}, info() {}, debug() {}, child: () => QUIET, isLevelEnabled: () => false };
const TEXTS = 7;
const BULK_BYTES = 1500;
const SECOND_MS = 1000;
const INCARNATION_DIGITS = 3;

/** How many turns a server has promised to keep, and since which moment of the disk. */
export class Promises {
  readonly #promises: { readonly moment: number; readonly turns: number }[] = [];

  promise(moment: number, turns: number): void {
    this.#promises.push({ moment, turns: Math.max(turns, this.at(moment)) });
  }

  /** So many turns have to be there after a power loss at this moment. */
  at(moment: number): number {
    return this.#promises.findLast((promise) => promise.moment <= moment)?.turns ?? 0;
  }
}

/**
 * A server whose disk may lose power at any moment. Each of its turns is a transaction that leaves its traces in several keys: they
 * tell how many turns there have been, and whether one has happened by halves.
 */
export class CrashingStore {
  turns: number;
  readonly #disk: PowerLossDisk;
  readonly #policy: FsyncPolicy;
  readonly #timers = new ManualTimers();
  readonly #client: LocalClient;
  readonly #api: KvApi<string>;
  readonly #store: DurableStore;
  readonly #promises: Promises;
  readonly #incarnation: string;
  #acknowledged: number;

  /**
   * Starts with what is on the disk. Its turns bear the number of its incarnation: those of a later one never come before those of
   * an earlier one. Error: EL_STORE_CORRUPT.
   */
  constructor(disk: PowerLossDisk, policy: FsyncPolicy, promises = new Promises(), incarnation = 0) {
    this.#disk = disk;
    this.#policy = policy;
    this.#promises = promises;
    this.#incarnation = String(incarnation).padStart(INCARNATION_DIGITS, '0');
    const server = new Server(kvOptions.parse({ appendfsync: policy, databases: 1 }), this.#timers);
    this.#store = openStore({ server, disk, log: QUIET, wake() {}, waitFor() {} }, registry);
    this.#client = new LocalClient(new Frontend(server, registry));
    this.#api = KvApi.of({ server, registry });
    this.turns = this.#count();
    this.#acknowledged = this.turns;
    // It serves what was perhaps never synced by the one before it.
    this.#promise(this.turns);
  }

  /** Does something that a server does, or that befalls it. */
  step(random: Random): void {
    const die = random.below(100);
    if (die < 55) this.turn(random.chance(0.2));
    else if (die < 75) this.#endSyncs();
    else if (die < 82) this.#passSeconds();
    else if (die < 90) this.#store.startSnapshot();
    else if (die < 92) this.snapshot();
    else this.#timers.elapse(SECOND_MS / 100);
    this.#hear(this.#client.received());
  }

  /** One turn of the loop: what it changes is written before it ends. */
  turn(isBulky = false): void {
    const number = ++this.turns;
    const text = isBulky ? `${number}`.padEnd(BULK_BYTES, '.') : `${number}`;
    this.#hear(this.#client.send('MULTI', `RPUSH history ${this.#incarnation}:${number}`, `SET text:${number % TEXTS} ${text}`, 'INCR count', 'EXEC'));
    this.#store.write();
  }

  /** Makes a snapshot at once. */
  snapshot(): void {
    this.#store.snapshotNow();
  }

  /** Ends in order. */
  close(): void {
    this.#store.close();
    this.#promise(this.turns);
  }

  #endSyncs(): void {
    this.#disk.endSyncs();
    this.#store.write();
  }

  /** Long enough, but with `no`, for all that there is to be synced: one sync may have been under way, and the next one begins then. */
  #passSeconds(): void {
    for (const _ of [1, 2]) {
      this.#timers.elapse(SECOND_MS);
      this.#endSyncs();
    }
    if (this.#policy !== 'no') this.#promise(this.turns);
  }

  /** Each transaction has a reply of three. With `always` that is a promise. */
  #hear(text: string): void {
    this.#acknowledged += text.split('*3').length - 1;
    if (this.#policy === 'always') this.#promise(this.#acknowledged);
  }

  #promise(turns: number): void {
    // Who has been killed says nothing any more.
    if (!this.#disk.isDeserted) this.#promises.promise(this.#disk.moment, turns);
  }

  /** How many turns there have been. Throws if the keys do not agree on that. */
  #count(): number {
    const history = this.#api.call('LRANGE', 'history', 0, -1) as string[];
    const turns = history.length;
    const incarnations = history.map((turn) => turn.slice(0, INCARNATION_DIGITS));
    if (incarnations.join() !== incarnations.toSorted().join()) throw new Error(`turns that had been cut off have come back: ${history.join(' ')}`);
    const texts = Array.from({ length: TEXTS }, (_, i) => this.#api.get(`text:${i}`)?.replaceAll('.', '') ?? '');
    const found = { history: history.map((turn) => turn.slice(INCARNATION_DIGITS + 1)).join(), count: Number(this.#api.get('count')), texts: texts.join() };
    const numbers = Array.from({ length: turns }, (_, i) => i + 1);
    const expectedTexts = texts.map((_, i) => numbers.findLast((number) => number % TEXTS === i) ?? '');
    const expected = { history: numbers.join(), count: turns, texts: expectedTexts.join() };
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`turns have happened by halves: ${JSON.stringify(found)}`);
    return turns;
  }
}
