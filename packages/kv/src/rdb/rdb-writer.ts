import { lzfCompress } from '../algorithms/lzf.js';
import { type Integer64, parseInteger } from '../bytes/integer.js';
import { copyBytes } from '../memory/entry.js';
import { INTEGER_8, INTEGER_16, INTEGER_32, LENGTH_14, LENGTH_32, LENGTH_64, LZF, SPECIAL } from './string-encoding.js';

const FIRST_BYTES = 512;
/** A length with its first byte. */
const LENGTH_BYTES = 9;
/** Longer strings are no 32-bit integers. */
const MAX_INTEGER_BYTES = 11;
/** Strings from this length on are compressed, if that saves at least so many bytes. */
const MIN_COMPRESSED_BYTES = 21;
const MIN_SAVED_BYTES = 4;

/** Writes values in Redis's snapshot format to a buffer that grows. */
export class RdbWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  readonly #isPlain: boolean;

  /** A plain one writes all strings as they are: it is for what is to be fast rather than short. */
  constructor({ plain = false } = {}) {
    this.#isPlain = plain;
  }

  /** What is written so far; valid until the next call. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** How many bytes that is. */
  get size(): number {
    return this.#length;
  }

  /** Begins anew. A buffer that has become larger than `maxBytes` is not kept for that. */
  clear(maxBytes: number): void {
    this.#length = 0;
    if (this.#buffer.length > maxBytes) this.#buffer = Buffer.allocUnsafe(FIRST_BYTES);
  }

  byte(value: number): void {
    this.#ensure(1);
    this.#buffer[this.#length++] = value;
  }

  /** A count or length: 1, 2, 5 or 9 bytes. */
  length(value: number): void {
    this.#ensure(LENGTH_BYTES);
    const buffer = this.#buffer;
    const at = this.#length;
    if (value < 0x40) {
      this.#length = buffer.writeUInt8(value, at);
    } else if (value < 0x4000) {
      this.#length = buffer.writeUInt16BE((LENGTH_14 << 8) | value, at);
    } else if (value < 2 ** 32) {
      buffer[at] = LENGTH_32;
      this.#length = buffer.writeUInt32BE(value, at + 1);
    } else {
      this.length64(value);
    }
  }

  /** The same for any integer of 64 bits, which is taken as one without sign. */
  length64(value: Integer64): void {
    if (value >= 0 && value < 2 ** 32) return this.length(Number(value));
    this.#ensure(LENGTH_BYTES);
    this.#buffer[this.#length] = LENGTH_64;
    this.#length = this.#buffer.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)), this.#length + 1);
  }

  double(value: number): void {
    this.#ensure(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** A time in ms since the epoch. */
  time(ms: number): void {
    this.#ensure(8);
    this.#length = this.#buffer.writeUInt32LE(ms >>> 0, this.#length);
    this.#length = this.#buffer.writeInt32LE(Math.floor(ms / 2 ** 32), this.#length);
  }

  /** A string with its length: as an integer or compressed, where that is shorter and not forbidden. */
  string(bytes: Buffer, start = 0, end = bytes.length): void {
    if (!this.#isPlain && (this.#integer(bytes, start, end) || this.#compressed(bytes, start, end))) return;
    this.length(end - start);
    this.raw(bytes, start, end);
  }

  /** Bytes as they are. */
  raw(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#ensure(end - start);
    copyBytes(bytes, start, this.#buffer, this.#length, end - start);
    this.#length += end - start;
  }

  #integer(bytes: Buffer, start: number, end: number): boolean {
    if (end - start > MAX_INTEGER_BYTES) return false;
    const value = parseInteger(bytes, start, end);
    if (value !== (value | 0)) return false;
    this.#ensure(LENGTH_BYTES);
    const at = this.#length + 1;
    if (value === (value << 24) >> 24) this.#special(INTEGER_8, this.#buffer.writeInt8(value, at));
    else if (value === (value << 16) >> 16) this.#special(INTEGER_16, this.#buffer.writeInt16LE(value, at));
    else this.#special(INTEGER_32, this.#buffer.writeInt32LE(value, at));
    return true;
  }

  #special(encoding: number, end: number): void {
    this.#buffer[this.#length] = SPECIAL | encoding;
    this.#length = end;
  }

  #compressed(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < MIN_COMPRESSED_BYTES) return false;
    const target = Buffer.allocUnsafe(end - start - MIN_SAVED_BYTES);
    const compressedBytes = lzfCompress(bytes, start, end, target, 0, target.length);
    if (compressedBytes < 0) return false;
    this.byte(SPECIAL | LZF);
    this.length(compressedBytes);
    this.length(end - start);
    this.raw(target, 0, compressedBytes);
    return true;
  }

  #ensure(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
