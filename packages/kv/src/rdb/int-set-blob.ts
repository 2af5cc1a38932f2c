import { Int64 } from '../values/int64.js';
import type { SetValue } from '../values/set-value.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';

/** A set of integers in ascending order, all as wide: the bytes of each (2, 4 or 8), how many they are, the integers. */
const HEADER_BYTES = 8;
const MIN_WIDTH = 2;
const MAX_WIDTH = 8;

const integer = new Int64();

/** Of a set whose members are integers. */
export function intSetBlob(set: SetValue): Buffer {
  let width = MIN_WIDTH;
  set.forEach((buffer, start, end) => {
    integer.parse(buffer, start, end);
    width = Math.max(width, integer.width);
  });
  const blob = Buffer.allocUnsafe(HEADER_BYTES + set.size * width);
  blob.writeUInt32LE(width, 0);
  let at = blob.writeUInt32LE(set.size, 4);
  set.forEach((buffer, start, end) => {
    integer.parse(buffer, start, end);
    if (width === MAX_WIDTH) blob.writeInt32LE(integer.high, at + 4);
    at = blob.writeIntLE(width === MIN_WIDTH ? (integer.low << 16) >> 16 : integer.low, at, Math.min(width, 4)) + (width === MAX_WIDTH ? 4 : 0);
  });
  return blob;
}

/** The integers as text. Error: CorruptPayloadError. */
export function* intSetMembers(blob: Buffer): Generator<Buffer, void> {
  if (blob.length < HEADER_BYTES) throw new CorruptPayloadError();
  const width = blob.readUInt32LE(0);
  const isKnown = width === 2 || width === 4 || width === MAX_WIDTH;
  if (!isKnown || blob.readUInt32LE(4) * width !== blob.length - HEADER_BYTES) throw new CorruptPayloadError();
  for (let at = HEADER_BYTES; at < blob.length; at += width) {
    yield Buffer.from(String(width === MAX_WIDTH ? blob.readBigInt64LE(at) : blob.readIntLE(at, width)));
  }
}
