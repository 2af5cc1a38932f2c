import { CorruptPayloadError } from './corrupt-payload-error.js';
import { RdbReader } from './rdb-reader.js';

/**
 * What Redis had before listpacks: the bytes of all, where the last element begins, the count, the elements, FF. An element begins
 * with the length of the one before it, in a byte or in FE and four, and goes on with what it is:
 *
 *     00llllll bytes             a string of l bytes
 *     01llllll llllllll bytes    a string
 *     10...... llll bytes        a string, its length in 32 bits, the highest byte first
 *     C0 D0 E0 F0 FE             an integer of 16, 32, 64, 24 or 8 bits follows, the lowest byte first
 *     1111vvvv                   an integer from 0 to 12, plus one
 */
const HEADER_BYTES = 10;
const END = 0xff;
const LONG_LENGTH = 0xfe;
const FIRST_IMMEDIATE = 0xf0;
const LAST_IMMEDIATE = 0xfe;
const INTEGER_BYTES: Readonly<Record<number, number>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };

/** The elements of a ziplist; strings lie in its own bytes. Error: CorruptPayloadError. */
export function* ziplistElements(bytes: Buffer): Generator<Buffer, void> {
  const last = bytes.length - 1;
  if (last < HEADER_BYTES || bytes.readUInt32LE(0) !== bytes.length || bytes[last] !== END) throw new CorruptPayloadError();
  const reader = new RdbReader(bytes.subarray(HEADER_BYTES, last));
  while (!reader.isAtEnd) {
    if (reader.byte() === LONG_LENGTH) reader.raw(4);
    yield readElement(reader);
  }
}

function readElement(reader: RdbReader): Buffer {
  const first = reader.byte();
  if (first < 0x40) return reader.raw(first);
  if (first < 0x80) return reader.raw(((first & 0x3f) << 8) | reader.byte());
  if (first < 0xc0) return reader.raw(reader.raw(4).readUInt32BE());
  return Buffer.from(String(readInteger(reader, first)));
}

function readInteger(reader: RdbReader, first: number): number | bigint {
  if (first > FIRST_IMMEDIATE && first < LAST_IMMEDIATE) return (first & 0xf) - 1;
  const width = INTEGER_BYTES[first];
  if (width === undefined) throw new CorruptPayloadError();
  const bytes = reader.raw(width);
  return width === 8 ? bytes.readBigInt64LE() : bytes.readIntLE(0, width);
}
