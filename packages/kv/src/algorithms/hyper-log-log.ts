import { estimateCardinality } from './cardinality-estimate.js';
import { murmurHash64A } from './murmur-hash.js';
import { NO_REGISTERS, REGISTERS, describeRuns, mergeRuns, raiseInRuns } from './sparse-registers.js';

/** Thrown where the registers of a string that begins like a HyperLogLog do not add up. */
export class CorruptHyperLogLogError extends Error {
  override readonly name = 'CorruptHyperLogLogError';
}

const MAGIC = [0x48, 0x59, 0x4c, 0x4c] as const;
const HEADER_BYTES = 16;
const ENCODING_AT = 4;
const DENSE = 0;
const SPARSE = 1;
/** Eight bytes, the lowest first, whose highest bit says that they have to be computed anew. */
const CARDINALITY_AT = 8;
const STALE_AT = 15;
const STALE = 0x80;

const INDEX_BITS = 14;
const REGISTER_BITS = 6;
const MAX_REGISTER = (1 << REGISTER_BITS) - 1;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
const SEED = 0xadc83b19 | 0;

const hash = new Int32Array(2);

/**
 * A HyperLogLog in the bytes of a string, as Redis lays it out: a header, and 16384 registers, sparse (see
 * sparse-registers.ts) while they are few, then dense with 6 bits for each. The same elements in the same order give the
 * same bytes as in Redis.
 */
export class HyperLogLog {
  /** The string. Methods change it in place or replace it, so read it anew after them. */
  bytes: Uint8Array;

  /** Takes the bytes over. They must be `isHyperLogLog`. Without, it is empty. */
  constructor(bytes?: Uint8Array) {
    this.bytes = bytes ?? Uint8Array.from([...MAGIC, SPARSE, ...new Array<number>(HEADER_BYTES - ENCODING_AT - 1).fill(0), ...NO_REGISTERS]);
  }

  /** Whether a string may be one: its registers are looked at only when they are used. */
  static isHyperLogLog(bytes: Uint8Array): boolean {
    if (bytes.length < HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) return false;
    const encoding = bytes[ENCODING_AT]!;
    return encoding === DENSE ? bytes.length === DENSE_BYTES : encoding === SPARSE;
  }

  get isDense(): boolean {
    return this.bytes[ENCODING_AT] === DENSE;
  }

  /** The runs of a sparse one, as PFDEBUG DECODE prints them. */
  get runs(): string {
    return describeRuns(this.bytes, HEADER_BYTES);
  }

  /**
   * Adds `element[start, end)`; false if that changes no register. A sparse string that would be longer than
   * `maxSparseBytes` becomes dense. Error: CorruptHyperLogLogError.
   */
  add(element: Uint8Array, start: number, end: number, maxSparseBytes: number): boolean {
    murmurHash64A(element, start, end, SEED, hash);
    return this.raise(hash[0]! & (REGISTERS - 1), rankOf(hash[0]!, hash[1]!), maxSparseBytes);
  }

  /** Raises a register to a value; false if it is that high already. Error: CorruptHyperLogLogError. */
  raise(index: number, value: number, maxSparseBytes: number): boolean {
    if (!this.isDense) {
      const raised = raiseInRuns(this.bytes, HEADER_BYTES, index, value, maxSparseBytes);
      if (raised === 'unchanged') return false;
      if (raised === 'corrupt') throw new CorruptHyperLogLogError();
      if (raised !== 'too great') {
        this.bytes = raised;
        this.forgetCardinality();
        return true;
      }
      this.makeDense();
    }
    if (denseRegister(this.bytes, index) >= value) return false;
    setDenseRegister(this.bytes, index, value);
    this.forgetCardinality();
    return true;
  }

  /** Error: CorruptHyperLogLogError. */
  makeDense(): void {
    if (this.isDense) return;
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    const bytes = new Uint8Array(DENSE_BYTES);
    bytes.set(this.bytes.subarray(0, HEADER_BYTES));
    bytes[ENCODING_AT] = DENSE;
    registers.forEach((value, index) => setDenseRegister(bytes, index, value));
    this.bytes = bytes;
  }

  /** Raises each of 16384 `registers` to its value here. Error: CorruptHyperLogLogError. */
  mergeInto(registers: Uint8Array): void {
    if (!this.isDense) {
      if (!mergeRuns(this.bytes, HEADER_BYTES, registers)) throw new CorruptHyperLogLogError();
      return;
    }
    mergeDense(this.bytes, registers);
  }

  /** Raises each register to its value in `registers`, as PFMERGE does. Error: CorruptHyperLogLogError. */
  raiseAll(registers: Uint8Array, maxSparseBytes: number): void {
    registers.forEach((value, index) => value > 0 && this.raise(index, value, maxSparseBytes));
    this.forgetCardinality();
  }

  /** Says in the header that the cardinality there is no longer true. */
  forgetCardinality(): void {
    this.bytes[STALE_AT]! |= STALE;
  }

  /** Whether the cardinality is known; otherwise `count` will change the bytes. */
  get isCounted(): boolean {
    return (this.bytes[STALE_AT]! & STALE) === 0;
  }

  /** About how many distinct elements were added. It is kept in the header, so this may change the bytes. Error: CorruptHyperLogLogError. */
  count(): number {
    const header = new DataView(this.bytes.buffer, this.bytes.byteOffset, HEADER_BYTES);
    if (this.isCounted) return Number(header.getBigUint64(CARDINALITY_AT, true));
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    const cardinality = countRegisters(registers);
    header.setBigUint64(CARDINALITY_AT, BigInt(cardinality), true);
    return cardinality;
  }
}

/** About how many distinct elements 16384 registers have seen. */
export function countRegisters(registers: Uint8Array): number {
  const histogram = new Uint32Array(MAX_REGISTER + 1);
  for (let index = 0; index < REGISTERS; index++) histogram[registers[index]!]!++;
  // Registers that no elements could have set may give infinity.
  return Math.min(estimateCardinality(histogram, REGISTERS), Number.MAX_SAFE_INTEGER);
}

/** How many bits of the hash, above those of the index, there are up to the first that is set: 1 to 51. */
function rankOf(low: number, high: number): number {
  const rest = (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS));
  if (rest !== 0) return trailingZeros(rest) + 1;
  return trailingZeros((high >>> INDEX_BITS) | (1 << (32 - INDEX_BITS))) + 33;
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function denseRegister(bytes: Uint8Array, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  return ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> (bit & 7)) & MAX_REGISTER;
}

/** Four registers stand in three bytes. */
function mergeDense(bytes: Uint8Array, registers: Uint8Array): void {
  for (let index = 0, at = HEADER_BYTES; index < REGISTERS; index += 4, at += 3) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    for (let i = 0; i < 4; i++) {
      const value = (four >> (i * REGISTER_BITS)) & MAX_REGISTER;
      if (registers[index + i]! < value) registers[index + i] = value;
    }
  }
}

function setDenseRegister(bytes: Uint8Array, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  const shift = bit & 7;
  bytes[at] = (bytes[at]! & ~(MAX_REGISTER << shift)) | (value << shift);
  if (shift > 8 - REGISTER_BITS) bytes[at + 1] = (bytes[at + 1]! & ~(MAX_REGISTER >> (8 - shift))) | (value >> (8 - shift));
}
