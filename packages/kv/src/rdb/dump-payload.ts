import { crc64Follows, writeCrc64 } from '../algorithms/crc64.js';
import type { RdbWriter } from './rdb-writer.js';

/** The format of Redis 7.0. */
const RDB_VERSION = 10;
const VERSION_BYTES = 2;
const CHECKSUM_BYTES = 8;

/** Ends what DUMP answers: behind the value stand the version of the format and a checksum of all. */
export function endPayload(writer: RdbWriter): Buffer {
  writer.byte(RDB_VERSION);
  writer.byte(0);
  const { length } = writer.bytes;
  writer.raw(Buffer.alloc(CHECKSUM_BYTES));
  const { bytes } = writer;
  writeCrc64(bytes, 0, length, bytes, length);
  return bytes;
}

/** The value in such a payload with its type; undefined if its version is a later one or the checksum another one. */
export function openPayload(payload: Buffer): Buffer | undefined {
  const end = payload.length - CHECKSUM_BYTES - VERSION_BYTES;
  if (end < 0 || payload.readUInt16LE(end) > RDB_VERSION || !crc64Follows(payload, 0, end + VERSION_BYTES)) return undefined;
  return payload.subarray(0, end);
}
