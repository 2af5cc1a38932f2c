import { z } from 'zod';
import { EVICTION_POLICIES } from '../store/eviction-policy.js';
import { DEFAULT_ENCODING_LIMITS } from '../values/value-context.js';
import { FSYNC_POLICIES } from './durability.js';
import { NOTIFICATION_CLASSES, OUTPUT_LIMITS, type OutputLimits } from './setting-values.js';

const count = (max = Number.MAX_SAFE_INTEGER): z.ZodNumber => z.number().int().min(0).max(max);
export const MAX_INT = 2 ** 31 - 1;
/** Places in memory, and in requests, are words of 32 bits with a sign: both stay far below what these can tell. */
export const MAX_STRING_BYTES = 2 ** 30;
export const MAX_DATABASES = 1024;
/** Requests with so many arguments are read without a look at the limit. */
const FEW_ARGUMENTS = 9;

const encodings = DEFAULT_ENCODING_LIMITS;

function outputLimit(name: keyof OutputLimits) {
  const { hard, soft, softSeconds } = OUTPUT_LIMITS[name];
  return z
    .strictObject({
      hard: count().default(hard).describe(`Bytes above which a client of class ${name} is disconnected; 0 for no bound.`),
      soft: count().default(soft).describe(`Bytes above which a client of class ${name} may not stay for long; 0 for no bound.`),
      softSeconds: count(MAX_INT).default(softSeconds).describe(`Seconds that a client of class ${name} may stay above the soft bound.`),
    })
    .prefault({});
}

/** What can be set of a server, by the names of Redis's configuration in camel case. CONFIG SET changes them while it runs. */
export const kvOptions = z.strictObject({
  databases: z.number().int().min(1).max(MAX_DATABASES).default(16).describe('How many databases SELECT can choose from.'),

  // Durability
  dir: z.string().default('').describe('The folder that the data is kept in; empty for a server that is in memory only.').meta({ flag: 'dir' }),
  appendfsync: z
    .enum(FSYNC_POLICIES)
    .default('everysec')
    .describe('When changes are synced to the disk: before they are acknowledged, each second, or when the kernel does so.')
    .meta({ flag: 'appendfsync' }),
  autoAofRewritePercentage: count(MAX_INT)
    .default(100)
    .describe('How much longer than the last snapshot the log may become, in percent of it, before the next one is made; 0: for ever.'),
  autoAofRewriteMinSize: count()
    .default(64 * 1024 * 1024)
    .describe('Bytes that snapshot and log may have together before one is made by itself.')
    .meta({ unit: 'bytes' }),

  // Clients
  requirepass: z
    .string()
    .default('')
    .describe('The password that clients must give with AUTH; empty for none.')
    .meta({ flag: 'requirepass', secret: true }),
  protectedMode: z.boolean().default(true).describe('Without a password, whether clients of other machines are turned away.'),
  maxclients: z.number().int().min(1).max(2 ** 32 - 1).default(10_000).describe('Clients that may be connected at once.'),
  timeout: count(MAX_INT).default(0).describe('Seconds after which an idle client is disconnected; 0 for never.'),
  protoMaxBulkLen: z
    .number()
    .int()
    .min(1024 * 1024)
    .max(MAX_STRING_BYTES)
    .default(512 * 1024 * 1024)
    .describe('Bytes that one argument may have.')
    .meta({ unit: 'bytes' }),
  maxMultibulkLength: z.number().int().min(FEW_ARGUMENTS).max(MAX_INT).default(MAX_INT).describe('Arguments that one request may have.'),
  maxInlineLength: z
    .number()
    .int()
    .min(1024)
    .max(1024 * 1024)
    .default(64 * 1024)
    .describe('Bytes that a line may have: a request without lengths.')
    .meta({ unit: 'bytes' }),
  unauthenticatedMaxBulkLen: z
    .number()
    .int()
    .min(64)
    .max(MAX_STRING_BYTES)
    .default(16 * 1024)
    .describe('Bytes that one argument may have before AUTH.')
    .meta({ unit: 'bytes' }),
  unauthenticatedMaxMultibulkLength: z.number().int().min(FEW_ARGUMENTS).max(MAX_INT).default(10).describe('Arguments that one request may have before AUTH.'),
  authFreeFailures: count(MAX_INT).default(8).describe('Wrong passwords that a connection may give without having to wait.'),
  authPenaltyMs: count(MAX_INT).default(1000).describe('Milliseconds in which a connection is not served after each further wrong password.'),
  clientQueryBufferLimit: z
    .number()
    .int()
    .min(1024 * 1024)
    .max(MAX_INT)
    .default(1024 ** 3)
    .describe('Bytes of requests that may wait for a client.')
    .meta({ unit: 'bytes' }),
  maxmemoryClients: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(1024 ** 3)
    .describe('Bytes of requests that may wait for all clients together; above it, whoever has most of them is disconnected.')
    .meta({ unit: 'bytes' }),
  clientTurnBytes: z
    .number()
    .int()
    .min(1024)
    .default(32 * 1024)
    .describe('Bytes of requests of which a client is served in one turn, before others have theirs.')
    .meta({ unit: 'bytes' }),
  clientOutputBufferLimit: z
    .strictObject({ normal: outputLimit('normal'), slave: outputLimit('slave'), pubsub: outputLimit('pubsub') })
    .prefault({})
    .describe('How much may wait to be sent to a client, by class.'),

  // Memory
  maxmemory: count().default(0).describe('Bytes that keys and values may take; 0 for no bound.').meta({ flag: 'maxmemory', unit: 'bytes' }),
  maxmemoryPolicy: z
    .enum(EVICTION_POLICIES)
    .default('noeviction')
    .describe('Which keys go when the memory is used up.')
    .meta({ flag: 'maxmemory-policy' }),
  maxmemorySamples: z.number().int().min(1).max(MAX_INT).default(5).describe('Keys of which the best one to evict is chosen.'),
  lfuLogFactor: count(MAX_INT).default(10).describe('The larger, the more uses it takes until a key counts as more frequently used.'),
  lfuDecayTime: count(MAX_INT).default(1).describe('Minutes after which the count of uses of a key falls by one.'),

  disableThp: z.boolean().default(false).describe('Whether keys and values are kept out of transparent huge pages.'),

  // Encodings
  hashMaxListpackEntries: count().default(encodings.hashMaxListpackEntries).describe('Fields up to which a hash stays compact.'),
  hashMaxListpackValue: count().default(encodings.hashMaxListpackValue).describe('Bytes of a field or value up to which a hash stays compact.'),
  setMaxIntsetEntries: count().default(encodings.setMaxIntsetEntries).describe('Members up to which a set of integers stays compact.'),
  zsetMaxListpackEntries: count().default(encodings.zsetMaxListpackEntries).describe('Members up to which a sorted set stays compact.'),
  zsetMaxListpackValue: count().default(encodings.zsetMaxListpackValue).describe('Bytes of a member up to which a sorted set stays compact.'),
  listMaxListpackSize: z.number().int().min(-(2 ** 31)).max(MAX_INT).default(encodings.listMaxListpackSize).describe('Elements of a node of a list; -1 to -5 for 4 to 64 kB.'),
  streamNodeMaxBytes: count().default(encodings.streamNodeMaxBytes).describe('Bytes of a node of a stream; 0 for no bound.'),
  streamNodeMaxEntries: count().default(encodings.streamNodeMaxEntries).describe('Entries of a node of a stream; 0 for no bound.'),
  hllSparseMaxBytes: count().default(3000).describe('Bytes up to which a HyperLogLog stays sparse.'),

  trackingTableMaxKeys: count().default(1_000_000).describe('Keys that are remembered for clients that cache them; 0 for as many as there can be.'),

  // Observation
  slowlogLogSlowerThan: z.number().int().min(-1).default(10_000).describe('Microseconds above which a command is logged; -1 for none.'),
  slowlogMaxLen: count().default(128).describe('Commands that the log of slow ones keeps.'),
  latencyMonitorThreshold: count().default(0).describe('Milliseconds from which a delay counts as an event of LATENCY; 0 for none.'),
  notifyKeyspaceEvents: z.string().regex(NOTIFICATION_CLASSES).default('').describe('Classes of events that are published: K, E, A, g, $, …'),
  busyReplyThreshold: count().default(5000).describe('Milliseconds after which a script that has changed nothing is ended; 0: never.'),
  enableDebugCommand: z.boolean().default(false).describe('Whether there is DEBUG, with which a client can stop the server for as long as it likes.'),
  enableShutdownCommand: z.boolean().default(false).describe('Whether SHUTDOWN ends the process, as SIGTERM does.'),
  acllogMaxLen: count().default(128).describe('Entries that ACL LOG keeps.'),
});

/**
 * What connections are better told than the reactor's own defaults. `maxQueuedBytes` is room for the longest string that a key can hold, and as
 * much again around it: else whoever asks for a long value would be taken for a slow consumer. Reading does not pause by itself, because
 * many clients write a whole pipeline before they read the first reply, however long it is: the frontend sees to how much may wait.
 */
export const CONNECTION_DEFAULTS = { maxQueuedBytes: 1024 ** 3, pauseOnBackpressure: false } as const;

export type KvSettings = z.output<typeof kvOptions>;

/** The same before defaults are filled in. */
export type KvOptions = z.input<typeof kvOptions>;
