import { copyBytes } from '../memory/entry.js';
import type { Slice } from '../memory/slice.js';
import type { Database } from './database.js';

const CANDIDATES = 16;
/** Room for keys of usual length. */
const KEY_BYTES = 64;

/** A key that may be evicted: the larger its score, the sooner. The key is `key[0, length)`. */
export interface Candidate {
  score: number;
  database: Database | undefined;
  key: Buffer;
  length: number;
}

/**
 * The best candidates of those that were drawn lately. Each draw sees only a few keys; what is remembered from the last ones makes
 * the choice almost as good as if all had been seen. A candidate may be gone or used since, as its entry may have moved: it has the key.
 */
export class EvictionPool {
  /** By score, the best one last; those from `#count` on are spare. */
  readonly #candidates: Candidate[] = Array.from({ length: CANDIDATES }, () => (
    { score: 0, database: undefined, key: Buffer.alloc(KEY_BYTES), length: 0 }
  ));
  #count = 0;

  /** Takes a key up, if it is better than the worst one, which then makes room. */
  offer(score: number, database: Database, key: Slice): void {
    const candidates = this.#candidates;
    const isFull = this.#count === CANDIDATES;
    if (isFull && score <= (candidates[0] as Candidate).score) return;
    let at = isFull ? 0 : this.#count++;
    const candidate = candidates[at] as Candidate;
    for (; at + 1 < this.#count && (candidates[at + 1] as Candidate).score < score; at++) candidates[at] = candidates[at + 1] as Candidate;
    for (; at > 0 && (candidates[at - 1] as Candidate).score > score; at--) candidates[at] = candidates[at - 1] as Candidate;
    candidates[at] = candidate;
    fill(candidate, score, database, key);
  }

  /** The best one, until the next call; undefined if there is none left. */
  take(): Candidate | undefined {
    return this.#count === 0 ? undefined : this.#candidates[--this.#count];
  }

  clear(): void {
    this.#count = 0;
  }
}

function fill(candidate: Candidate, score: number, database: Database, key: Slice): void {
  if (key.length > candidate.key.length) candidate.key = Buffer.alloc(key.length);
  copyBytes(key.buffer, key.start, candidate.key, 0, key.length);
  candidate.length = key.length;
  candidate.score = score;
  candidate.database = database;
}
