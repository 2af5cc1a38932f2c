import { CorruptPayloadError } from './corrupt-payload-error.js';
import { RdbReader } from './rdb-reader.js';

/**
 * What Redis kept small hashes in until 2.6: the count, fields and values in turn, FF. Each begins with its length, in a byte or in FE
 * and four, the lowest first. A value's length is followed by how many bytes behind the value are unused.
 */
const END = 0xff;
const LONG_LENGTH = 0xfe;

/** Fields and values of a zipmap in turn; they lie in its own bytes. Error: CorruptPayloadError. */
export function* zipmapElements(bytes: Buffer): Generator<Buffer, void> {
  const reader = new RdbReader(bytes);
  reader.byte();
  for (let first = reader.byte(); first !== END; first = reader.byte()) {
    yield reader.raw(readLength(reader, first));
    const length = readLength(reader, reader.byte());
    const unused = reader.byte();
    yield reader.raw(length);
    reader.raw(unused);
  }
}

function readLength(reader: RdbReader, first: number): number {
  if (first === END) throw new CorruptPayloadError();
  return first === LONG_LENGTH ? reader.raw(4).readUInt32LE() : first;
}
