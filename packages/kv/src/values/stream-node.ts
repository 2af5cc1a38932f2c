import type { Memory } from '../memory/memory.js';
import { readWord, writeWord } from '../memory/entry.js';
import { Slice } from '../memory/slice.js';
import { addUnsigned, subtractWrapped } from '../bytes/words.js';
import {
  elementBefore, elementEnd, integerBytes, LISTPACK_FRAME_BYTES, readCount, readInteger, readString, stringBytes, stringEquals, writeInteger,
  writeString,
} from './listpack.js';
import { ID_WORDS, StreamId } from './stream-id.js';

/**
 * A node is a block with some entries of a stream, one after the other:
 *
 *     words 0-3   the id of its first entry
 *     word 4      bytes in use, with this header
 *     word 5, 6   how many entries it has, and how many that are deleted: these stay until the node goes
 *     word 7      where the entries begin
 *     elements    how many fields its first entry has, their names, and 0
 *     entries     each: flags, id less that of the node (two integers), [how many fields], fields and values in turn,
 *                 how many elements these are
 *
 * An entry that has the same fields as the first one has no names and no count of them. An entry is named by its position in the
 * block. The elements are those of a listpack, and together they are what Redis writes into a dump.
 */
const USED_WORD = ID_WORDS;
const LIVE_WORD = ID_WORDS + 1;
const DELETED_WORD = ID_WORDS + 2;
const ENTRIES_WORD = ID_WORDS + 3;
const FIRST_ELEMENT = (ID_WORDS + 4) * 4;

/** Flags of an entry. */
export const DELETED = 1;
export const SAME_FIELDS = 2;
/** Flags and the two parts of the id. */
const FIXED_ELEMENTS = 3;

/** Fields and values in turn, as ranges of one buffer: arguments of a request. */
export interface FieldList {
  readonly source: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Is shown fields and values in turn. */
export type FieldVisitor = (buffer: Buffer, start: number, end: number) => void;

const slice = new Slice();
const nodeId = new StreamId();

/** An entry of a node: a view of it, until the stream changes. */
export class StreamEntry {
  readonly id = new StreamId();
  isDeleted = false;
  fieldCount = 0;
  #buffer: Buffer = Buffer.alloc(0);
  /** Where the names are: in the node's head, or 0 if they are in the entry. */
  #names = 0;
  /** Where fields and values begin, or values alone. */
  #contents = 0;

  /** Views the entry at a position. */
  load(memory: Memory, node: number, position: number): this {
    const base = memory.offset(node);
    const buffer = memory.buffer(node);
    const ms = elementEnd(buffer, base + position);
    const seq = elementEnd(buffer, ms);
    const behind = elementEnd(buffer, seq);
    nodeId.read(memory.words(node), base >>> 2);
    this.id.set(addUnsigned(nodeId.ms, readInteger(buffer, ms)), addUnsigned(nodeId.seq, readInteger(buffer, seq)));
    const flags = readCount(buffer, base + position);
    const hasNames = (flags & SAME_FIELDS) === 0;
    const count = hasNames ? behind : base + FIRST_ELEMENT;
    this.#buffer = buffer;
    this.isDeleted = (flags & DELETED) !== 0;
    this.fieldCount = readCount(buffer, count);
    this.#names = hasNames ? 0 : elementEnd(buffer, count);
    this.#contents = hasNames ? elementEnd(buffer, count) : behind;
    return this;
  }

  /** Shows fields and values in turn. A range may be valid only until the next one is shown. */
  forEach(visit: FieldVisitor): void {
    let name = this.#names;
    let at = this.#contents;
    for (let i = 0; i < this.fieldCount; i++) {
      if (this.#names === 0) at = this.#show(at, visit);
      else name = this.#show(name, visit);
      at = this.#show(at, visit);
    }
  }

  #show(at: number, visit: FieldVisitor): number {
    const { buffer, start, end } = readString(this.#buffer, at, slice);
    visit(buffer, start, end);
    return elementEnd(this.#buffer, at);
  }
}

// --- Reading

export function liveEntries(memory: Memory, node: number): number {
  return readWord(memory, node, LIVE_WORD);
}

export function deletedEntries(memory: Memory, node: number): number {
  return readWord(memory, node, DELETED_WORD);
}

/** The position of the first entry. */
export function firstEntry(memory: Memory, node: number): number {
  return readWord(memory, node, ENTRIES_WORD);
}

/** The position behind the last entry. */
export function entriesEnd(memory: Memory, node: number): number {
  return readWord(memory, node, USED_WORD);
}

/** The position behind an entry. */
export function nextEntry(memory: Memory, node: number, position: number): number {
  const base = memory.offset(node);
  const buffer = memory.buffer(node);
  const hasNames = ((buffer[base + position] as number) & SAME_FIELDS) === 0;
  let at = base + position;
  for (let i = 0; i < FIXED_ELEMENTS; i++) at = elementEnd(buffer, at);
  const fields = readCount(buffer, hasNames ? at : base + FIRST_ELEMENT);
  for (let left = hasNames ? 2 * fields + 2 : fields + 1; left > 0; left--) at = elementEnd(buffer, at);
  return at - base;
}

/** The position of the entry that ends at a position, which must not be that of the first one. */
export function previousEntry(memory: Memory, node: number, position: number): number {
  const base = memory.offset(node);
  const buffer = memory.buffer(node);
  let at = elementBefore(buffer, base + position);
  for (let left = readCount(buffer, at); left > 0; left--) at = elementBefore(buffer, at);
  return at - base;
}

/** What Redis would say that the node takes: a listpack with two counts before our elements. */
export function listpackBytes(memory: Memory, node: number): number {
  const counts = integerBytes(liveEntries(memory, node)) + integerBytes(deletedEntries(memory, node));
  return LISTPACK_FRAME_BYTES + counts + entriesEnd(memory, node) - FIRST_ELEMENT;
}

/** All elements, those of its head included. */
export function nodeElements(memory: Memory, node: number): Slice {
  const base = memory.offset(node);
  return slice.set(memory.buffer(node), base + FIRST_ELEMENT, base + entriesEnd(memory, node));
}

// --- Writing

/** A node with one entry, whose fields and values are ranges `from` to `to` of the list. Error: OutOfMemory. */
export function createNode(memory: Memory, id: StreamId, list: FieldList, from: number, to: number): number {
  const fields = (to - from) / 2;
  let bytes = FIRST_ELEMENT + integerBytes(fields) + integerBytes(0);
  for (let i = from; i < to; i += 2) bytes += rangeBytes(list, i);
  const node = memory.allocate(bytes + entryBytes(list, from, to, 0, 0, true));
  const base = memory.offset(node);
  const buffer = memory.buffer(node);
  id.write(memory.words(node), base >>> 2);
  let at = writeInteger(buffer, base + FIRST_ELEMENT, fields);
  for (let i = from; i < to; i += 2) at = writeRange(buffer, at, list, i);
  const entries = writeInteger(buffer, at, 0) - base;
  writeWord(memory, node, USED_WORD, entries);
  writeWord(memory, node, ENTRIES_WORD, entries);
  writeWord(memory, node, LIVE_WORD, 0);
  writeWord(memory, node, DELETED_WORD, 0);
  return appendEntry(memory, node, id, list, from, to);
}

/** Appends an entry, and returns the address of the node, which may be another one. Error: OutOfMemory, and the node is as before. */
export function appendEntry(memory: Memory, node: number, id: StreamId, list: FieldList, from: number, to: number): number {
  nodeId.read(memory.words(node), memory.offset(node) >>> 2);
  const ms = subtractWrapped(id.ms, nodeId.ms);
  const seq = subtractWrapped(id.seq, nodeId.seq);
  const isSame = hasSameFields(memory, node, list, from, to);
  const used = entriesEnd(memory, node);
  const grown = memory.extend(node, used, used + entryBytes(list, from, to, ms, seq, isSame));
  const base = memory.offset(grown);
  const buffer = memory.buffer(grown);
  let at = writeInteger(buffer, base + used, isSame ? SAME_FIELDS : 0);
  at = writeInteger(buffer, writeInteger(buffer, at, ms), seq);
  if (!isSame) at = writeInteger(buffer, at, (to - from) / 2);
  for (let i = isSame ? from + 1 : from; i < to; i += isSame ? 2 : 1) at = writeRange(buffer, at, list, i);
  at = writeInteger(buffer, at, elementCount(from, to, isSame));
  writeWord(memory, grown, USED_WORD, at - base);
  writeWord(memory, grown, LIVE_WORD, liveEntries(memory, grown) + 1);
  return grown;
}

/** Marks the entry at a position, which is not yet, as deleted. */
export function markDeleted(memory: Memory, node: number, position: number): void {
  const at = memory.offset(node) + position;
  const buffer = memory.buffer(node);
  buffer[at] = (buffer[at] as number) | DELETED;
  writeWord(memory, node, LIVE_WORD, liveEntries(memory, node) - 1);
  writeWord(memory, node, DELETED_WORD, deletedEntries(memory, node) + 1);
}

/** A node with the same contents. Error: OutOfMemory. */
export function copyNode(memory: Memory, node: number): number {
  const used = entriesEnd(memory, node);
  const copy = memory.allocate(used);
  const from = memory.offset(node);
  memory.buffer(copy).set(memory.buffer(node).subarray(from, from + used), memory.offset(copy));
  return copy;
}

function hasSameFields(memory: Memory, node: number, list: FieldList, from: number, to: number): boolean {
  const buffer = memory.buffer(node);
  let at = memory.offset(node) + FIRST_ELEMENT;
  if (readCount(buffer, at) !== (to - from) / 2) return false;
  for (let i = from; i < to; i += 2) {
    at = elementEnd(buffer, at);
    if (!stringEquals(buffer, at, slice, list.source, list.starts[i] as number, list.ends[i] as number)) return false;
  }
  return true;
}

/** What an entry will take. */
function entryBytes(list: FieldList, from: number, to: number, ms: number | bigint, seq: number | bigint, isSame: boolean): number {
  let bytes = integerBytes(0) + integerBytes(ms) + integerBytes(seq) + integerBytes(elementCount(from, to, isSame));
  if (!isSame) bytes += integerBytes((to - from) / 2);
  for (let i = isSame ? from + 1 : from; i < to; i += isSame ? 2 : 1) bytes += rangeBytes(list, i);
  return bytes;
}

/** The elements of an entry before the last one, which tells how many they are. */
function elementCount(from: number, to: number, isSame: boolean): number {
  return isSame ? FIXED_ELEMENTS + (to - from) / 2 : FIXED_ELEMENTS + 1 + to - from;
}

function rangeBytes(list: FieldList, index: number): number {
  return stringBytes(list.source, list.starts[index] as number, list.ends[index] as number);
}

function writeRange(buffer: Buffer, at: number, list: FieldList, index: number): number {
  return writeString(buffer, at, list.source, list.starts[index] as number, list.ends[index] as number);
}
