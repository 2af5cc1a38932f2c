import { totalmem } from 'node:os';
import type { Call } from '../../command/call.js';
import type { Database } from '../../store/database.js';
import type { Field } from './info-field.js';

const UNITS = ['B', 'K', 'M', 'G', 'T'] as const;

/**
 * Used is what keys and values take in blocks of the store, with their collections' objects in V8's heap, which is what `maxmemory`
 * bounds; reserved, what those blocks were cut from. The rest of the process, V8's heap above all, is in the resident size only.
 */
export function memory({ server }: Call): Field[] {
  server.noteMemory();
  const { memory: store, usedBytes: used } = server.keyspace;
  const { rss, heapUsed } = process.memoryUsage();
  const { settings, peakMemoryBytes: peak } = server;
  const tableBytes = server.keyspace.databases.reduce((bytes, db) => bytes + db.dict.bytes, 0);
  return [
    ...readable('used_memory', used),
    ...readable('used_memory_rss', rss),
    ...readable('used_memory_peak', peak),
    ['used_memory_peak_perc', percentage(used, peak)],
    ['used_memory_overhead', tableBytes],
    ['used_memory_startup', 0],
    ['used_memory_dataset', used - tableBytes],
    ['used_memory_dataset_perc', percentage(used - tableBytes, used)],
    ['used_memory_heap', heapUsed],
    ['allocator_allocated', store.usedBytes],
    ['allocator_active', store.reservedBytes],
    ['allocator_resident', store.reservedBytes],
    ...readable('total_system_memory', totalmem()),
    ...readable('maxmemory', settings.maxmemory),
    ['maxmemory_policy', settings.maxmemoryPolicy],
    ['allocator_frag_ratio', ratio(store.reservedBytes, store.usedBytes)],
    ['allocator_frag_bytes', store.reservedBytes - store.usedBytes],
    ['mem_fragmentation_ratio', ratio(rss, used)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', clientBytes(server.clients.values())],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'slab'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', server.keyspace.collections.condemned],
  ];
}

function clientBytes(clients: Iterable<{ pending: { length: number } | undefined; connection: { bytesQueued: number } | undefined }>): number {
  let bytes = 0;
  for (const { pending, connection } of clients) bytes += (pending?.length ?? 0) + (connection?.bytesQueued ?? 0);
  return bytes;
}

/** Nothing is ever saved yet. */
export function persistence({ server: { keyspace: { dirty }, startedMs } }: Call): Field[] {
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['rdb_changes_since_last_save', dirty],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', Math.floor(startedMs / 1000)],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', -1],
    ['rdb_current_bgsave_time_sec', -1],
    ['rdb_saves', 0],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', -1],
    ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_last_write_status', 'ok'],
  ];
}

export function keyspace({ server: { keyspace: { databases, expiry } } }: Call): Field[] {
  const facts = (db: Database): string => `keys=${db.size},expires=${db.expiring},avg_ttl=${Math.round(expiry.averageTtlMs(db))}`;
  return databases.filter(({ size }) => size > 0).map((db) => [`db${db.index}`, facts(db)]);
}

function readable(name: string, bytes: number): Field[] {
  return [[name, bytes], [`${name}_human`, humanBytes(bytes)]];
}

/** 918.95K */
export function humanBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes}B` : `${(bytes / 1024 ** power).toFixed(2)}${UNITS[power]}`;
}

function percentage(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(2)}%`;
}

function ratio(part: number, whole: number): string {
  return (whole === 0 ? 0 : part / whole).toFixed(2);
}
