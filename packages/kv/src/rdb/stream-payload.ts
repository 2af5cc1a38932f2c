import { narrowed } from '../bytes/integer.js';
import type { ValueContext } from '../values/value-context.js';
import { StreamValue } from '../values/stream-value.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { restored } from './restored.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';
import { readGroups, writeGroups } from './stream-group-payload.js';
import { readId, writeId } from './stream-id-payload.js';
import { readNodes, writeNodes } from './stream-node-payload.js';

export function writeStream(writer: RdbWriter, stream: StreamValue): void {
  writeNodes(writer, stream);
  writer.length(stream.size);
  writeId(writer, stream.lastId);
  writeId(writer, stream.firstId);
  writeId(writer, stream.maxDeletedId);
  writer.length64(stream.entriesAdded);
  writeGroups(writer, stream);
}

export function readStream(reader: RdbReader, context: ValueContext): StreamValue {
  return fill(reader, context, true);
}

/** As Redis wrote them before 7.0: without what was deleted, and without counts. */
export function readOldStream(reader: RdbReader, context: ValueContext): StreamValue {
  return fill(reader, context, false);
}

function fill(reader: RdbReader, context: ValueContext, hasCounts: boolean): StreamValue {
  return restored(new StreamValue(context), (stream) => {
    readNodes(reader, stream);
    if (reader.length() !== stream.size) throw new CorruptPayloadError();
    stream.lastId.copyFrom(readId(reader));
    if (hasCounts) {
      // The first id there is follows from the entries.
      readId(reader);
      stream.maxDeletedId.copyFrom(readId(reader));
      stream.entriesAdded = narrowed(BigInt.asIntN(64, BigInt(reader.length64())));
    }
    readGroups(reader, stream, hasCounts);
  });
}
