import type { Dict } from '../../memory/dict.js';
import type { Capture } from '../../store/capture.js';
import type { Keyspace } from '../../store/keyspace.js';
import { Granules } from './granules.js';
import type { SnapshotWriter } from './snapshot-writer.js';

/** Granules of one step: about 512 keys, half a full segment of a table, which is looked through once for all of them. */
const STRIDE = 32;

/** A table with the number that its database had when the walk began. */
interface Table {
  readonly databaseIndex: number;
  readonly dict: Dict;
}

/**
 * Shows all keys to a writer, each once and as it was when the walk began, while commands go on changing them.
 *
 * The walk goes through the hash space granule by granule. Before a key changes, comes or goes, its granule is written in all tables if
 * that is not done yet: so a granule that is not done has nothing in it but what was there at the beginning, and nothing has to be copied or
 * remembered. Tables are held by themselves: what SWAPDB and FLUSHDB do to databases is nothing to the walk.
 */
export class SnapshotWalk implements Capture {
  /** Keys that there were when it began. */
  readonly keys: number;
  readonly #keyspace: Keyspace;
  readonly #writer: SnapshotWriter;
  readonly #tables: readonly Table[];
  readonly #granules: Granules;
  /** Tables that are nobody's any more. */
  readonly #kept: Dict[] = [];
  #next = 0;
  /** The database whose table is being visited. */
  #databaseIndex = 0;

  constructor(keyspace: Keyspace, writer: SnapshotWriter) {
    this.#keyspace = keyspace;
    this.#writer = writer;
    // What comes into a table that is empty now, comes later than the beginning.
    this.#tables = keyspace.databases.filter(({ size }) => size > 0).map(({ index, dict }) => ({ databaseIndex: index, dict }));
    this.keys = this.#tables.reduce((keys, { dict }) => keys + dict.size, 0);
    this.#granules = new Granules(this.keys);
  }

  /** Goes on until that time of `performance`, and returns whether there is more to do. Whatever the writer throws. */
  slice(endMs: number): boolean {
    while (this.#next < this.#granules.count) {
      this.#step();
      if (performance.now() >= endMs) break;
    }
    return this.#next < this.#granules.count;
  }

  /** Whatever the writer throws. */
  before(hash: number): void {
    const granule = this.#granules.of(hash);
    if (this.#granules.isDone(granule)) return;
    this.#visit(granule, 1, this.#write);
    this.#granules.finish(granule);
  }

  keep(dict: Dict): boolean {
    const isOurs = this.#tables.some((table) => table.dict === dict);
    if (isOurs) this.#kept.push(dict);
    return isOurs;
  }

  /** Gives back what it has kept. It may not go on afterwards. */
  end(): void {
    for (const dict of this.#kept) this.#keyspace.reclamation.add(dict);
  }

  #step(): void {
    const first = this.#next;
    this.#next = Math.min(first + STRIDE, this.#granules.count);
    this.#visit(first, this.#next - first, this.#writeUnlessDone);
    for (let granule = first; granule < this.#next; granule++) this.#granules.finish(granule);
  }

  #visit(first: number, count: number, visit: (entry: number, marked: boolean, hash: number) => void): void {
    const { width } = this.#granules;
    for (const { databaseIndex, dict } of this.#tables) {
      this.#databaseIndex = databaseIndex;
      dict.visit(first * width, (first + count) * width, visit);
    }
  }

  readonly #write = (entry: number): void => {
    this.#writer.entry(this.#databaseIndex, entry);
  };

  readonly #writeUnlessDone = (entry: number, _marked: boolean, hash: number): void => {
    if (!this.#granules.isDone(this.#granules.of(hash))) this.#writer.entry(this.#databaseIndex, entry);
  };
}
