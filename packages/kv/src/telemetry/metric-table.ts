import type { DatabaseFacts, Facts } from './facts.js';

type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** A metric of the store: what prom-client is told, and where the value comes from. */
export interface KvMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly label?: string;
  readonly read: (facts: Facts) => Values;
}

function plain(type: KvMetric['type'], name: string, field: string, help: string): KvMetric {
  return { name: `edgeloop_kv_${name}`, type, help, read: (facts) => [[{}, facts.number(field)]] };
}

/** Clients have no say in the label: there are as many databases as the option `databases` says. */
function byDatabase(name: string, help: string, valueOf: (facts: DatabaseFacts) => number): KvMetric {
  return {
    name: `edgeloop_kv_${name}`, type: 'gauge', help, label: 'db',
    read: (facts) => facts.databases().map((database) => [{ db: database.db }, valueOf(database)]),
  };
}

/** Of a server that keeps its data in a folder; one in memory only has no such series, as it has nothing to tell. */
function kept(type: KvMetric['type'], name: string, help: string, valueOf: (facts: Facts) => number | undefined): KvMetric {
  const read = (facts: Facts): Values => {
    const value = facts.isDurable ? valueOf(facts) : undefined;
    return value === undefined ? [] : [[{}, value]];
  };
  return { name: `edgeloop_kv_${name}`, type, help, read };
}

/** What a field says; nothing if there is none, or if it says -1 for what has not been yet. */
function field(name: string): (facts: Facts) => number | undefined {
  return (facts) => {
    const value = facts.number(name);
    return value >= 0 ? value : undefined;
  };
}

/** 1 if a field tells of an error. */
function failed(name: string): (facts: Facts) => number {
  return (facts) => (facts.text(name) === 'err' ? 1 : 0);
}

/** In the order of docs/reference/kv-metrics.md. Names and meanings are stable. */
export const KV_METRICS: readonly KvMetric[] = [
  byDatabase('keys', 'Keys of each database that has some.', ({ keys }) => keys),
  byDatabase('expiring_keys', 'Of them, those with a deadline.', ({ expiring }) => expiring),
  plain('gauge', 'memory_used_bytes', 'used_memory', 'What keys and values take: what maxmemory bounds.'),
  plain('gauge', 'memory_max_bytes', 'maxmemory', 'The bound of that; 0 for none.'),
  plain('gauge', 'memory_reserved_bytes', 'allocator_resident', 'What the blocks of the store were cut from.'),
  plain('counter', 'evicted_keys_total', 'evicted_keys', 'Keys that went because memory was short.'),
  plain('counter', 'expired_keys_total', 'expired_keys', 'Keys that went because their time had come.'),
  plain('counter', 'keyspace_hits_total', 'keyspace_hits', 'Keys that were looked for and found.'),
  plain('counter', 'keyspace_misses_total', 'keyspace_misses', 'Keys that were looked for and not found.'),
  plain('counter', 'commands_total', 'total_commands_processed', 'Commands that have run.'),
  plain('counter', 'error_replies_total', 'total_error_replies', 'Commands that were answered with an error.'),
  plain('gauge', 'clients', 'connected_clients', 'Clients that are connected.'),
  plain('gauge', 'clients_max', 'maxclients', 'How many there may be.'),
  plain('gauge', 'clients_blocked', 'blocked_clients', 'Clients that wait for a key.'),
  plain('counter', 'clients_rejected_total', 'rejected_connections', 'Clients turned away by maxclients or by protected mode.'),
  {
    name: 'edgeloop_kv_limits_met_total', type: 'counter', help: 'Times that a client has met a limit, by the limit.', label: 'limit',
    read: (facts) => facts.limits().map(([limit, count]) => [{ limit }, count]),
  },
  plain('gauge', 'durable', 'aof_enabled', 'Whether what is stored is kept in a folder: 1, or 0 for a server in memory only.'),
  kept('gauge', 'writes_refused', 'Whether commands that write are refused because the log cannot take them.', failed('aof_last_write_status')),
  kept('gauge', 'log_bytes', 'The log since the last snapshot.', field('log_bytes')),
  kept('gauge', 'log_snapshot_bytes', 'How long that becomes before a snapshot is made by itself.', field('log_snapshot_bytes')),
  kept('gauge', 'log_unwritten_bytes', 'Changes that are not in the log yet.', field('aof_buffer_length')),
  kept('counter', 'log_syncs_total', 'Syncs of the log that have ended.', field('log_syncs')),
  kept('counter', 'log_sync_seconds_total', 'How long they took together.', field('log_sync_seconds')),
  kept('counter', 'log_sync_delay_seconds_total', 'Seconds in which clients waited for a sync that took too long.', field('aof_delayed_fsync')),
  kept('gauge', 'withheld_bytes', 'Replies and messages that wait for a sync.', field('withheld_bytes')),
  kept('gauge', 'snapshot_bytes', 'The last snapshot.', field('aof_base_size')),
  kept('counter', 'snapshots_total', 'Snapshots that were made.', field('rdb_saves')),
  kept('gauge', 'snapshot_failed', 'Whether the last one has failed.', failed('rdb_last_bgsave_status')),
  kept('gauge', 'snapshot_timestamp_seconds', 'When the last one was whole, in Unix time; before the first one, when the server was started.', field('rdb_last_save_time')),
  kept('gauge', 'snapshot_duration_seconds', 'How long the last one took.', field('rdb_last_bgsave_time_sec')),
  kept('gauge', 'snapshot_running_seconds', 'How long the one under way has taken so far.', field('rdb_current_bgsave_time_sec')),
];
