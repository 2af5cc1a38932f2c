import type { Integer64 } from '../bytes/integer.js';
import { addWrapped, subtractWrapped } from '../bytes/words.js';
import { filled } from './filled.js';
import { type NodeVisitor, StreamEntries, type Trimming } from './stream-entries.js';
import { StreamGroup } from './stream-group.js';
import { StreamId } from './stream-id.js';
import type { FieldList, StreamEntry } from './stream-node.js';
import type { Collection, ValueContext } from './value-context.js';

/** Of a stream that is disposed of: what a consumer group costs besides its pending entries. */
const GROUP_COST = 8;

/** Entries in the order of their ids, and the groups of consumers that read them. */
export class StreamValue implements Collection {
  /** The last id that was given, also if its entry is deleted. */
  readonly lastId = new StreamId();
  /** The first id that there is, or 0-0. */
  readonly firstId = new StreamId();
  /** The highest id that was deleted one by one, or 0-0. */
  readonly maxDeletedId = new StreamId();
  /** How many entries were ever added, or what XSETID says. */
  entriesAdded: Integer64 = 0;
  readonly #context: ValueContext;
  readonly #entries: StreamEntries;
  readonly #groups = new Map<string, StreamGroup>();

  constructor(context: ValueContext, entries = new StreamEntries(context)) {
    this.#context = context;
    this.#entries = entries;
  }

  get type(): 'stream' {
    return 'stream';
  }

  get encoding(): 'stream' {
    return 'stream';
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    let { bytes } = this.#entries;
    for (const group of this.#groups.values()) bytes += group.bytes;
    return bytes;
  }

  get nodeCount(): number {
    return this.#entries.nodeCount;
  }

  // --- Entries

  /**
   * Appends an entry with fields and values `from` to `to` of the list. Its id must be above the last one.
   * Error: OutOfMemory; then nothing has changed.
   */
  append(id: StreamId, list: FieldList, from: number, to: number): void {
    this.#entries.append(id, list, from, to);
    this.entriesAdded = addWrapped(this.entriesAdded, 1);
    this.lastId.copyFrom(id);
    if (this.size === 1) this.firstId.copyFrom(id);
  }

  /** The entry with this id, until the next call of any stream. */
  find(id: StreamId): StreamEntry | undefined {
    return this.#entries.find(id);
  }

  /** Visits at most `limit` entries between two ids, both included, and returns how many. The entries must not change meanwhile. */
  range(from: StreamId, to: StreamId, reversed: boolean, limit: number, visit: (entry: StreamEntry) => void): number {
    return this.#entries.range(from, to, reversed, limit, visit);
  }

  /** Visits all nodes, as they are dumped. They must not change meanwhile. */
  forEachNode(visit: NodeVisitor): void {
    this.#entries.forEachNode(visit);
  }

  /** Becomes the last id that there is, or 0-0. */
  readLast(target: StreamId): void {
    this.#entries.readLast(target);
  }

  /** Removes an entry, and says whether it was there. */
  delete(id: StreamId): boolean {
    if (!this.#entries.delete(id)) return false;
    if (id.compare(this.maxDeletedId) > 0) this.maxDeletedId.copyFrom(id);
    if (id.compare(this.firstId) === 0) this.#entries.readFirst(this.firstId);
    return true;
  }

  /** Removes entries from the beginning on, and returns how many. */
  trim(trimming: Trimming): number {
    const removed = this.#entries.trim(trimming);
    if (removed > 0) this.#entries.readFirst(this.firstId);
    return removed;
  }

  // --- Groups

  get groupCount(): number {
    return this.#groups.size;
  }

  /** In the order of their names, each character of which is a byte. */
  get groups(): [name: string, group: StreamGroup][] {
    return [...this.#groups].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  group(name: string): StreamGroup | undefined {
    return this.#groups.get(name);
  }

  /** Adds a group that is not there, which has read all up to an id. */
  addGroup(name: string, lastId: StreamId, entriesRead: Integer64 | undefined): void {
    this.#groups.set(name, new StreamGroup(this.#context.memory, lastId, entriesRead));
  }

  /** Removes a group, and says whether it was there. */
  removeGroup(name: string): boolean {
    this.#groups.get(name)?.dispose(Number.POSITIVE_INFINITY);
    return this.#groups.delete(name);
  }

  /** Notes that a group has read the entries up to this one, which is the next for it. */
  advance(group: StreamGroup, id: StreamId): void {
    if (group.entriesRead !== undefined && !this.#hasGapsFrom(id)) group.entriesRead = addWrapped(group.entriesRead, 1);
    else if (this.entriesAdded !== 0) group.entriesRead = this.#entriesUpTo(id);
    group.lastId.copyFrom(id);
  }

  /** How many entries a group has still to read; undefined if nobody knows. */
  lagOf(group: StreamGroup): Integer64 | undefined {
    if (this.entriesAdded === 0) return 0;
    const read = group.entriesRead !== undefined && !this.#hasGapsFrom(group.lastId) ? group.entriesRead : this.#entriesUpTo(group.lastId);
    return read === undefined ? undefined : subtractWrapped(this.entriesAdded, read);
  }

  /** Whether entries from this id on may have been deleted one by one, so that they cannot be counted. */
  #hasGapsFrom(id: StreamId): boolean {
    return this.size > 0 && this.#hasGaps && id.compare(this.maxDeletedId) <= 0;
  }

  /** Whether entries behind the first one may have been deleted one by one. */
  get #hasGaps(): boolean {
    return !this.maxDeletedId.isZero && this.maxDeletedId.compare(this.firstId) >= 0;
  }

  /** How many entries up to this id were ever added; undefined if nobody knows. */
  #entriesUpTo(id: StreamId): Integer64 | undefined {
    if (this.entriesAdded === 0) return 0;
    const fromLast = id.compare(this.lastId);
    if (fromLast === 0 || (fromLast < 0 && this.size === 0)) return this.entriesAdded;
    if (fromLast > 0 || this.#hasGaps) return undefined;
    const fromFirst = id.compare(this.firstId);
    if (fromFirst > 0) return undefined;
    return addWrapped(this.entriesAdded, (fromFirst === 0 ? 1 : 0) - this.size);
  }

  // --- As a whole

  /** Error: OutOfMemory, and nothing is left behind. */
  copy(): StreamValue {
    return filled(new StreamValue(this.#context, this.#entries.copy()), (copy) => this.#copyStateTo(copy));
  }

  #copyStateTo(copy: StreamValue): void {
    copy.lastId.copyFrom(this.lastId);
    copy.firstId.copyFrom(this.firstId);
    copy.maxDeletedId.copyFrom(this.maxDeletedId);
    copy.entriesAdded = this.entriesAdded;
    for (const [name, group] of this.#groups) copy.#groups.set(name, group.copy());
  }

  dispose(budget: number): boolean {
    if (!this.#entries.dispose(budget)) return false;
    let left = budget;
    for (const [name, group] of this.#groups) {
      if (left <= 0 || !group.dispose(left)) return false;
      this.#groups.delete(name);
      left -= GROUP_COST;
    }
    return true;
  }
}
