/**
 * The registers of a small HyperLogLog: runs of equal ones, each in one or two bytes.
 *
 *     00llllll             l + 1 registers that are 0
 *     01llllll llllllll    likewise, for longer runs
 *     1vvvvvll             l + 1 registers that are v + 1
 */
export const REGISTERS = 16_384;

/** What one byte of a run can say. */
const MAX_VALUE = 32;
const MAX_SHORT_ZEROS = 64;
const MAX_EQUALS = 4;
/** A changed run and its neighbours, which may have become equal to it. */
const RUNS_TO_JOIN = 5;

/** One long run of zeros. */
export const NO_REGISTERS = [0x40 | ((REGISTERS - 1) >> 8), (REGISTERS - 1) & 0xff] as const;

function bytesOfRun(runs: Uint8Array, at: number): number {
  return (runs[at]! & 0xc0) === 0x40 ? 2 : 1;
}

function lengthOfRun(runs: Uint8Array, at: number): number {
  const byte = runs[at]!;
  if (byte >= 0x80) return (byte & 3) + 1;
  return byte < 0x40 ? byte + 1 : (((byte & 0x3f) << 8) | (runs[at + 1] ?? 0)) + 1;
}

/** 0 for a run of zeros. */
function valueOfRun(runs: Uint8Array, at: number): number {
  const byte = runs[at]!;
  return byte < 0x80 ? 0 : ((byte >> 2) & 31) + 1;
}

/** Raises each of `registers` to its value in `runs[start, …)`. False if those are not as many, which is corrupt. */
export function mergeRuns(runs: Uint8Array, start: number, registers: Uint8Array): boolean {
  let index = 0;
  for (let at = start; at < runs.length; at += bytesOfRun(runs, at)) {
    const next = index + lengthOfRun(runs, at);
    const value = valueOfRun(runs, at);
    if (next > REGISTERS) return false;
    for (; index < next; index++) if (registers[index]! < value) registers[index] = value;
  }
  return index === REGISTERS;
}

/** The runs of `runs[start, …)` as people read them: `z:64` and `Z:65` for so many zeros in one or two bytes, `v:7,2` for two sevens. */
export function describeRuns(runs: Uint8Array, start: number): string {
  const words: string[] = [];
  for (let at = start; at < runs.length; at += bytesOfRun(runs, at)) {
    const value = valueOfRun(runs, at);
    const length = lengthOfRun(runs, at);
    words.push(value > 0 ? `v:${value},${length}` : `${bytesOfRun(runs, at) === 1 ? 'z' : 'Z'}:${length}`);
  }
  return words.join(' ');
}

/** Why there are no new runs: the register is that high already, only the dense form can hold it, or there is no such register. */
export type Refusal = 'unchanged' | 'too great' | 'corrupt';

/**
 * The bytes with a register of `runs[start, …)` raised to `value`: the same array if their number stays, else a new one of at
 * most `maxBytes`. What comes before `start` is kept. The steps are those of Redis, as its users compare the bytes.
 */
export function raiseInRuns(runs: Uint8Array, start: number, index: number, value: number, maxBytes: number): Uint8Array | Refusal {
  if (value > MAX_VALUE) return 'too great';
  let previous = start;
  let first = 0;
  let at = start;
  while (at < runs.length && first + lengthOfRun(runs, at) <= index) {
    first += lengthOfRun(runs, at);
    previous = at;
    at += bytesOfRun(runs, at);
  }
  if (at + bytesOfRun(runs, at) > runs.length) return 'corrupt';
  if (valueOfRun(runs, at) >= value) return 'unchanged';
  const parts = splitRun(valueOfRun(runs, at), index - first, value, first + lengthOfRun(runs, at) - 1 - index);
  const replaced = bytesOfRun(runs, at);
  if (parts.length > replaced && runs.length + parts.length - replaced > maxBytes) return 'too great';
  return joinEquals(splice(runs, at, replaced, parts), previous);
}

/** The bytes of a run of which one register changes, with `before` and `after` of them on its sides. */
function splitRun(oldValue: number, before: number, value: number, after: number): number[] {
  return [...runOf(oldValue, before), ...runOf(value, 1), ...runOf(oldValue, after)];
}

function runOf(value: number, length: number): number[] {
  if (length === 0) return [];
  if (value > 0) return [0x80 | ((value - 1) << 2) | (length - 1)];
  return length > MAX_SHORT_ZEROS ? [0x40 | ((length - 1) >> 8), (length - 1) & 0xff] : [length - 1];
}

/** Replaces `removed` bytes at `at`; in place if there come as many. */
function splice(bytes: Uint8Array, at: number, removed: number, inserted: readonly number[]): Uint8Array {
  const length = bytes.length + inserted.length - removed;
  const target = length === bytes.length ? bytes : new Uint8Array(length);
  if (target !== bytes) {
    target.set(bytes.subarray(0, at));
    target.set(bytes.subarray(at + removed), at + inserted.length);
  }
  target.set(inserted, at);
  return target;
}

/** Joins runs of the same value that are not zero and not too long together, among the few from `start` on. */
function joinEquals(runs: Uint8Array, start: number): Uint8Array {
  let joined = runs;
  let at = start;
  for (let looks = 0; looks < RUNS_TO_JOIN && at < joined.length; looks++) {
    const value = valueOfRun(joined, at);
    const isEqual = value > 0 && at + 1 < joined.length && valueOfRun(joined, at + 1) === value;
    const together = isEqual ? lengthOfRun(joined, at) + lengthOfRun(joined, at + 1) : Infinity;
    if (together <= MAX_EQUALS) joined = splice(joined, at, 2, runOf(value, together));
    else at += bytesOfRun(joined, at);
  }
  return joined;
}
