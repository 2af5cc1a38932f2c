import { totalmem } from 'node:os';
import type { Call } from '../../command/call.js';
import type { Database } from '../../store/database.js';
import type { Field } from './info-field.js';
import { memoryFacts, share } from './memory-facts.js';

const UNITS = ['B', 'K', 'M', 'G', 'T'] as const;

/** See MemoryFacts for what is counted where. */
export function memory(call: Call): Field[] {
  const { used, peak, tables, dataset, allocated, reserved, resident, heap, clients } = memoryFacts(call);
  const { settings, keyspace: { collections } } = call.server;
  return [
    ...readable('used_memory', used),
    ...readable('used_memory_rss', resident),
    ...readable('used_memory_peak', peak),
    ['used_memory_peak_perc', percentage(used, peak)],
    ['used_memory_overhead', tables],
    ['used_memory_startup', 0],
    ['used_memory_dataset', dataset],
    ['used_memory_dataset_perc', percentage(dataset, used)],
    ['used_memory_heap', heap],
    ['allocator_allocated', allocated],
    ['allocator_active', reserved],
    ['allocator_resident', reserved],
    ...readable('total_system_memory', totalmem()),
    ...scriptMemory(call),
    ...readable('maxmemory', settings.maxmemory),
    ['maxmemory_policy', settings.maxmemoryPolicy],
    ['allocator_frag_ratio', ratio(reserved, allocated)],
    ['allocator_frag_bytes', reserved - allocated],
    ['mem_fragmentation_ratio', ratio(resident, used)],
    ['mem_fragmentation_bytes', resident - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', clients],
    ['mem_aof_buffer', 0],
    ['mem_allocator', 'slab'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', collections.condemned],
  ];
}

/** The machines in which Lua runs, and the sources that are kept. */
function scriptMemory({ server: { scripts, functions } }: Call): Field[] {
  return [
    ...readable('used_memory_lua', scripts.memoryBytes),
    ['used_memory_vm_eval', scripts.memoryBytes],
    ['used_memory_scripts_eval', scripts.sourceBytes],
    ['number_of_cached_scripts', scripts.count],
    ['number_of_functions', functions.count],
    ['number_of_libraries', functions.libraries.size],
    ['used_memory_vm_functions', functions.memoryBytes],
    ...readable('used_memory_vm_total', scripts.memoryBytes + functions.memoryBytes),
    ['used_memory_functions', functions.sourceBytes],
    ...readable('used_memory_scripts', scripts.sourceBytes + functions.sourceBytes),
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
  return `${(share(part, whole) * 100).toFixed(2)}%`;
}

function ratio(part: number, whole: number): string {
  return share(part, whole).toFixed(2);
}
