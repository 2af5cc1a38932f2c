import { type Integer64, narrowed } from '../bytes/integer.js';
import { subtractWrapped } from '../bytes/words.js';
import { MIN_ID, StreamId } from '../values/stream-id.js';
import type { StreamGroup } from '../values/stream-group.js';
import type { IdTable } from '../values/id-table.js';
import type { StreamValue } from '../values/stream-value.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';
import { RAW_ID_BYTES, parseRawId, rawId, readId, writeId } from './stream-id-payload.js';

/** Stands for a count of read entries that nobody knows. */
const UNKNOWN = -1;

/** What the list of a group tells of a pending entry. Whose it is, only the lists of its consumers tell. */
interface Delivery {
  readonly deliveredMs: number;
  readonly deliveries: Integer64;
}

const id = new StreamId();

/** Groups, each with its pending entries and then its consumers, each with the ids of those that are pending for it. */
export function writeGroups(writer: RdbWriter, stream: StreamValue): void {
  writer.length(stream.groupCount);
  for (const [name, group] of stream.groups) {
    writer.string(Buffer.from(name, 'latin1'));
    writeId(writer, group.lastId);
    writer.length64(group.entriesRead ?? UNKNOWN);
    writePending(writer, group.pending, () => {
      writer.time(group.pending.deliveredMs);
      writer.length64(group.pending.deliveries);
    });
    writer.length(group.consumerCount);
    for (const consumer of group.consumers) {
      writer.string(Buffer.from(consumer.name, 'latin1'));
      writer.time(consumer.seenMs);
      writePending(writer, consumer.pending);
    }
  }
}

function writePending(writer: RdbWriter, table: IdTable, writeMore = (): void => {}): void {
  writer.length(table.size);
  if (table.size === 0) return;
  for (let more = table.seek(MIN_ID); more; more = table.next()) {
    writer.raw(rawId(table.readId(id)));
    writeMore();
  }
}

/** Adds groups to a stream. Those that Redis wrote before 7.0 do not say how many entries they have read, but mostly it can be told. */
export function readGroups(reader: RdbReader, stream: StreamValue, hasCounts: boolean): void {
  for (let left = reader.length(); left > 0; left--) {
    const name = reader.string().toString('latin1');
    if (stream.group(name) !== undefined) throw new CorruptPayloadError();
    stream.addGroup(name, readId(reader), undefined);
    const group = stream.group(name) as StreamGroup;
    group.entriesRead = hasCounts ? readCount(reader) : estimatedCount(stream, group);
    readConsumers(reader, group);
  }
}

function readCount(reader: RdbReader): Integer64 | undefined {
  const count = narrowed(BigInt.asIntN(64, BigInt(reader.length64())));
  return count === UNKNOWN ? undefined : count;
}

function estimatedCount(stream: StreamValue, group: StreamGroup): Integer64 | undefined {
  const lag = stream.lagOf(group);
  return lag === undefined ? undefined : subtractWrapped(stream.entriesAdded, lag);
}

function readConsumers(reader: RdbReader, group: StreamGroup): void {
  const deliveries = readDeliveries(reader);
  for (let left = reader.length(); left > 0; left--) {
    const name = reader.string().toString('latin1');
    if (group.consumer(name) !== undefined) throw new CorruptPayloadError();
    const consumer = group.addConsumer(name, reader.time());
    for (let ids = reader.length(); ids > 0; ids--) {
      const raw = reader.raw(RAW_ID_BYTES);
      const delivery = deliveries.get(raw.toString('latin1'));
      if (delivery === undefined) throw new CorruptPayloadError();
      group.deliver(parseRawId(raw), consumer, delivery.deliveredMs);
      group.pending.deliveries = delivery.deliveries;
    }
  }
  if (group.pending.size !== deliveries.size) throw new CorruptPayloadError();
}

/** By the bytes of their ids. */
function readDeliveries(reader: RdbReader): Map<string, Delivery> {
  const found = new Map<string, Delivery>();
  const count = reader.length();
  while (found.size < count) {
    const raw = reader.raw(RAW_ID_BYTES).toString('latin1');
    if (found.has(raw)) throw new CorruptPayloadError();
    found.set(raw, { deliveredMs: reader.time(), deliveries: reader.length64() });
  }
  return found;
}
