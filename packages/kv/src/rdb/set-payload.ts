import { SetValue } from '../values/set-value.js';
import type { ValueContext } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { restored } from './restored.js';
import { intSetBlob, intSetMembers } from './int-set-blob.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';

export function writeSet(writer: RdbWriter, set: SetValue): void {
  if (set.encoding === 'intset') return writer.string(intSetBlob(set));
  writer.length(set.size);
  set.forEach((buffer, start, end) => writer.string(buffer, start, end));
}

export function readSet(reader: RdbReader, context: ValueContext): SetValue {
  return restored(new SetValue(context), (set) => {
    for (let left = reader.length(); left > 0; left--) addNew(set, reader.string());
  });
}

export function readIntSet(reader: RdbReader, context: ValueContext): SetValue {
  return restored(new SetValue(context), (set) => {
    for (const member of intSetMembers(reader.string())) addNew(set, member);
  });
}

function addNew(set: SetValue, member: Buffer): void {
  if (!set.add(member, 0, member.length)) throw new CorruptPayloadError();
}
