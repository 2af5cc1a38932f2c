/** All that a server would have to find again after a crash, and nothing of how it is laid out. */
import type { Server } from '../../src/server/server.js';
import type { Database } from '../../src/store/database.js';
import { STRING } from '../../src/store/meta.js';
import type { HashValue } from '../../src/values/hash-value.js';
import type { IdTable } from '../../src/values/id-table.js';
import type { ListValue } from '../../src/values/list-value.js';
import type { SetValue } from '../../src/values/set-value.js';
import { type SortedSetValue, scoreOf } from '../../src/values/sorted-set-value.js';
import { MAX_ID, MIN_ID, StreamId } from '../../src/values/stream-id.js';
import type { StreamGroup } from '../../src/values/stream-group.js';
import type { StreamValue } from '../../src/values/stream-value.js';
import type { Collection } from '../../src/values/value-context.js';

/** A line for each key and each library, in an order of their own. */
export function imageOf({ keyspace, functions }: Server): string[] {
  const keys = keyspace.databases.flatMap((db) => linesOf(db).map(({ line }) => line));
  const libraries = [...functions.libraries.values()].map(({ name, source }) => `library ${name} ${String(source)}`);
  return [...keys, ...libraries].sort();
}

/** Each key of a database, and a line with all that it holds. */
export function linesOf(db: Database): { readonly key: Buffer; readonly line: string }[] {
  const lines: { key: Buffer; line: string }[] = [];
  db.dict.forEach((entry) => {
    const key = db.keyOf(entry);
    const name = JSON.stringify(key.toString('latin1'));
    lines.push({ key, line: `db${db.index} ${name} until ${db.deadlineOf(entry)}: ${JSON.stringify(valueOf(db, entry))}` });
  });
  return lines;
}

function valueOf(db: Database, entry: number): unknown {
  if (db.typeOf(entry) === STRING) return db.stringOf(entry).copy().toString('latin1');
  const collection = db.collectionOf(entry);
  return { [collection.type]: contentsOf(collection) };
}

function contentsOf(collection: Collection): unknown {
  switch (collection.type) {
    case 'list': return listed((visit) => (collection as ListValue).forEach(visit));
    case 'set': return listed((visit) => (collection as SetValue).forEach(visit)).sort();
    case 'hash': return fieldsOf(collection as HashValue);
    case 'zset': return membersOf(collection as SortedSetValue);
    case 'stream': return streamOf(collection as StreamValue);
  }
}

function text(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start, end);
}

function listed(visitAll: (visit: (buffer: Buffer, start: number, end: number) => void) => void): string[] {
  const elements: string[] = [];
  visitAll((buffer, start, end) => elements.push(text(buffer, start, end)));
  return elements;
}

function fieldsOf(hash: HashValue): string[] {
  const fields: string[] = [];
  hash.forEach((buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
    fields.push(JSON.stringify([text(buffer, fieldStart, fieldEnd), text(buffer, valueStart, valueEnd)]));
  });
  return fields.sort();
}

function membersOf(zset: SortedSetValue): string[] {
  const members: string[] = [];
  zset.range(0, zset.size, false, (buffer, start, end, scoreStart) => {
    members.push(`${scoreOf(buffer, scoreStart)} ${text(buffer, start, end)}`);
  });
  return members;
}

function streamOf(stream: StreamValue): unknown {
  const entries: string[] = [];
  stream.range(MIN_ID, MAX_ID, false, Number.POSITIVE_INFINITY, (entry) => {
    entries.push(`${entry.id.toString()} ${JSON.stringify(listed((visit) => entry.forEach(visit)))}`);
  });
  const { lastId, firstId, maxDeletedId, entriesAdded } = stream;
  const state = [lastId, firstId, maxDeletedId, entriesAdded].map(String);
  return { entries, state, groups: stream.groups.map(([name, group]) => groupOf(name, group)) };
}

/** When a consumer was last seen is not kept: after a start all count as seen just now, as in Redis. */
function groupOf(name: string, group: StreamGroup): unknown {
  const { lastId, entriesRead, pending } = group;
  const consumers = group.consumers.map((consumer) => [consumer.name, idsOf(consumer.pending)]);
  return { name, at: lastId.toString(), read: String(entriesRead), pending: idsOf(pending, () => deliveryOf(group)), consumers };
}

function deliveryOf({ owner, pending: { deliveredMs, deliveries } }: StreamGroup): string {
  return `${owner.name} ${deliveredMs} ${deliveries}`;
}

function idsOf(table: IdTable, more = (): string => ''): string[] {
  const ids: string[] = [];
  const id = new StreamId();
  for (let isOne = table.seek(MIN_ID); isOne; isOne = table.next()) ids.push(`${table.readId(id).toString()} ${more()}`);
  return ids;
}
