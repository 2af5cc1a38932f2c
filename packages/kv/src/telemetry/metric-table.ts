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
];
