import { EXPIRES } from '../memory/entry.js';
import type { AccessClock } from './access-clock.js';
import type { Database } from './database.js';
import { EvictionPool } from './eviction-pool.js';
import type { EvictionPolicy, EvictionSettings } from './eviction-policy.js';
import type { Reclamation } from './reclamation.js';

/** What eviction needs of a keyspace. */
export interface EvictableKeyspace {
  readonly databases: readonly Database[];
  readonly access: AccessClock;
  readonly reclamation: Reclamation;
  readonly usedBytes: number;
  readonly random: () => number;
}

const MAX_FREQUENCY = 255;

/**
 * Removes keys when more memory is used than `maxmemory` allows. Which one is the best to go is estimated from samples, as Redis does:
 * a list of all keys by their use would cost every key memory, and every command time.
 */
export class Eviction {
  readonly #keyspace: EvictableKeyspace;
  readonly #pool = new EvictionPool();
  #maxBytes = 0;
  #policy: EvictionPolicy = 'noeviction';
  #samples = 5;
  #volatileOnly = false;
  /** The database of the last key that was drawn to be evicted, where it is by chance. */
  #lastDatabase = 0;

  constructor(keyspace: EvictableKeyspace) {
    this.#keyspace = keyspace;
  }

  /** To be called at the start, and when CONFIG SET has changed one of these. */
  configure({ maxmemory, maxmemoryPolicy, maxmemorySamples }: EvictionSettings): void {
    this.#maxBytes = maxmemory;
    this.#policy = maxmemoryPolicy;
    this.#samples = maxmemorySamples;
    this.#volatileOnly = maxmemoryPolicy.startsWith('volatile');
    this.#keyspace.access.lfu = maxmemoryPolicy.endsWith('lfu');
    this.#pool.clear();
  }

  /** Whether more memory is used than may be. */
  get isNeeded(): boolean {
    return this.#maxBytes !== 0 && this.#keyspace.usedBytes > this.#maxBytes;
  }

  /** Works for about so long: `done` if there is enough memory now, `more` if it has to go on, `stuck` if no key may be evicted. */
  slice(budgetMs: number): 'done' | 'more' | 'stuck' {
    const endMs = performance.now() + budgetMs;
    while (this.isNeeded) {
      // What was removed but is not yet given back counts: it must not cost other keys their place.
      if (this.#keyspace.reclamation.pending) this.#keyspace.reclamation.slice(0);
      else if (!this.#evictOne()) return 'stuck';
      if (performance.now() >= endMs) return this.isNeeded ? 'more' : 'done';
    }
    return 'done';
  }

  #evictOne(): boolean {
    if (this.#policy === 'noeviction') return false;
    return this.#policy.endsWith('random') ? this.#evictAny() : this.#evictBest();
  }

  /** From one database after the other. */
  #evictAny(): boolean {
    const { databases, random } = this.#keyspace;
    for (let passed = 0; passed < databases.length; passed++) {
      this.#lastDatabase = (this.#lastDatabase + 1) % databases.length;
      const database = databases[this.#lastDatabase] as Database;
      if (this.#candidatesIn(database) === 0) continue;
      database.lose(database.dict.random(random, this.#volatileOnly), 'evicted');
      return true;
    }
    return false;
  }

  #evictBest(): boolean {
    while (this.#draw()) {
      for (let best = this.#pool.take(); best !== undefined; best = this.#pool.take()) {
        const database = best.database as Database;
        const entry = database.find(best.key, 0, best.length);
        if (entry === 0 || (this.#volatileOnly && (database.metaOf(entry) & EXPIRES) === 0)) continue;
        database.lose(entry, 'evicted');
        return true;
      }
    }
    return false;
  }

  /** Offers samples of all databases to the pool. Returns false if there is no key that may be evicted. */
  #draw(): boolean {
    const { databases, random } = this.#keyspace;
    let isAny = false;
    for (const database of databases) {
      if (this.#candidatesIn(database) === 0) continue;
      isAny = true;
      for (let i = 0; i < this.#samples; i++) {
        const entry = database.dict.random(random, this.#volatileOnly);
        this.#pool.offer(this.#score(database, entry), database, database.keyRange(entry));
      }
    }
    return isAny;
  }

  #candidatesIn(database: Database): number {
    return this.#volatileOnly ? database.expiring : database.size;
  }

  /** The larger, the sooner a key goes. */
  #score(database: Database, entry: number): number {
    if (this.#policy === 'volatile-ttl') return -database.deadlineOf(entry);
    const { access } = this.#keyspace;
    const meta = database.metaOf(entry);
    return access.lfu ? MAX_FREQUENCY - access.frequency(meta) : access.idleSeconds(meta);
  }
}
