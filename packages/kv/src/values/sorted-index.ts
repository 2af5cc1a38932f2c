import type { Memory } from '../memory/memory.js';
import { SortedBound } from './sorted-bound.js';
import * as nodes from './sorted-node.js';

export type EntryVisitor = (entry: number) => void;

/** The place of the member that is looked for, put in or taken out: one for all, as nothing here is entered twice at a time. */
const PLACE = new SortedBound();

/** The way down to the leaf that was looked for last: of each height above it the node, and the slot of the child. */
const WAY_NODES = new Int32Array(16);
const WAY_SLOTS = new Int32Array(16);

/**
 * The members of a sorted set in their order, by score and then by bytes: a B+tree (Comer, "The Ubiquitous B-Tree", 1979)
 * whose inner nodes know how many members lie below each child, so that a rank is found as fast as a member. The usual skip list
 * takes a block and about four words of pointers for a member, and a cache miss for each step; here a member is 12 bytes in a
 * leaf, and its bytes are those of its entry in the set's dict.
 *
 * It owns its nodes, not the entries. Ranks count from 0; a range of ranks includes its beginning and not its end.
 */
export class SortedIndex {
  size = 0;
  readonly #memory: Memory;
  #root: number;
  /** Of the root; leaves are at 0. */
  #height = 0;
  #nodeCount = 1;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#root = nodes.allocateNode(memory);
  }

  /** What its nodes take, in bytes. */
  get bytes(): number {
    return this.#nodeCount * nodes.NODE_BYTES;
  }

  /** Adds a member that is not there. Error: OutOfMemory; then nothing has changed. */
  insert(score: number, entry: number): void {
    PLACE.byEntry(this.#memory, score, entry, false);
    const leaf = this.#descendWithRoom();
    const slot = nodes.slotsBelow(this.#memory, leaf, 0, PLACE);
    nodes.insertMember(this.#memory, leaf, slot, score, entry);
    this.#retrace(1, slot === 0);
    this.size++;
  }

  /** Takes out a member that is there, with this score. */
  remove(score: number, entry: number): void {
    const leaf = this.#descend(PLACE.byEntry(this.#memory, score, entry, true));
    const slot = nodes.slotsBelow(this.#memory, leaf, 0, PLACE) - 1;
    nodes.removeSlots(this.#memory, leaf, 0, slot, slot + 1);
    this.#retrace(-1, slot === 0);
    this.size--;
    this.#shrink();
  }

  /** Gives a member that is there a score that is not equal to its own. Error: OutOfMemory; then nothing has changed. */
  update(score: number, entry: number, newScore: number): void {
    const leaf = this.#descend(PLACE.byEntry(this.#memory, score, entry, true));
    const slot = nodes.slotsBelow(this.#memory, leaf, 0, PLACE) - 1;
    if (this.#isBetweenNeighbours(leaf, slot, newScore)) return nodes.setScore(this.#memory, leaf, slot, newScore);
    this.insert(newScore, entry);
    this.remove(score, entry);
  }

  /** How many members lie below a bound: the rank of the first one that does not. */
  rank(bound: SortedBound): number {
    const memory = this.#memory;
    const leaf = this.#descend(bound);
    let rank = nodes.slotsBelow(memory, leaf, 0, bound);
    for (let height = this.#height; height > 0; height--) rank += nodes.countBefore(memory, WAY_NODES[height] as number, WAY_SLOTS[height] as number);
    return rank;
  }

  /** The entry with a rank, which must be less than the size. */
  entryAt(rank: number): number {
    const memory = this.#memory;
    let node = this.#root;
    let left = rank;
    for (let height = this.#height; height > 0; height--) {
      const slot = nodes.slotOfRank(memory, node, left);
      left -= nodes.countBefore(memory, node, slot);
      node = nodes.childAt(memory, node, slot);
    }
    return nodes.entryAt(memory, node, 0, left);
  }

  /** Visits a range of ranks; if `reversed`, ranks count from the end and the order is the reverse. The index must not change meanwhile. */
  range(from: number, to: number, reversed: boolean, visit: EntryVisitor): void {
    this.#visit(this.#root, this.#height, from, to, reversed, visit);
  }

  /** Takes out a range of ranks, and visits what it takes out. */
  removeRange(from: number, to: number, visit: EntryVisitor): void {
    if (from >= to) return;
    this.#cut(this.#root, this.#height, from, to, visit);
    this.size -= to - from;
    this.#shrink();
  }

  /** Gives nodes back, about `budget` members' worth of them, and returns whether all are. It may not be used afterwards. */
  dispose(budget: number): boolean {
    if (this.#nodeCount === 0) return true;
    this.removeRange(0, Math.min(budget, this.size), ignore);
    if (this.size > 0) return false;
    this.#memory.free(this.#root);
    this.#nodeCount = 0;
    return true;
  }

  // --- The way down, and back

  /** The leaf in which a bound lies. The way to it is in WAY_NODES and WAY_SLOTS. */
  #descend(bound: SortedBound): number {
    const memory = this.#memory;
    let node = this.#root;
    for (let height = this.#height; height > 0; height--) {
      const slot = this.#childSlot(node, height, bound);
      WAY_NODES[height] = node;
      WAY_SLOTS[height] = slot;
      node = nodes.childAt(memory, node, slot);
    }
    return node;
  }

  /** The child in which a bound lies: the last one that begins below it, or else the first. */
  #childSlot(node: number, height: number, bound: SortedBound): number {
    const below = nodes.slotsBelow(this.#memory, node, height, bound);
    return below === 0 ? 0 : below - 1;
  }

  /** Tells the nodes on the way that the leaf has got or lost a member, and if it `beginsAnew`, with what. */
  #retrace(change: number, beginsAnew: boolean): void {
    const memory = this.#memory;
    let updates = beginsAnew;
    for (let height = 1; height <= this.#height; height++) {
      const node = WAY_NODES[height] as number;
      const slot = WAY_SLOTS[height] as number;
      nodes.setCount(memory, node, slot, nodes.countAt(memory, node, slot) + change);
      if (updates) nodes.updateFirst(memory, node, slot, height - 1);
      if (change < 0) this.#mend(node, slot, height - 1);
      updates &&= slot === 0;
    }
  }

  // --- Growing. Full nodes are split on the way down, each split whole in itself: if memory ends, the tree is as good as before.

  /** The leaf for PLACE, with room for one more, and the way to it. */
  #descendWithRoom(): number {
    const memory = this.#memory;
    if (this.#isFull(this.#root, this.#height)) this.#grow();
    let node = this.#root;
    let isLast = true;
    for (let height = this.#height; height > 0; height--) {
      let slot = this.#childSlot(node, height, PLACE);
      if (this.#isFull(nodes.childAt(memory, node, slot), height - 1)) {
        this.#split(node, slot, height - 1, isLast && slot === nodes.slotCount(memory, node) - 1);
        slot = this.#childSlot(node, height, PLACE);
      }
      isLast &&= slot === nodes.slotCount(memory, node) - 1;
      WAY_NODES[height] = node;
      WAY_SLOTS[height] = slot;
      node = nodes.childAt(memory, node, slot);
    }
    return node;
  }

  #isFull(node: number, height: number): boolean {
    return nodes.slotCount(this.#memory, node) === nodes.slotsAt(height);
  }

  #grow(): void {
    const root = this.#allocate();
    nodes.insertChild(this.#memory, root, 0, this.#root, this.#height);
    this.#root = root;
    this.#height++;
  }

  /** Splits a child in half; but the last one of all at its end, so that what is added in ascending order leaves full nodes behind. */
  #split(node: number, slot: number, childHeight: number, isLast: boolean): void {
    const memory = this.#memory;
    const right = this.#allocate();
    const left = nodes.childAt(memory, node, slot);
    const slots = nodes.slotCount(memory, left);
    nodes.appendSlots(memory, left, isLast ? slots - 1 : slots >>> 1, right, childHeight);
    const count = nodes.countAt(memory, node, slot);
    nodes.insertChild(memory, node, slot + 1, right, childHeight);
    nodes.setCount(memory, node, slot, count - nodes.countAt(memory, node, slot + 1));
  }

  #allocate(): number {
    const node = nodes.allocateNode(this.#memory);
    this.#nodeCount++;
    return node;
  }

  /** Most scores that are counted up keep their place. At the ends of a leaf it is not worth while to find the neighbours. */
  #isBetweenNeighbours(leaf: number, slot: number, score: number): boolean {
    const memory = this.#memory;
    if (slot === 0 || slot === nodes.slotCount(memory, leaf) - 1) return false;
    return nodes.scoreAt(memory, leaf, slot - 1) < score && score < nodes.scoreAt(memory, leaf, slot + 1);
  }

  // --- Shrinking. Nothing is allocated, so that it always succeeds.

  #cut(node: number, height: number, from: number, to: number, visit: EntryVisitor): void {
    const memory = this.#memory;
    if (height === 0) {
      this.#visit(node, 0, from, to, false, visit);
      return nodes.removeSlots(memory, node, 0, from, to);
    }
    const first = nodes.slotOfRank(memory, node, from);
    let before = nodes.countBefore(memory, node, first);
    let slot = first;
    for (; before < to; slot++) {
      const count = nodes.countAt(memory, node, slot);
      const start = Math.max(0, from - before);
      const end = Math.min(count, to - before);
      this.#cut(nodes.childAt(memory, node, slot), height - 1, start, end, visit);
      nodes.setCount(memory, node, slot, count - (end - start));
      nodes.updateFirst(memory, node, slot, height - 1);
      before += count;
    }
    // From behind, as a slot that is mended may disappear, or its right neighbour in it.
    while (--slot >= first) this.#mend(node, slot, height - 1);
  }

  /**
   * Does away with a child that is empty, and unites one that is nearly so with a neighbour if they fit into one node. If they
   * do not, the neighbour is well filled and the two of them are good enough: nothing is moved only to be even.
   */
  #mend(node: number, slot: number, childHeight: number): void {
    const memory = this.#memory;
    const child = nodes.childAt(memory, node, slot);
    const slots = nodes.slotCount(memory, child);
    if (slots === 0) return this.#removeChild(node, slot, childHeight);
    const capacity = nodes.slotsAt(childHeight);
    if (slots > capacity >>> 2 || nodes.slotCount(memory, node) === 1) return;
    const left = slot + 1 < nodes.slotCount(memory, node) ? slot : slot - 1;
    const neighbour = nodes.childAt(memory, node, left === slot ? slot + 1 : left);
    if (slots + nodes.slotCount(memory, neighbour) <= capacity) this.#unite(node, left, childHeight);
  }

  #unite(node: number, left: number, childHeight: number): void {
    const memory = this.#memory;
    nodes.appendSlots(memory, nodes.childAt(memory, node, left + 1), 0, nodes.childAt(memory, node, left), childHeight);
    nodes.setCount(memory, node, left, nodes.countAt(memory, node, left) + nodes.countAt(memory, node, left + 1));
    this.#removeChild(node, left + 1, childHeight);
  }

  #removeChild(node: number, slot: number, childHeight: number): void {
    this.#memory.free(nodes.childAt(this.#memory, node, slot));
    this.#nodeCount--;
    nodes.removeSlots(this.#memory, node, childHeight + 1, slot, slot + 1);
  }

  #shrink(): void {
    const memory = this.#memory;
    while (this.#height > 0 && nodes.slotCount(memory, this.#root) === 1) {
      const child = nodes.childAt(memory, this.#root, 0);
      memory.free(this.#root);
      this.#nodeCount--;
      this.#root = child;
      this.#height--;
    }
    // A root without children is an empty leaf.
    if (this.size === 0) this.#height = 0;
  }

  // --- Ranges

  #visit(node: number, height: number, from: number, to: number, reversed: boolean, visit: EntryVisitor): void {
    const memory = this.#memory;
    if (height === 0) return nodes.visitEntries(memory, node, from, to, reversed, visit);
    const last = nodes.slotCount(memory, node) - 1;
    for (let i = 0, before = 0; before < to; i++) {
      const slot = reversed ? last - i : i;
      const count = nodes.countAt(memory, node, slot);
      const start = Math.max(0, from - before);
      const end = Math.min(count, to - before);
      if (start < end) this.#visit(nodes.childAt(memory, node, slot), height - 1, start, end, reversed, visit);
      before += count;
    }
  }
}

function ignore(): void {}
