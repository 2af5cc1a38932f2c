import { lzfDecompress } from '../algorithms/lzf.js';
import { type Integer64, narrowed } from '../bytes/integer.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { INTEGER_8, INTEGER_16, INTEGER_32, LENGTH_14, LENGTH_32, LENGTH_64, LZF, SPECIAL } from './string-encoding.js';

/** What one byte of LZF expands to at most: three of them say to repeat 264. */
const MAX_EXPANSION = 88;

/** Reads what an RdbWriter has written, or Redis. Each method may throw a CorruptPayloadError. */
export class RdbReader {
  #bytes: Buffer;
  #at: number;
  #end: number;

  /** Of `bytes[start, end)`. */
  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes on with other bytes. */
  reset(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Where in its bytes it is. */
  get position(): number {
    return this.#at;
  }

  /** Whether all bytes are read. */
  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    return this.#bytes[this.skip(1)] as number;
  }

  /** A count or length. */
  length(): number {
    const first = this.#bytes[this.#at] ?? SPECIAL;
    if (first >= LENGTH_14) return Number(this.length64());
    this.skip(1);
    return first;
  }

  /** The same where it may be beyond 2^53. */
  length64(): Integer64 {
    const first = this.byte();
    if (first < LENGTH_14) return first;
    if (first < LENGTH_32) return ((first & 0x3f) << 8) | this.byte();
    if (first === LENGTH_32) return this.#bytes.readUInt32BE(this.skip(4));
    if (first === LENGTH_64) return narrowed(this.#bytes.readBigUInt64BE(this.skip(8)));
    throw new CorruptPayloadError();
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.skip(8));
  }

  /** The bytes of a string. They may lie in those that are read from. */
  string(): Buffer {
    const first = this.#bytes[this.#at] ?? 0;
    if (first < SPECIAL) return this.raw(this.length());
    this.#at++;
    const encoding = first & ~SPECIAL;
    if (encoding === LZF) return this.#expanded();
    return Buffer.from(String(this.#integer(encoding)));
  }

  /** So many bytes as they are. */
  raw(length: number): Buffer {
    const start = this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Passes over so many bytes, and returns where they begin. */
  skip(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw new CorruptPayloadError();
    this.#at += length;
    return start;
  }

  /** In ms since the epoch, as a number that was written says it. */
  deadline(): number {
    const at = this.skip(8);
    return this.#bytes.readInt32LE(at + 4) * 2 ** 32 + this.#bytes.readUInt32LE(at);
  }

  /** The same of anybody's payload. What no number holds exactly is further away than any clock goes. */
  time(): number {
    return Math.min(Math.max(this.deadline(), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  }

  #integer(encoding: number): number {
    switch (encoding) {
      case INTEGER_8: return this.#bytes.readInt8(this.skip(1));
      case INTEGER_16: return this.#bytes.readInt16LE(this.skip(2));
      case INTEGER_32: return this.#bytes.readInt32LE(this.skip(4));
      default: throw new CorruptPayloadError();
    }
  }

  #expanded(): Buffer {
    const compressedBytes = this.length();
    const bytes = this.length();
    const compressed = this.raw(compressedBytes);
    // What it claims is not believed before memory is taken for it.
    if (bytes > compressedBytes * MAX_EXPANSION) throw new CorruptPayloadError();
    const target = Buffer.allocUnsafe(bytes);
    if (lzfDecompress(compressed, 0, compressedBytes, target, 0, bytes) !== bytes) throw new CorruptPayloadError();
    return target;
  }
}
