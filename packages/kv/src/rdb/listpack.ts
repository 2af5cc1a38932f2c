import { Int64 } from '../values/int64.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { RdbReader } from './rdb-reader.js';

/**
 * Redis's compact sequence of strings and integers: the bytes of all and the count (65535: too many to say), the elements, FF. An
 * element ends in its own length in groups of 7 bits, so that it can be read backwards, and begins with what it is:
 *
 *     0vvvvvvv                   an integer from 0 to 127
 *     10llllll bytes             a string of l bytes
 *     110vvvvv vvvvvvvv          an integer of 13 bits
 *     1110llll llllllll bytes    a string
 *     F0 llll bytes              a string, its length in 32 bits, the lowest byte first
 *     F1 to F4                   an integer of 16, 24, 32 or 64 bits follows, the lowest byte first
 *
 * Source: https://github.com/antirez/listpack/blob/master/listpack.md
 */
const HEADER_BYTES = 6;
const COUNT_AT = 4;
const UNKNOWN_COUNT = 0xffff;
const END = 0xff;
/** What stands before and behind the bytes of an element, at most. */
const FRAME_BYTES = 10;
const FIRST_BYTES = 256;

const STRING_32 = 0xf0;
const INTEGER_16 = 0xf1;
const INTEGER_64 = 0xf4;

const integer = new Int64();

/** Writes a listpack, element by element. */
export class ListpackWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = HEADER_BYTES;
  #count = 0;

  /** Adds a string; as an integer if it spells one. */
  add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#ensure(end - start + FRAME_BYTES);
    const from = this.#length;
    if (integer.parse(bytes, start, end)) this.#integer();
    else this.#string(bytes, start, end);
    this.#length = writeBackLength(this.#buffer, this.#length, this.#length - from);
    this.#count++;
  }

  /** The whole listpack. It may go on afterwards. */
  get bytes(): Buffer {
    this.#buffer[this.#length] = END;
    this.#buffer.writeUInt32LE(this.#length + 1, 0);
    this.#buffer.writeUInt16LE(Math.min(this.#count, UNKNOWN_COUNT), COUNT_AT);
    return this.#buffer.subarray(0, this.#length + 1);
  }

  #integer(): void {
    const buffer = this.#buffer;
    const at = this.#length;
    const { low, high } = integer;
    if (high !== low >> 31) {
      buffer[at] = INTEGER_64;
      buffer.writeInt32LE(low, at + 1);
      this.#length = buffer.writeInt32LE(high, at + 5);
    } else if (low >= 0 && low <= 0x7f) this.#length = buffer.writeUInt8(low, at);
    else if (low >= -0x1000 && low < 0x1000) this.#length = buffer.writeUInt16BE(0xc000 | (low & 0x1fff), at);
    else this.#wideInteger(low);
  }

  #wideInteger(value: number): void {
    const bytes = value === (value << 16) >> 16 ? 2 : value === (value << 8) >> 8 ? 3 : 4;
    this.#buffer[this.#length] = INTEGER_16 + bytes - 2;
    this.#length = this.#buffer.writeIntLE(value, this.#length + 1, bytes);
  }

  #string(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const buffer = this.#buffer;
    let at = this.#length;
    if (length < 0x40) at = buffer.writeUInt8(0x80 | length, at);
    else if (length < 0x1000) at = buffer.writeUInt16BE(0xe000 | length, at);
    else {
      buffer[at] = STRING_32;
      at = buffer.writeUInt32LE(length, at + 1);
    }
    this.#length = at + bytes.copy(buffer, at, start, end);
  }

  /** With a byte for the end. */
  #ensure(bytes: number): void {
    if (this.#length + bytes < this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes + 1));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Writes how long an element is, the highest bits first, and returns where that ends. */
function writeBackLength(buffer: Buffer, at: number, length: number): number {
  const groups = backLengthBytes(length);
  for (let i = groups - 1, rest = length; i >= 0; i--, rest = Math.floor(rest / 0x80)) buffer[at + i] = (rest & 0x7f) | (i > 0 ? 0x80 : 0);
  return at + groups;
}

function backLengthBytes(length: number): number {
  if (length < 2 ** 7) return 1;
  if (length < 2 ** 14) return 2;
  if (length < 2 ** 21) return 3;
  return length < 2 ** 28 ? 4 : 5;
}

/** The elements of a listpack; strings lie in its own bytes. Error: CorruptPayloadError. */
export function* listpackElements(bytes: Buffer): Generator<Buffer, void> {
  const last = bytes.length - 1;
  if (last < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length || bytes[last] !== END) throw new CorruptPayloadError();
  const reader = new RdbReader(bytes.subarray(HEADER_BYTES, last));
  let found = 0;
  for (; !reader.isAtEnd; found++) {
    const start = reader.position;
    yield readElement(reader);
    reader.raw(backLengthBytes(reader.position - start));
  }
  const count = bytes.readUInt16LE(COUNT_AT);
  if (found !== count && count !== UNKNOWN_COUNT) throw new CorruptPayloadError();
}

function readElement(reader: RdbReader): Buffer {
  const first = reader.byte();
  if (first < 0x80) return digits(first);
  if (first < 0xc0) return reader.raw(first & 0x3f);
  if (first < 0xe0) return digits((((first & 0x1f) << 8) | reader.byte()) << 19 >> 19);
  if (first < STRING_32) return reader.raw(((first & 0xf) << 8) | reader.byte());
  if (first === STRING_32) return reader.raw(reader.raw(4).readUInt32LE());
  if (first < INTEGER_64) return digits(reader.raw(first - INTEGER_16 + 2).readIntLE(0, first - INTEGER_16 + 2));
  if (first === INTEGER_64) return digits(reader.raw(8).readBigInt64LE());
  throw new CorruptPayloadError();
}

function digits(value: number | bigint): Buffer {
  return Buffer.from(String(value));
}
