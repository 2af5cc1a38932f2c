import { deadlineOf } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Database } from './database.js';

/** So many keys with a deadline are a sample: if no more than a tenth of them have expired, a database has had enough for now. */
const SAMPLE_KEYS = 1000;
const ACCEPTABLE_SHARE = 0.1;
/** Keys that are removed between two looks at the clock: few, as collections take their time. */
const STEP_KEYS = 8;
/** How much a slice changes the running averages. */
const WEIGHT = 0.05;

/** What the cycle needs of a keyspace. */
export interface ExpiringKeyspace {
  readonly memory: Memory;
  readonly databases: readonly Database[];
  readonly nowMs: number;
}

/** Where the walk through a database is, and what it has seen. */
interface Walk {
  cursor: number;
  averageTtlMs: number;
}

/**
 * Removes keys whose deadline has come though nobody looks for them: it walks through the entries with a deadline of all databases,
 * in slices, and goes on in a database as long as much of what it meets has expired.
 */
export class ExpiryCycle {
  /** DEBUG SET-ACTIVE-EXPIRE turns it off: keys then stay until somebody looks for them. */
  active = true;
  /** Percent of the keys with a deadline that have expired and are still there, as estimated from the last slices. */
  stalePercent = 0;
  /** Slices that ended because their time was up. */
  timeouts = 0;
  readonly #keyspace: ExpiringKeyspace;
  readonly #walks: Walk[];
  /** Databases whose turn is still to come. */
  readonly #queue: Database[] = [];
  /** Expired entries of one segment: so many of these. */
  readonly #due: number[] = [];
  #dueCount = 0;
  #seen = 0;
  #expired = 0;
  #ttlSumMs = 0;

  constructor(keyspace: ExpiringKeyspace) {
    this.#keyspace = keyspace;
    this.#walks = keyspace.databases.map(() => ({ cursor: 0, averageTtlMs: 0 }));
  }

  /** How long keys with a deadline have to live on the average, as estimated from those that were seen lately; 0 without any. */
  averageTtlMs(database: Database): number {
    return database.expiring === 0 ? 0 : (this.#walks[database.index] as Walk).averageTtlMs;
  }

  /** Begins a round through all databases. */
  begin(): void {
    if (!this.active || this.#queue.length > 0) return;
    for (const database of this.#keyspace.databases) {
      if (database.expiring > 0) this.#queue.push(database);
    }
  }

  /** Works in one database for about so long, and returns whether the round goes on. */
  slice(budgetMs: number): boolean {
    const database = this.active ? this.#queue.shift() : undefined;
    if (database === undefined) return false;
    this.#seen = this.#expired = this.#ttlSumMs = 0;
    this.#walk(database, performance.now() + budgetMs);
    this.#estimate(this.#walks[database.index] as Walk);
    if (this.#isStale) this.#queue.push(database);
    return this.#queue.length > 0;
  }

  #walk(database: Database, endMs: number): void {
    const walk = this.#walks[database.index] as Walk;
    do {
      const next = database.dict.sweep(walk.cursor, (entry) => this.#look(entry));
      // What is left of a segment is seen again by the next slice.
      if (!this.#expire(database, endMs)) return;
      walk.cursor = next;
      if (next === 0 || (this.#seen >= SAMPLE_KEYS && !this.#isStale)) return;
    } while (performance.now() < endMs);
    this.timeouts++;
  }

  #look(entry: number): void {
    const ttlMs = deadlineOf(this.#keyspace.memory, entry) - this.#keyspace.nowMs;
    this.#seen++;
    if (ttlMs <= 0) this.#due[this.#dueCount++] = entry;
    else this.#ttlSumMs += ttlMs;
  }

  /** Removes what is due, and returns whether there was time for all. */
  #expire(database: Database, endMs: number): boolean {
    const count = this.#dueCount;
    let done = 0;
    while (done < count) {
      database.lose(this.#due[done++] as number, 'expired');
      if (done % STEP_KEYS === 0 && performance.now() >= endMs) break;
    }
    const isAll = done === count;
    if (!isAll) this.timeouts++;
    this.#seen -= count - done;
    this.#expired += done;
    this.#dueCount = 0;
    return isAll;
  }

  get #isStale(): boolean {
    return this.#expired > this.#seen * ACCEPTABLE_SHARE;
  }

  #estimate(walk: Walk): void {
    if (this.#seen === 0) return;
    this.stalePercent += ((this.#expired / this.#seen) * 100 - this.stalePercent) * WEIGHT;
    const alive = this.#seen - this.#expired;
    if (alive === 0) return;
    const meanMs = this.#ttlSumMs / alive;
    walk.averageTtlMs = walk.averageTtlMs === 0 ? meanMs : walk.averageTtlMs + (meanMs - walk.averageTtlMs) * WEIGHT;
  }
}
