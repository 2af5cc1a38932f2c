import { HashValue } from '../values/hash-value.js';
import type { ValueContext } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { forEachPair, restored } from './restored.js';
import { ListpackWriter } from './listpack.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';

export function writeHash(writer: RdbWriter, hash: HashValue): void {
  if (hash.encoding === 'listpack') {
    const pack = new ListpackWriter();
    hash.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
      pack.add(buffer, fieldStart, fieldEnd);
      pack.add(buffer, valueStart, valueEnd);
    });
    return writer.string(pack.bytes);
  }
  writer.length(hash.size);
  hash.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
    writer.string(buffer, fieldStart, fieldEnd);
    writer.string(buffer, valueStart, valueEnd);
  });
}

export function readHash(reader: RdbReader, context: ValueContext): HashValue {
  return restored(new HashValue(context), (hash) => {
    for (let left = reader.length(); left > 0; left--) setNew(hash, reader.string(), reader.string());
  });
}

/** Of the fields and values of a compact sequence. */
export function readPackedHash(elements: Iterator<Buffer, void>, context: ValueContext): HashValue {
  return restored(new HashValue(context), (hash) => forEachPair(elements, (field, value) => setNew(hash, field, value)));
}

function setNew(hash: HashValue, field: Buffer, value: Buffer): void {
  if (!hash.set(field, 0, field.length, value, 0, value.length)) throw new CorruptPayloadError();
}
