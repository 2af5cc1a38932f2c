import type { Call } from '../../command/call.js';
import type { DurabilityFacts } from '../../server/durability.js';
import { longestLog } from '../../server/log-growth.js';
import type { Field } from './info-field.js';

/** Of a server that is in memory only. */
const NOTHING_KEPT = {
  lastSaveDurationSeconds: -1, currentSaveDurationSeconds: -1, lastSaveSucceeded: true, lastWriteSucceeded: true,
  saves: 0, savedChanges: 0, loadedKeys: 0, savedKeys: 0, keysToSave: 0,
} as const;

/**
 * The fields of Redis 7.0. A snapshot is what Redis has two things for, BGSAVE and the rewriting of the append-only file: both are told of it.
 * Nothing is forked, and so nothing copied on write.
 */
export function persistence({ server }: Call): Field[] {
  const { keyspace: { dirty }, durability, startedMs } = server;
  const facts = durability?.facts;
  const { savedKeys, keysToSave, savedChanges, loadedKeys, saves, ...last } = facts ?? NOTHING_KEPT;
  const isUnderWay = last.currentSaveDurationSeconds >= 0 ? 1 : 0;
  const saveStatus = last.lastSaveSucceeded ? 'ok' : 'err';
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['current_cow_peak', 0],
    ['current_cow_size', 0],
    ['current_cow_size_age', 0],
    ['current_fork_perc', keysToSave === 0 ? '0.00' : ((savedKeys / keysToSave) * 100).toFixed(2)],
    ['current_save_keys_processed', savedKeys],
    ['current_save_keys_total', keysToSave],
    ['rdb_changes_since_last_save', dirty - savedChanges],
    ['rdb_bgsave_in_progress', isUnderWay],
    ['rdb_last_save_time', facts?.lastSaveSeconds ?? Math.floor(startedMs / 1000)],
    ['rdb_last_bgsave_status', saveStatus],
    ['rdb_last_bgsave_time_sec', last.lastSaveDurationSeconds],
    ['rdb_current_bgsave_time_sec', last.currentSaveDurationSeconds],
    ['rdb_saves', saves],
    ['rdb_last_cow_size', 0],
    ['rdb_last_load_keys_expired', 0],
    ['rdb_last_load_keys_loaded', loadedKeys],
    ['aof_enabled', facts === undefined ? 0 : 1],
    ['aof_rewrite_in_progress', isUnderWay],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', last.lastSaveDurationSeconds],
    ['aof_current_rewrite_time_sec', last.currentSaveDurationSeconds],
    ['aof_last_bgrewrite_status', saveStatus],
    ['aof_rewrites', saves],
    ['aof_last_write_status', last.lastWriteSucceeded ? 'ok' : 'err'],
    ['aof_last_cow_size', 0],
    ['module_fork_in_progress', 0],
    ['module_fork_last_cow_size', 0],
    ...(facts === undefined ? [] : logFields(facts)),
  ];
}

function logFields({ snapshotBytes, logBytes, bufferedBytes, pendingSyncs, delayedSyncs }: DurabilityFacts): Field[] {
  return [
    ['aof_current_size', snapshotBytes + logBytes],
    ['aof_base_size', snapshotBytes],
    ['aof_pending_rewrite', 0],
    ['aof_buffer_length', bufferedBytes],
    ['aof_pending_bio_fsync', pendingSyncs],
    ['aof_delayed_fsync', delayedSyncs],
  ];
}

/** What Redis has no fields for, of a server whose data is kept. */
export function durability({ server: { durability: kept, settings } }: Call): Field[] {
  if (kept === undefined) return [];
  const { facts } = kept;
  const longest = longestLog(facts, settings);
  return [
    ['log_bytes', facts.logBytes],
    ...(longest === undefined ? [] : [['log_snapshot_bytes', longest] as const]),
    ['log_syncs', facts.syncs],
    ['log_sync_seconds', facts.syncSeconds.toFixed(6)],
    ['withheld_bytes', facts.withheldBytes],
  ];
}
