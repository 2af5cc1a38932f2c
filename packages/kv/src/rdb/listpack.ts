import { Slice } from '../memory/slice.js';
import { elementEnd, holdsElement, integerBytes, readString, stringBytes, writeInteger, writeString } from '../values/listpack.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';

/**
 * A whole listpack: how many bytes it has and how many elements (65535: too many to say), the elements, of which values/listpack.ts tells
 * more, and FF.
 */
const HEADER_BYTES = 6;
const COUNT_AT = 4;
const UNKNOWN_COUNT = 0xffff;
const END = 0xff;
const FIRST_BYTES = 256;

/** Writes a listpack, element by element. */
export class ListpackWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = HEADER_BYTES;
  #count = 0;

  /** How many bytes it would have if it ended here. */
  get length(): number {
    return this.#length + 1;
  }

  /** Adds a string; as an integer if it spells one. */
  add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#ensure(stringBytes(bytes, start, end));
    this.#length = writeString(this.#buffer, this.#length, bytes, start, end);
    this.#count++;
  }

  addInteger(value: number): void {
    this.#ensure(integerBytes(value));
    this.#length = writeInteger(this.#buffer, this.#length, value);
    this.#count++;
  }

  /** Adds elements that are written already. */
  addElements({ buffer, start, end }: Slice): void {
    this.#ensure(end - start);
    this.#length += buffer.copy(this.#buffer, this.#length, start, end);
    for (let at = start; at < end; at = elementEnd(buffer, at)) this.#count++;
  }

  /** The whole listpack. It may go on afterwards. */
  get bytes(): Buffer {
    this.#buffer[this.#length] = END;
    this.#buffer.writeUInt32LE(this.#length + 1, 0);
    this.#buffer.writeUInt16LE(Math.min(this.#count, UNKNOWN_COUNT), COUNT_AT);
    return this.#buffer.subarray(0, this.#length + 1);
  }

  /** Makes room for so many bytes, and one for the end. */
  #ensure(bytes: number): void {
    if (this.#length + bytes < this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes + 1));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** The elements of a listpack as strings. Error: CorruptPayloadError. */
export function* listpackElements(bytes: Buffer): Generator<Buffer, void> {
  const last = bytes.length - 1;
  if (last < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length || bytes[last] !== END) throw new CorruptPayloadError();
  const element = new Slice();
  let found = 0;
  for (let at = HEADER_BYTES; at < last; at = elementEnd(bytes, at)) {
    if (!holdsElement(bytes, at, last)) throw new CorruptPayloadError();
    yield readString(bytes, at, element).copy();
    found++;
  }
  const count = bytes.readUInt16LE(COUNT_AT);
  if (found !== count && count !== UNKNOWN_COUNT) throw new CorruptPayloadError();
}
