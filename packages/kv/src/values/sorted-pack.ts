import type { Memory } from '../memory/memory.js';
import { Slice } from '../memory/slice.js';
import {
  elementAt,
  findElement,
  FIRST_ELEMENT,
  insertPair,
  nextElement,
  packEnd,
  packSize,
  previousElement,
  readElement,
  removeElements,
} from './pack.js';
import { SortedBound } from './sorted-bound.js';

/**
 * A small sorted set: a pack of members and scores in turn, in the order of the set. A score is an element of eight bytes, so
 * that to read one takes no parsing; -0 is kept as 0, as Redis does it in small sets, but not in large ones. Ranks count from 0.
 */
export type SortedPack = number;

/**
 * Is shown members with their scores: the range of the member's bytes, and where in the same buffer the eight bytes of the score
 * begin, which `scoreOf` reads. A number with a fraction would be an object each time. All is valid until the set changes.
 */
export type ScoreVisitor = (buffer: Buffer, start: number, end: number, scoreStart: number) => void;

export function scoreOf(buffer: Buffer, scoreStart: number): number {
  return buffer.readDoubleLE(scoreStart);
}

const SCORE_BYTES = 8;
/** One for all, as they are only used within a call. */
const element = new Slice();
const scoreBytes = Buffer.alloc(SCORE_BYTES);
const place = new SortedBound();

/** The score of a member, or NaN if it is not there. */
export function packedScore(memory: Memory, pack: SortedPack, member: Buffer, start: number, end: number): number {
  const at = findElement(memory, pack, member, start, end, 2);
  return at === 0 ? Number.NaN : scoreBehind(memory, pack, at);
}

/** How many members lie below a bound. */
export function packedRank(memory: Memory, pack: SortedPack, bound: SortedBound): number {
  const end = packEnd(memory, pack);
  let rank = 0;
  for (let at = FIRST_ELEMENT; at < end; at = nextPair(memory, pack, at)) {
    readElement(memory, pack, at, element);
    if (!bound.isAbove(scoreBehind(memory, pack, at), element.buffer, element.start, element.end)) break;
    rank++;
  }
  return rank;
}

/** Adds a member that is not there. Returns the pack's address. Error: OutOfMemory, and nothing is changed. */
export function insertPacked(memory: Memory, pack: SortedPack, score: number, member: Buffer, start: number, end: number): SortedPack {
  const rank = packedRank(memory, pack, place.byPlace(score, member, start, end, false));
  return insertAt(memory, pack, elementAt(memory, pack, rank * 2), score, member, start, end);
}

/** The same for a member that comes behind all others. */
export function appendPacked(memory: Memory, pack: SortedPack, score: number, member: Buffer, start: number, end: number): SortedPack {
  return insertAt(memory, pack, packEnd(memory, pack), score, member, start, end);
}

/** Gives a member that is there another score. Returns the pack's address. Error: OutOfMemory, and nothing is changed. */
export function updatePacked(memory: Memory, pack: SortedPack, score: number, member: Buffer, start: number, end: number): SortedPack {
  const at = findElement(memory, pack, member, start, end, 2);
  const rank = packedRank(memory, pack, place.byPlace(scoreBehind(memory, pack, at), member, start, end, false));
  const newRank = packedRank(memory, pack, place.byPlace(score, member, start, end, false));
  if (newRank === rank || newRank === rank + 1) {
    memory.buffer(pack).writeDoubleLE(withoutSign(score), scoreOffset(memory, pack, at));
    return pack;
  }
  const longer = insertAt(memory, pack, elementAt(memory, pack, newRank * 2), score, member, start, end);
  return removePacked(memory, longer, newRank < rank ? rank + 1 : rank, 1);
}

/** Removes `count` members from a rank on. Returns the pack's address. */
export function removePacked(memory: Memory, pack: SortedPack, rank: number, count: number): SortedPack {
  return removeElements(memory, pack, elementAt(memory, pack, rank * 2), count * 2);
}

/** Visits a range of ranks; if `reversed`, ranks count from the end and the order is the reverse. The pack must not change meanwhile. */
export function forEachPacked(memory: Memory, pack: SortedPack, from: number, to: number, reversed: boolean, visit: ScoreVisitor): void {
  if (from >= to) return;
  const size = packSize(memory, pack) >>> 1;
  let at = elementAt(memory, pack, (reversed ? size - 1 - from : from) * 2);
  for (let left = to - from; ; ) {
    readElement(memory, pack, at, element);
    visit(element.buffer, element.start, element.end, scoreOffset(memory, pack, at));
    if (--left === 0) return;
    at = reversed ? previousPair(memory, pack, at) : nextPair(memory, pack, at);
  }
}

function insertAt(memory: Memory, pack: SortedPack, at: number, score: number, member: Buffer, start: number, end: number): SortedPack {
  scoreBytes.writeDoubleLE(withoutSign(score));
  return insertPair(memory, pack, at, member, start, end, scoreBytes, 0, SCORE_BYTES);
}

function withoutSign(score: number): number {
  return score === 0 ? 0 : score;
}

function nextPair(memory: Memory, pack: SortedPack, at: number): number {
  return nextElement(memory, pack, nextElement(memory, pack, at));
}

function previousPair(memory: Memory, pack: SortedPack, at: number): number {
  return previousElement(memory, pack, previousElement(memory, pack, at));
}

/** The score of the member at `at`. */
function scoreBehind(memory: Memory, pack: SortedPack, at: number): number {
  return memory.buffer(pack).readDoubleLE(scoreOffset(memory, pack, at));
}

/** Where in the buffer the score of the member at `at` lies: behind its length, which is one byte. */
function scoreOffset(memory: Memory, pack: SortedPack, at: number): number {
  return memory.offset(pack) + nextElement(memory, pack, at) + 1;
}
