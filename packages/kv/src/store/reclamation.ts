import type { Dict } from '../memory/dict.js';
import { META_WORD, VALUE_WORD, readWord } from '../memory/entry.js';
import type { Memory } from '../memory/memory.js';
import type { Collections } from './collections.js';
import { STRING, TYPE_BITS } from './meta.js';

/** Keys that a slice gives back: well below a millisecond. */
const SLICE_KEYS = 2048;

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

  /** Does one slice, and returns whether there is more to do. */
  slice(): boolean {
    const dict = this.#dicts.at(-1);
    if (dict === undefined) return this.#collections.disposeSlice();
    if (dict.dismantle(SLICE_KEYS, (entry) => this.#free(entry))) this.#dicts.pop();
    return this.pending;
  }

  #free(entry: number): void {
    if ((readWord(this.#memory, entry, META_WORD) & TYPE_BITS) !== STRING) this.#collections.drop(readWord(this.#memory, entry, VALUE_WORD));
    this.#memory.free(entry);
  }
}
