import type { Memory } from '../memory/memory.js';
import type { Slice } from '../memory/slice.js';
import { filled } from './filled.js';
import { IdDirectory } from './id-directory.js';
import { MAX_ID, MIN_ID, StreamId } from './stream-id.js';
import {
  appendEntry, copyNode, createNode, deletedEntries, entriesEnd, type FieldList, firstEntry, listpackBytes, liveEntries, markDeleted, nextEntry,
  nodeElements, previousEntry, StreamEntry,
} from './stream-node.js';
import type { ValueContext } from './value-context.js';

/** How far a stream is to be cut. */
export interface Trimming {
  /** To so many entries, unless there is a `minId`. */
  readonly maxLength: number;
  /** To those from this id on. */
  readonly minId: StreamId | undefined;
  /** Only nodes go that can go as a whole. */
  readonly isApproximate: boolean;
  /** Whoever would have to remove more than so many entries stops before. */
  readonly limit: number;
}

/** Is shown a node: the id of its first entry, how many entries it has and how many that are deleted, and its elements. */
export type NodeVisitor = (id: StreamId, live: number, deleted: number, elements: Slice) => void;

/** Redis takes no larger nodes, whatever the limit. */
const MAX_NODE_BYTES = 2 ** 30;

/** The entry that is looked at: one for all, as nothing here is entered twice at a time. */
const ENTRY = new StreamEntry();
const NODE_ID = new StreamId();

/** The entries of a stream, in nodes that it owns. A node that is full is followed by another one; it is gone with its last entry. */
export class StreamEntries {
  size = 0;
  /** What the nodes take, in bytes. */
  bytes = 0;
  readonly #context: ValueContext;
  readonly #memory: Memory;
  readonly #nodes: IdDirectory;

  constructor(context: ValueContext) {
    this.#context = context;
    this.#memory = context.memory;
    this.#nodes = new IdDirectory(context.memory);
  }

  get nodeCount(): number {
    return this.#nodes.count;
  }

  /**
   * Appends an entry with fields and values `from` to `to` of the list. Its id must be above all others.
   * Error: OutOfMemory; then nothing has changed.
   */
  append(id: StreamId, list: FieldList, from: number, to: number): void {
    const memory = this.#memory;
    const last = this.#nodes.count - 1;
    if (last < 0 || this.#isFull(this.#nodes.at(last), list, from, to)) {
      const node = createNode(memory, id, list, from, to);
      this.#nodes.insert(last + 1, node);
      this.bytes += memory.capacity(node);
    } else {
      const node = this.#nodes.at(last);
      const before = memory.capacity(node);
      const grown = appendEntry(memory, node, id, list, from, to);
      this.#nodes.set(last, grown);
      this.bytes += memory.capacity(grown) - before;
    }
    this.size++;
  }

  /** Visits all nodes. They must not change meanwhile. */
  forEachNode(visit: NodeVisitor): void {
    const memory = this.#memory;
    for (let i = 0; i < this.#nodes.count; i++) {
      const node = this.#nodes.at(i);
      visit(this.#nodes.idAt(i, NODE_ID), liveEntries(memory, node), deletedEntries(memory, node), nodeElements(memory, node));
    }
  }

  /** The entry with this id, until the next call of any stream. */
  find(id: StreamId): StreamEntry | undefined {
    let found: StreamEntry | undefined;
    this.range(id, id, false, 1, (entry) => (found = entry));
    return found;
  }

  /** Becomes the first id of all, or 0-0 if there is none. */
  readFirst(target: StreamId): void {
    target.copyFrom(MIN_ID);
    this.range(MIN_ID, MAX_ID, false, 1, (entry) => target.copyFrom(entry.id));
  }

  /** Becomes the last id of all, or 0-0 if there is none. */
  readLast(target: StreamId): void {
    target.copyFrom(MIN_ID);
    this.range(MIN_ID, MAX_ID, true, 1, (entry) => target.copyFrom(entry.id));
  }

  /** Visits at most `limit` entries between two ids, both included, and returns how many. The stream must not change meanwhile. */
  range(from: StreamId, to: StreamId, reversed: boolean, limit: number, visit: (entry: StreamEntry) => void): number {
    return reversed ? this.#descend(from, to, limit, visit) : this.#ascend(from, to, limit, visit);
  }

  /** Removes an entry, and returns whether it was there. */
  delete(id: StreamId): boolean {
    const index = this.#nodes.indexOf(id);
    if (index < 0) return false;
    const memory = this.#memory;
    const node = this.#nodes.at(index);
    for (let at = firstEntry(memory, node); at < entriesEnd(memory, node); at = nextEntry(memory, node, at)) {
      const order = ENTRY.load(memory, node, at).id.compare(id);
      if (order > 0) return false;
      if (order < 0 || ENTRY.isDeleted) continue;
      this.size--;
      if (liveEntries(memory, node) === 1) this.#free(index);
      else markDeleted(memory, node, at);
      return true;
    }
    return false;
  }

  /** Removes entries from the beginning on, and returns how many. */
  trim(trimming: Trimming): number {
    const memory = this.#memory;
    const { maxLength, minId, isApproximate, limit } = trimming;
    const aim = minId === undefined ? maxLength : 0;
    let removed = 0;
    while (this.#nodes.count > 0 && this.size > aim) {
      const node = this.#nodes.at(0);
      const live = liveEntries(memory, node);
      if (removed + live > limit) break;
      const goesWhole = minId === undefined ? this.size - live >= maxLength : this.#lastOf(node).compare(minId) < 0;
      if (!goesWhole) return isApproximate ? removed : removed + this.#trimNode(node, trimming);
      this.size -= live;
      removed += live;
      this.#free(0);
    }
    return removed;
  }

  /** Error: OutOfMemory, and nothing is left behind. */
  copy(): StreamEntries {
    return filled(new StreamEntries(this.#context), (copy) => {
      for (let i = 0; i < this.#nodes.count; i++) {
        const node = copyNode(this.#memory, this.#nodes.at(i));
        copy.#nodes.insert(i, node);
        copy.bytes += this.#memory.capacity(node);
      }
      copy.size = this.size;
    });
  }

  /** Gives nodes back, about `budget` entries' worth of them, and returns whether all are. It may not be used afterwards. */
  dispose(budget: number): boolean {
    for (let left = budget; left > 0 && this.#nodes.count > 0; ) {
      const node = this.#nodes.pop();
      left -= Math.max(1, liveEntries(this.#memory, node));
      this.#memory.free(node);
    }
    return this.#nodes.count === 0;
  }

  #isFull(node: number, list: FieldList, from: number, to: number): boolean {
    const memory = this.#memory;
    const { streamNodeMaxBytes, streamNodeMaxEntries } = this.#context.limits;
    const maxBytes = streamNodeMaxBytes === 0 ? MAX_NODE_BYTES : Math.min(streamNodeMaxBytes, MAX_NODE_BYTES);
    let bytes = listpackBytes(memory, node);
    for (let i = from; i < to; i++) bytes += (list.ends[i] as number) - (list.starts[i] as number);
    if (bytes >= maxBytes) return true;
    return streamNodeMaxEntries > 0 && liveEntries(memory, node) + deletedEntries(memory, node) >= streamNodeMaxEntries;
  }

  #ascend(from: StreamId, to: StreamId, limit: number, visit: (entry: StreamEntry) => void): number {
    const memory = this.#memory;
    let visited = 0;
    for (let index = Math.max(0, this.#nodes.indexOf(from)); index < this.#nodes.count; index++) {
      const node = this.#nodes.at(index);
      const end = entriesEnd(memory, node);
      for (let at = firstEntry(memory, node); at < end; at = nextEntry(memory, node, at)) {
        if (visited === limit || ENTRY.load(memory, node, at).id.compare(to) > 0) return visited;
        if (ENTRY.isDeleted || ENTRY.id.compare(from) < 0) continue;
        visit(ENTRY);
        visited++;
      }
    }
    return visited;
  }

  #descend(from: StreamId, to: StreamId, limit: number, visit: (entry: StreamEntry) => void): number {
    const memory = this.#memory;
    let visited = 0;
    for (let index = this.#nodes.indexOf(to); index >= 0; index--) {
      const node = this.#nodes.at(index);
      const begin = firstEntry(memory, node);
      for (let at = entriesEnd(memory, node); at > begin; ) {
        at = previousEntry(memory, node, at);
        if (visited === limit || ENTRY.load(memory, node, at).id.compare(from) < 0) return visited;
        if (ENTRY.isDeleted || ENTRY.id.compare(to) > 0) continue;
        visit(ENTRY);
        visited++;
      }
    }
    return visited;
  }

  /** The last id of a node, which may be that of a deleted entry. */
  #lastOf(node: number): StreamId {
    return ENTRY.load(this.#memory, node, previousEntry(this.#memory, node, entriesEnd(this.#memory, node))).id;
  }

  /** Removes single entries of the first node. It stays even if none is left, as in Redis. */
  #trimNode(node: number, { maxLength, minId }: Trimming): number {
    const memory = this.#memory;
    let removed = 0;
    for (let at = firstEntry(memory, node); at < entriesEnd(memory, node); at = nextEntry(memory, node, at)) {
      ENTRY.load(memory, node, at);
      if (minId === undefined ? this.size <= maxLength : ENTRY.id.compare(minId) >= 0) break;
      if (ENTRY.isDeleted) continue;
      markDeleted(memory, node, at);
      this.size--;
      removed++;
    }
    return removed;
  }

  #free(index: number): void {
    const node = this.#nodes.at(index);
    this.bytes -= this.#memory.capacity(node);
    this.#memory.free(node);
    this.#nodes.remove(index);
  }
}
