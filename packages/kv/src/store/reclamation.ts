import type { Dict } from '../memory/dict.js';
import { META_WORD, VALUE_WORD, readWord } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Collections } from './collections.js';
import { STRING, TYPE_BITS } from './meta.js';

/** Keys that are given back between two looks at the clock. */
const STEP_KEYS = 512;

/** Gives back what is no longer reachable, a slice at a time: the tables of databases that were flushed, and large collections. */
export class Reclamation {
  readonly #memory: Memory;
  readonly #collections: Collections;
  readonly #dicts: Dict[] = [];

  constructor(memory: Memory, collections: Collections) {
    this.#memory = memory;
    this.#collections = collections;
  }

  /** Whether there is something to give back. */
  get pending(): boolean {
    return this.#dicts.length > 0 || this.#collections.condemned > 0;
  }

  /** Takes over a table with all its entries. */
  add(dict: Dict): void {
    this.#dicts.push(dict);
  }

  /** Works for about so long, and returns whether there is more to do. */
  slice(budgetMs: number): boolean {
    const endMs = performance.now() + budgetMs;
    while (this.#step()) {
      if (performance.now() >= endMs) return true;
    }
    return false;
  }

  #step(): boolean {
    // What was condemned comes first, for the tables add to it: a hundred small collections may be as much as one that is large.
    if (this.#collections.condemned > 0) this.#collections.disposeSlice();
    else if (this.#dicts.at(-1)?.dismantle(STEP_KEYS, (entry) => this.#free(entry)) === true) this.#dicts.pop();
    return this.pending;
  }

  #free(entry: number): void {
    if ((readWord(this.#memory, entry, META_WORD) & TYPE_BITS) !== STRING) this.#collections.dropLater(readWord(this.#memory, entry, VALUE_WORD));
    this.#memory.free(entry);
  }
}
