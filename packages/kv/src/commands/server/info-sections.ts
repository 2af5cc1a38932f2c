import { machine, release, type } from 'node:os';
import type { Call } from '../../command/call.js';
import { REDIS_VERSION } from '../../version.js';
import { commandStats, errorStats, latencyStats } from './info-commands.js';
import { keyspace, memory } from './info-data.js';
import type { Field } from './info-field.js';
import { durability, persistence } from './info-persistence.js';

/** A part of INFO. */
export interface Section {
  readonly title: string;
  /** By which of the collective names it is chosen, too: each includes those before it. */
  readonly extent: 'default' | 'all' | 'everything';
  readonly fields: (call: Call) => readonly Field[];
}

/** In the order of Redis 7.0, whose fields are all there that tell something of this server, and those that tools read; two sections are our own. */
export const SECTIONS: readonly Section[] = [
  { title: 'Server', extent: 'default', fields: server },
  { title: 'Clients', extent: 'default', fields: clients },
  { title: 'Memory', extent: 'default', fields: memory },
  { title: 'Persistence', extent: 'default', fields: persistence },
  { title: 'Durability', extent: 'default', fields: durability },
  { title: 'Stats', extent: 'default', fields: stats },
  { title: 'Limits', extent: 'default', fields: limits },
  { title: 'Replication', extent: 'default', fields: replication },
  { title: 'CPU', extent: 'default', fields: cpu },
  { title: 'Modules', extent: 'default', fields: () => [] },
  { title: 'Commandstats', extent: 'all', fields: commandStats },
  { title: 'Errorstats', extent: 'default', fields: errorStats },
  { title: 'Latencystats', extent: 'all', fields: latencyStats },
  { title: 'Cluster', extent: 'default', fields: () => [['cluster_enabled', 0]] },
  { title: 'Keyspace', extent: 'default', fields: keyspace },
];

function server({ server: { port, runId, startedMs, keyspace: { nowMs } } }: Call): Field[] {
  const uptimeSeconds = Math.floor((nowMs - startedMs) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['redis_mode', 'standalone'],
    ['os', `${type()} ${release()} ${machine()}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'epoll'],
    ['node_version', process.versions.node],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', runId],
    ['tcp_port', port],
    ['server_time_usec', Math.floor((performance.timeOrigin + performance.now()) * 1000)],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
    ['hz', 10],
    ['configured_hz', 10],
    ['lru_clock', Math.floor(nowMs / 1000) & 0xffffff],
    ['executable', process.execPath],
    ['config_file', ''],
    ['io_threads_active', 0],
  ];
}

function clients({ server: { clients: all, settings, blocking, tracking } }: Call): Field[] {
  const connected = [...all.values()];
  const largest = (bytes: (client: (typeof connected)[number]) => number): number => connected.reduce((most, client) => Math.max(most, bytes(client)), 0);
  return [
    ['connected_clients', connected.length],
    ['cluster_connections', 0],
    ['maxclients', settings.maxclients],
    ['client_recent_max_input_buffer', largest((client) => client.pending?.length ?? 0)],
    ['client_recent_max_output_buffer', largest((client) => client.waitingBytes)],
    ['blocked_clients', blocking.size],
    ['tracking_clients', tracking.clientCount],
    ['clients_in_timeout_table', blocking.timed],
  ];
}

function stats({ server: shared }: Call): Field[] {
  const { stats: counts, limitWatch, heartbeat, channels, tracking, keyspace: { expiry, stats: keys } } = shared;
  const { inputBytes, outputBytes } = shared.traffic();
  return [
    ['total_connections_received', counts.connectionsReceived],
    ['total_commands_processed', counts.commandsProcessed],
    ['instantaneous_ops_per_sec', Math.round(heartbeat.commandsPerSecond)],
    ['total_net_input_bytes', inputBytes],
    ['total_net_output_bytes', outputBytes],
    ['instantaneous_input_kbps', (heartbeat.inputBytesPerSecond / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (heartbeat.outputBytesPerSecond / 1024).toFixed(2)],
    ['rejected_connections', counts.connectionsRejected],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', keys.expired],
    ['expired_stale_perc', expiry.stalePercent.toFixed(2)],
    ['expired_time_cap_reached_count', expiry.timeouts],
    ['evicted_keys', keys.evicted],
    ['evicted_clients', limitWatch.hits.clients_memory],
    ['client_query_buffer_limit_disconnections', limitWatch.hits.query_buffer],
    ['client_output_buffer_limit_disconnections', limitWatch.hits.output_buffer],
    ['keyspace_hits', keys.hits],
    ['keyspace_misses', keys.misses],
    ['pubsub_channels', channels.size('channel')],
    ['pubsub_patterns', channels.size('pattern')],
    ['pubsubshard_channels', channels.size('shard')],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', 0],
    ['total_error_replies', counts.errorReplies],
  ];
}

/** How often clients have met each limit; two of them Redis, in its later versions, has among Stats. */
function limits({ server: { limitWatch } }: Call): Field[] {
  return Object.entries(limitWatch.hits).map(([name, count]) => [`limit_${name}`, count]);
}

function replication({ server: { runId } }: Call): Field[] {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', runId],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', 0],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

/** Of the whole process, V8's own threads included. */
function cpu(): Field[] {
  const { user, system } = process.cpuUsage();
  return [
    ['used_cpu_sys', (system / 1e6).toFixed(6)],
    ['used_cpu_user', (user / 1e6).toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
  ];
}

