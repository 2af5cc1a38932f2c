import { crc32 } from '../algorithms/crc32.js';
import { copyBytes } from '../memory/entry.js';
import { MAX_RECORD_BYTES, RECORD_HEADER_BYTES, RecordHeader } from './record-header.js';

const FIRST_BYTES = 64 * 1024;
/** One that has grown beyond it is given back when its record is written: few are that large. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Bytes of a number at most: seven bits in each, and numbers are below 2^53. */
export const MAX_VARINT_BYTES = 8;

/**
 * One record as it grows: the payload, with room in front for the header, so that both leave in one write. It is used again for the
 * next record. Error: RangeError if it grows beyond `maxBytes`, or beyond what there is memory for.
 */
export class RecordBuffer {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  /** The room for the header. */
  #front = frontOf(this.#bytes);
  #end = RECORD_HEADER_BYTES;
  readonly #header = new RecordHeader();
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_RECORD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Header and payload; valid until the next call. The header is there when it is sealed. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Where the payload ends in `bytes`, and so how many bytes the record takes in a file. */
  get end(): number {
    return this.#end;
  }

  get payloadBytes(): number {
    return this.#end - RECORD_HEADER_BYTES;
  }

  get isEmpty(): boolean {
    return this.#end === RECORD_HEADER_BYTES;
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.#end++] = value;
  }

  /** A whole number from 0, seven bits to a byte, the lowest first. */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    const bytes = this.#bytes;
    let end = this.#end;
    let rest = value;
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) | 0x80;
    for (; rest > 127; rest >>>= 7) bytes[end++] = rest | 0x80;
    bytes[end++] = rest;
    this.#end = end;
  }

  /** The bytes `source[start, end)` as they are. */
  raw(source: Buffer, start = 0, end = source.length): void {
    const count = end - start;
    this.reserve(count);
    copyBytes(source, start, this.#bytes, this.#end, count);
    this.#end += count;
  }

  /** The same after their count. */
  string(source: Buffer, start = 0, end = source.length): void {
    this.varint(end - start);
    this.raw(source, start, end);
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    if (this.#end + count > this.#bytes.length) this.#grow(count);
  }

  /** Writes the header for what stands before `end`, for this place of the file with this salt. It may be sealed again, for another one. */
  seal(salt: number, position: number, synced: number, end = this.#end): void {
    const header = this.#header;
    header.payloadBytes = end - RECORD_HEADER_BYTES;
    header.payloadSum = crc32(this.#bytes, RECORD_HEADER_BYTES, end);
    header.synced = synced;
    header.encode(this.#front, 0, salt, position);
  }

  /** Takes back what was added behind `end`. */
  truncate(end: number): void {
    this.#end = end;
  }

  clear(): void {
    this.#end = RECORD_HEADER_BYTES;
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#hold(Buffer.allocUnsafe(FIRST_BYTES));
  }

  #grow(count: number): void {
    const needed = this.#end + count;
    if (needed > this.#maxBytes) throw new RangeError(`a record of ${needed} bytes: ${this.#maxBytes} are the limit`);
    const larger = Buffer.allocUnsafe(Math.min(Math.max(this.#bytes.length * 2, needed), this.#maxBytes));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#hold(larger);
  }

  #hold(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#front = frontOf(bytes);
  }
}

function frontOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER_BYTES);
}
