import { narrowed } from '../bytes/integer.js';
import { StreamId } from '../values/stream-id.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';

const PART_BYTES = 8;

const raw = Buffer.alloc(2 * PART_BYTES);

/** The id as two lengths. */
export function writeId(writer: RdbWriter, { ms, seq }: StreamId): void {
  writer.length64(ms);
  writer.length64(seq);
}

export function readId(reader: RdbReader): StreamId {
  return new StreamId(reader.length64(), reader.length64());
}

/** The id in 16 bytes, the highest first, until the next call: they sort as ids do. */
export function rawId({ ms, seq }: StreamId): Buffer {
  raw.writeBigUInt64BE(BigInt(ms), 0);
  raw.writeBigUInt64BE(BigInt(seq), PART_BYTES);
  return raw;
}

export const RAW_ID_BYTES = raw.length;

export function parseRawId(bytes: Buffer): StreamId {
  return new StreamId(narrowed(bytes.readBigUInt64BE(0)), narrowed(bytes.readBigUInt64BE(PART_BYTES)));
}
