import { resolve } from 'node:path';
import { type Kind, ParameterError, choice, integer, memory, notifications, outputLimits, text, yesNo } from './parameter.js';
import { FSYNC_POLICIES } from './durability.js';
import type { Server } from './server.js';
import { EVICTION_POLICIES } from '../store/eviction-policy.js';
import type { EncodingLimits } from '../values/value-context.js';
import { type KvSettings, MAX_INT, MAX_STRING_BYTES } from './settings.js';
import { UPKEEP_HZ } from './upkeep.js';

/** A parameter of CONFIG GET and CONFIG SET. */
export interface Parameter {
  readonly name: string;
  read(server: Server): string;
  /** Sets it, and returns how to set it back. Error: ParameterError. */
  write(server: Server, value: string): () => void;
  /** Lets it take effect, after all that were changed together are set. */
  apply?(server: Server): void;
}

/** A setting, under its own name or an alias. */
function setting<K extends keyof KvSettings>(field: K, kind: Kind<KvSettings[K]>, apply?: (server: Server) => void, name = kebabCase(field)): Parameter {
  return {
    name,
    read: (server) => kind.print(server.settings[field]),
    write({ settings }, value) {
      const before = settings[field];
      settings[field] = kind.parse(value, before);
      return () => {
        settings[field] = before;
      };
    },
    ...(apply === undefined ? {} : { apply }),
  };
}

/** What is as it is, and is here as tools ask for it. It may be set to what it is already. */
function constant(name: string, value: string | ((server: Server) => string), kind: Kind<number> | Kind<string> = text): Parameter {
  const read = typeof value === 'string' ? () => value : value;
  return {
    name,
    read,
    write(server, given) {
      kind.parse(given, undefined as never);
      if (given !== read(server)) throw new ParameterError("can't set immutable config");
      return () => {};
    },
  };
}

function kebabCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function applyLimits({ settings, keyspace: { limits } }: Server): void {
  for (const name of Object.keys(limits) as (keyof EncodingLimits)[]) limits[name] = settings[name];
}

function applyEviction({ settings, keyspace: { eviction } }: Server): void {
  eviction.configure(settings);
}

function applyAccess(server: Server): void {
  const { settings, keyspace: { access } } = server;
  applyEviction(server);
  access.lfu = settings.maxmemoryPolicy.endsWith('lfu');
  access.lfuLogFactor = settings.lfuLogFactor;
  access.lfuDecayMinutes = settings.lfuDecayTime;
}

function applyThresholds(server: Server): void {
  const { slowlog, latency, settings } = server;
  slowlog.configure(settings);
  latency.thresholdMs = settings.latencyMonitorThreshold === 0 ? Number.POSITIVE_INFINITY : settings.latencyMonitorThreshold;
  server.watch();
}

/** Without a limit a script may run for ever. */
function applyTimeLimit({ settings, scripts, functions }: Server): void {
  const limitMs = settings.busyReplyThreshold === 0 ? Number.POSITIVE_INFINITY : settings.busyReplyThreshold;
  scripts.timeLimitMs = limitMs;
  functions.timeLimitMs = limitMs;
}

const SETTINGS: readonly Parameter[] = [
  setting('appendfsync', choice(FSYNC_POLICIES), (server) => server.durability?.configure()),
  setting('autoAofRewritePercentage', integer(0, MAX_INT)),
  setting('autoAofRewriteMinSize', memory(0)),
  setting('requirepass', text, (server) => server.users.setDefaultPassword(server.settings.requirepass)),
  setting('protectedMode', yesNo),
  setting('maxclients', integer(1, 2 ** 32 - 1)),
  setting('timeout', integer(0, MAX_INT)),
  setting('protoMaxBulkLen', memory(1024 * 1024, MAX_STRING_BYTES), (server) => server.adoptLimits()),
  setting('clientQueryBufferLimit', memory(1024 * 1024, MAX_INT)),
  setting('maxmemoryClients', memory(1024 * 1024, MAX_INT)),
  setting('clientOutputBufferLimit', outputLimits),
  setting('maxmemory', memory(0), applyEviction),
  setting('maxmemoryPolicy', choice(EVICTION_POLICIES), applyAccess),
  setting('maxmemorySamples', integer(1, MAX_INT), applyEviction),
  setting('lfuLogFactor', integer(0, MAX_INT), applyAccess),
  setting('lfuDecayTime', integer(0, MAX_INT), applyAccess),
  setting('hashMaxListpackEntries', integer(0), applyLimits),
  setting('hashMaxListpackEntries', integer(0), applyLimits, 'hash-max-ziplist-entries'),
  setting('hashMaxListpackValue', memory(0), applyLimits),
  setting('hashMaxListpackValue', memory(0), applyLimits, 'hash-max-ziplist-value'),
  setting('setMaxIntsetEntries', integer(0), applyLimits),
  setting('zsetMaxListpackEntries', integer(0), applyLimits),
  setting('zsetMaxListpackEntries', integer(0), applyLimits, 'zset-max-ziplist-entries'),
  setting('zsetMaxListpackValue', memory(0), applyLimits),
  setting('zsetMaxListpackValue', memory(0), applyLimits, 'zset-max-ziplist-value'),
  setting('listMaxListpackSize', integer(-(2 ** 31), MAX_INT), applyLimits),
  setting('listMaxListpackSize', integer(-(2 ** 31), MAX_INT), applyLimits, 'list-max-ziplist-size'),
  setting('streamNodeMaxBytes', memory(0), applyLimits),
  setting('streamNodeMaxEntries', integer(0), applyLimits),
  setting('hllSparseMaxBytes', memory(0)),
  setting('slowlogLogSlowerThan', integer(-1), applyThresholds),
  setting('slowlogMaxLen', integer(0), applyThresholds),
  setting('latencyMonitorThreshold', integer(0), applyThresholds),
  setting('notifyKeyspaceEvents', notifications, (server) => server.notifications.configure(server.settings.notifyKeyspaceEvents)),
  setting('trackingTableMaxKeys', integer(0), (server) => (server.tracking.maxKeys = server.settings.trackingTableMaxKeys)),
  setting('busyReplyThreshold', integer(0), applyTimeLimit),
  setting('busyReplyThreshold', integer(0), applyTimeLimit, 'lua-time-limit'),
  setting('acllogMaxLen', integer(0)),
];

const CONSTANTS: readonly Parameter[] = [
  constant('databases', (server) => String(server.settings.databases)),
  constant('port', (server) => String(server.port), integer(0, 65_535)),
  constant('bind', (server) => server.host),
  constant('unixsocket', ''),
  constant('tls-port', '0'),
  constant('tcp-keepalive', '300', integer(0, MAX_INT)),
  constant('save', ''),
  constant('dir', (server) => resolve(server.settings.dir)),
  constant('dbfilename', 'dump.rdb'),
  constant('appendonly', (server) => yesNo.print(server.settings.dir !== '')),
  constant('stop-writes-on-bgsave-error', 'yes'),
  constant('rdbcompression', 'yes'),
  constant('rdbchecksum', 'yes'),
  constant('hz', String(UPKEEP_HZ)),
  constant('dynamic-hz', 'no'),
  constant('io-threads', '1'),
  constant('list-compress-depth', '0'),
  constant('activerehashing', 'yes'),
  constant('activedefrag', 'no'),
  // What is large is given back in slices, whatever removed it.
  constant('lazyfree-lazy-eviction', 'yes'),
  constant('lazyfree-lazy-expire', 'yes'),
  constant('lazyfree-lazy-server-del', 'yes'),
  constant('lazyfree-lazy-user-del', 'yes'),
  constant('lazyfree-lazy-user-flush', 'yes'),
  constant('maxmemory-eviction-tenacity', '10'),
  constant('active-expire-effort', '1'),
  constant('replicaof', ''),
  constant('slaveof', ''),
  constant('replica-read-only', 'yes'),
  constant('slave-read-only', 'yes'),
  constant('min-replicas-to-write', '0'),
  constant('min-slaves-to-write', '0'),
  constant('cluster-enabled', 'no'),
  constant('aclfile', ''),
  constant('daemonize', 'no'),
  constant('supervised', 'no'),
  constant('logfile', ''),
  constant('loglevel', 'notice'),
  constant('disable-thp', (server) => yesNo.print(server.settings.disableThp)),
  constant('enable-debug-command', (server) => yesNo.print(server.settings.enableDebugCommand)),
  constant('enable-module-command', 'no'),
  constant('latency-tracking', 'yes'),
  constant('latency-tracking-info-percentiles', '50 99 99.9'),
];

/** All parameters by name. */
export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map([...SETTINGS, ...CONSTANTS].map((parameter) => [parameter.name, parameter]));

/** Lets all settings take effect, at the start. */
export function applyAll(server: Server): void {
  for (const parameter of PARAMETERS.values()) parameter.apply?.(server);
}
