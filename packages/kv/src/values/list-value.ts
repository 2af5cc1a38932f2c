import { Slice } from '../memory/slice.js';
import { filled } from './filled.js';
import { elementBytes, elementEquals, writeElement } from './element.js';
import { addElement, grownNode, insertElement, withRoom } from './list-node-growth.js';
import { maxNodeBytes, maxNodeElements } from './list-node-limits.js';
import { cutElements, cutEqual, dropElements, shrunk } from './list-node-removal.js';
import {
  allocateNode, bytesInUse, copyNode, elementBeside, type ElementVisitor, farEdge, type ListEnd, nextNode, nodeBegin, nodeSize, outerEdge,
  positionOf, previousNode, readElement, setNeighbours, setNext, setPrevious, setRange, setSize, visitElements,
} from './list-node.js';
import type { Collection, ValueContext } from './value-context.js';

export type { ElementVisitor, ListEnd } from './list-node.js';

/** A list's second node begins with this part of what it may take: it will not stay small for long. */
const FIRST_PART = 4;

/** What a list has found. There is one for all lists, for there may be millions of them. */
const found = new Slice();

/** An element by its index: the node it lies in, its index there, and its position. */
const place = { node: 0, index: 0, at: 0 };

/**
 * Elements in order: nodes of some kilobytes that refer to their neighbours, as in Redis's quicklist. Both ends are at hand; what lies between
 * is found by counting nodes from the nearer end. Ranges that it is given must not lie in the same list.
 */
export class ListValue implements Collection {
  readonly #context: ValueContext;
  #head = 0;
  #tail = 0;
  #size = 0;

  constructor(context: ValueContext) {
    this.#context = context;
  }

  get type(): 'list' {
    return 'list';
  }

  get encoding(): 'quicklist' {
    return 'quicklist';
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    const { memory } = this.#context;
    let bytes = 0;
    for (let node = this.#head; node !== 0; node = nextNode(memory, node)) bytes += memory.capacity(node);
    return bytes;
  }

  // --- Reading

  /** The first or last element, until the next call of any list. The list must not be empty. */
  peek(at: ListEnd): Slice {
    const { memory } = this.#context;
    const node = this.#end(at);
    return readElement(memory, node, elementBeside(memory, node, outerEdge(memory, node, at), at), found);
  }

  /** The element with an index from 0 to the size less one, until the next call of any list. */
  get(index: number): Slice {
    this.#locate(index);
    return readElement(this.#context.memory, place.node, place.at, found);
  }

  /** Visits `count` elements from an index on. The list must not change meanwhile. */
  forEach(visit: ElementVisitor, from = 0, count = this.#size): void {
    if (count === 0) return;
    const { memory } = this.#context;
    this.#locate(from);
    let { node } = place;
    let left = count - visitElements(memory, node, place.at, count, visit);
    while (left > 0) {
      node = nextNode(memory, node);
      left -= visitElements(memory, node, nodeBegin(memory, node), left, visit);
    }
  }

  /**
   * Shows the indexes of the elements that are `bytes[start, end)`, from one end on, until the visitor returns false. Only the first
   * `within` elements are looked at.
   */
  search(from: ListEnd, within: number, bytes: Buffer, start: number, end: number, visit: (index: number) => boolean): void {
    const { memory } = this.#context;
    let looked = 0;
    for (let node = this.#end(from); node !== 0 && looked < within; node = this.#beyond(node, from)) {
      const buffer = memory.buffer(node);
      const base = memory.offset(node);
      let at = elementBeside(memory, node, outerEdge(memory, node, from), from);
      for (; at !== 0 && looked < within; at = elementBeside(memory, node, farEdge(memory, node, at, from), from)) {
        const index = from === 'head' ? looked : this.#size - 1 - looked;
        looked++;
        if (elementEquals(buffer, base + at, bytes, start, end) && !visit(index)) return;
      }
    }
  }

  // --- Changing. Error: OutOfMemory, and then the list is as before.

  /** Adds an element at one end. */
  push(at: ListEnd, bytes: Buffer, start: number, end: number): void {
    const node = this.#nodeWithRoom(this.#end(at), at, elementBytes(end - start));
    addElement(this.#context.memory, node, at, bytes, start, end);
    this.#size++;
  }

  /** Inserts an element, which has this index then. */
  insert(index: number, bytes: Buffer, start: number, end: number): void {
    if (index === 0) return this.push('head', bytes, start, end);
    if (index === this.#size) return this.push('tail', bytes, start, end);
    this.#locate(index);
    const { memory } = this.#context;
    const size = elementBytes(end - start);
    if (this.#makeRoomAtPlace(size)) {
      insertElement(memory, place.node, place.at, bytes, start, end);
    } else {
      const before = place.index === 0 ? previousNode(memory, place.node) : this.#splitAtPlace();
      addElement(memory, this.#nodeWithRoom(before, 'tail', size), 'tail', bytes, start, end);
    }
    this.#size++;
  }

  /** Puts another element in the place of one. */
  set(index: number, bytes: Buffer, start: number, end: number): void {
    const { memory } = this.#context;
    if (this.get(index).length === end - start) {
      return writeElement(memory.buffer(place.node), memory.offset(place.node) + place.at, bytes, start, end);
    }
    this.insert(index, bytes, start, end);
    this.#locate(index + 1);
    cutElements(memory, place.node, place.at, farEdge(memory, place.node, place.at, 'head'), 1);
    this.#size--;
    this.#settle(place.node);
  }

  /** Removes elements at one end: at most as many as there are. */
  drop(at: ListEnd, count = 1): void {
    const { memory } = this.#context;
    this.#size -= count;
    for (let left = count; left > 0; ) {
      const node = this.#end(at);
      const dropped = Math.min(left, nodeSize(memory, node));
      dropElements(memory, node, at, dropped);
      this.#settle(node);
      left -= dropped;
    }
  }

  /** Removes elements that are `bytes[start, end)`: the first ones from one end on, up to `limit`. Returns how many. */
  remove(from: ListEnd, limit: number, bytes: Buffer, start: number, end: number): number {
    const { memory } = this.#context;
    let removed = 0;
    for (let node = this.#end(from); node !== 0 && removed < limit; ) {
      const next = this.#beyond(node, from);
      removed += cutEqual(memory, node, from, limit - removed, bytes, start, end);
      this.#settle(node);
      node = next;
    }
    this.#size -= removed;
    return removed;
  }

  copy(): ListValue {
    const { memory } = this.#context;
    return filled(new ListValue(this.#context), (copy) => {
      for (let node = this.#head; node !== 0; node = nextNode(memory, node)) copy.#link(copyNode(memory, node), copy.#tail, 0);
      copy.#size = this.#size;
    });
  }

  /** A node takes as long as an element of another collection. */
  dispose(budget: number): boolean {
    const { memory } = this.#context;
    for (let left = budget; left > 0 && this.#head !== 0; left--) {
      const node = this.#head;
      this.#head = nextNode(memory, node);
      memory.free(node);
    }
    return this.#head === 0;
  }

  // --- Places

  #end(end: ListEnd): number {
    return end === 'head' ? this.#head : this.#tail;
  }

  /** The neighbour of a node that is farther from this end, or 0. */
  #beyond(node: number, from: ListEnd): number {
    return from === 'head' ? nextNode(this.#context.memory, node) : previousNode(this.#context.memory, node);
  }

  /** Sets `place` to the element with this index. */
  #locate(index: number): void {
    const { memory } = this.#context;
    let node: number;
    let first: number;
    if (index < this.#size >>> 1) {
      node = this.#head;
      first = 0;
      for (let size = nodeSize(memory, node); index >= first + size; size = nodeSize(memory, node)) {
        first += size;
        node = nextNode(memory, node);
      }
    } else {
      node = this.#tail;
      first = this.#size - nodeSize(memory, node);
      while (index < first) {
        node = previousNode(memory, node);
        first -= nodeSize(memory, node);
      }
    }
    place.node = node;
    place.index = index - first;
    place.at = positionOf(memory, node, place.index);
  }

  /** Lets the node of `place` become large enough for an element of so many bytes, and returns whether it may. */
  #makeRoomAtPlace(bytes: number): boolean {
    const { memory, limits } = this.#context;
    if (nodeSize(memory, place.node) >= maxNodeElements(limits)) return false;
    if (bytesInUse(memory, place.node) + bytes <= memory.capacity(place.node)) return true;
    const behindBegin = place.at - nodeBegin(memory, place.node);
    const grown = grownNode(memory, place.node, 'tail', bytes, maxNodeBytes(limits));
    if (grown === 0) return false;
    place.node = this.#relink(place.node, grown);
    place.at = nodeBegin(memory, grown) + behindBegin;
    return true;
  }

  /** Moves what is behind `place`, with its element, to a node of its own, and returns the node with what is before. */
  #splitAtPlace(): number {
    const { memory } = this.#context;
    const { node, index, at } = place;
    this.#link(copyNode(memory, node, at, nodeSize(memory, node) - index), node, nextNode(memory, node));
    setRange(memory, node, nodeBegin(memory, node), at);
    setSize(memory, node, index);
    return this.#relink(node, shrunk(memory, node));
  }

  // --- Nodes

  /** A node with room for an element of so many bytes at its end: this one, or a new one beside it. With node 0, the first of the list. */
  #nodeWithRoom(node: number, at: ListEnd, bytes: number): number {
    const { memory, limits } = this.#context;
    if (node !== 0 && nodeSize(memory, node) < maxNodeElements(limits)) {
      const roomy = withRoom(memory, node, at, bytes, maxNodeBytes(limits));
      if (roomy !== 0) return this.#relink(node, roomy);
    }
    const added = allocateNode(memory, node === 0 ? bytes : Math.max(bytes, Math.floor(maxNodeBytes(limits) / FIRST_PART)), at);
    if (node === 0) this.#link(added, 0, 0);
    else if (at === 'tail') this.#link(added, node, nextNode(memory, node));
    else this.#link(added, previousNode(memory, node), node);
    return added;
  }

  /** Puts a node between two, of which either may be 0. */
  #link(node: number, previous: number, next: number): void {
    const { memory } = this.#context;
    setNeighbours(memory, node, previous, next);
    if (previous === 0) this.#head = node;
    else setNext(memory, previous, node);
    if (next === 0) this.#tail = node;
    else setPrevious(memory, next, node);
  }

  /** Tells the neighbours of a node where it is now, and returns it. */
  #relink(node: number, moved: number): number {
    if (moved !== node) this.#link(moved, previousNode(this.#context.memory, moved), nextNode(this.#context.memory, moved));
    return moved;
  }

  /** Removes a node that has become empty, and gives back what a sparse one does not need. */
  #settle(node: number): void {
    const { memory } = this.#context;
    if (nodeSize(memory, node) > 0) {
      this.#relink(node, shrunk(memory, node));
      return;
    }
    const previous = previousNode(memory, node);
    const next = nextNode(memory, node);
    if (previous === 0) this.#head = next;
    else setNext(memory, previous, next);
    if (next === 0) this.#tail = previous;
    else setPrevious(memory, next, previous);
    memory.free(node);
  }
}
