/**
 * What users may set, with defaults, as zod schemas: the one place that checks values from outside. What a configuration file
 * may set, too, says its meaning in a description, from which the reference is made; what only code may set, in a comment.
 */
import type { Transferable } from 'node:worker_threads';
import { z } from 'zod';
import {
  ATTEMPT_DELAY_MS, CONNECT_TIMEOUT_MS, HIGH_WATER_BYTES, LISTEN_BACKLOG_CONNECTIONS, LOW_WATER_BYTES, MAX_INBOX_MESSAGES,
  MAX_QUEUED_BYTES, MAX_READ_BUFFER_BYTES, MAX_TOTAL_QUEUED_BYTES, OFFLOAD_IDLE_MS, OFFLOAD_QUEUE_TASKS, POOL_CONNECTIONS,
  POOL_WAITING_CALLS, READ_BUFFER_BYTES, STALL_MS,
} from './limits.js';
import type { CHANGEABLE, OptionsInput } from './options-check.js';

const bytes = z.int().positive();
/** A number of things, where 0 means no limit. */
const count = z.int().min(0).default(0);
/** Milliseconds, where 0 means none. */
const timeoutMs = z.number().min(0).default(0);
const port = z.int().min(0).max(65_535);
/** Of 32 bits; the highest means "unchanged" in chown(2). */
const userOrGroup = z.int().min(0).max(2 ** 32 - 2);

export const reactorOptions = z.strictObject({
  loop: z.enum(['embedded', 'dedicated']).default('embedded').describe(
    "Who waits for events: Node's own loop, or this thread in epoll_wait (then Node's timers run at most every 100 ms).",
  ),
  debug: z.boolean().default(false).describe(
    'Finds mistakes of plugins: overwrites the receive buffer after each handler, throws where a connection is written to after onClose ' +
      '(EL_USED_AFTER_CLOSE), measures each call by itself, and remembers where what is left open was opened.',
  ),
  stopwatch: z.boolean().default(true).describe("Measures what the loop's time is spent on: turns, their stages, plugins. Counting goes on without it."),
  stallMs: z.number().positive().default(STALL_MS).describe(
    'A hook or callback that keeps the loop for longer than this in one go, in milliseconds, has stalled it: that is logged, with its name, and counted.',
  ),
  maxConnections: count.describe('Connections of all listeners together, accepted ones only; more are refused. 0: as many as there is room for.'),
  maxTotalQueuedBytes: bytes.default(MAX_TOTAL_QUEUED_BYTES).describe(
    'Bytes that all connections together may have queued. Above it, a connection above its own high-water mark is closed with EL_OUTPUT_LIMIT.',
  ),
  readBufferBytes: bytes.max(MAX_READ_BUFFER_BYTES).default(READ_BUFFER_BYTES).describe(
    'Bytes that one recv may return, and so the longest chunk a handler sees.',
  ),
  offloadThreads: z.int().min(0).default(0).describe(
    'Threads for offloaded tasks, started as they are needed. 0: one less than the process has cores, and at least one.',
  ),
  offloadQueue: z.int().min(0).default(OFFLOAD_QUEUE_TASKS).describe('Offloaded tasks that may wait for a thread; more are refused (EL_QUEUE_FULL).'),
  offloadIdleMs: z.int().min(0).default(OFFLOAD_IDLE_MS).describe('Milliseconds after which a thread that has no task ends.'),
});

/** Of every connection, whatever carries it. */
const connectionOptions = {
  trigger: z.enum(['edge', 'level', 'oneshot']).default('edge').describe(
    'How the kernel reports readiness: EPOLLET, neither flag, or EPOLLONESHOT (epoll(7)).',
  ),
  highWaterBytes: bytes.default(HIGH_WATER_BYTES).describe('Queued bytes above which reading pauses and write answers false.'),
  lowWaterBytes: z.int().min(0).default(LOW_WATER_BYTES).describe('Queued bytes at which reading goes on and onDrain is called.'),
  maxQueuedBytes: bytes.default(MAX_QUEUED_BYTES).describe('Queued bytes above which the connection is closed with EL_SLOW_CONSUMER.'),
  handshakeTimeoutMs: timeoutMs.describe(
    'The first byte must come within this time after the connection is made (EL_HANDSHAKE_TIMEOUT), not counting the time in which ' +
      "a handler's promise is pending; 0: no deadline.",
  ),
  messageTimeoutMs: timeoutMs.describe(
    'A message must be complete this long after `beginMessage`, which the protocol calls (EL_MESSAGE_TIMEOUT), not counting the time ' +
      "in which a handler's promise is pending; 0: no deadline.",
  ),
  writeTimeoutMs: timeoutMs.describe('Queued bytes must make some progress into the socket within this time (EL_WRITE_TIMEOUT); 0: no deadline.'),
  idleTimeoutMs: timeoutMs.describe(
    "Something must come or go within this time (EL_IDLE_TIMEOUT), not counting the time in which a handler's promise is pending; 0: no deadline.",
  ),
  lifetimeMs: timeoutMs.describe('A connection lasts no longer than this (EL_LIFETIME_EXCEEDED); 0: no deadline.'),
  pauseOnBackpressure: z.boolean().default(true).describe(
    'Whether reading pauses above the high-water mark. Without it the handler must watch what write answers.',
  ),
};

/** Of TCP connections, both ways. */
export const tcpOptions = {
  noDelay: z.boolean().default(true).describe('TCP_NODELAY: send at once instead of waiting to fill a segment (tcp(7)).'),
  keepAliveSeconds: z.int().min(0).max(32_767).default(0).describe(
    'Seconds of silence before the first keep-alive probe (TCP_KEEPIDLE); 0 sends none.',
  ),
  keepAliveIntervalSeconds: z.int().min(1).max(32_767).default(10).describe('Seconds between probes (TCP_KEEPINTVL).'),
  keepAliveProbes: z.int().min(1).max(127).default(6).describe('Unanswered probes after which the peer is given up (TCP_KEEPCNT).'),
  userTimeoutMs: z.int().min(0).max(2 ** 31 - 1).default(0).describe(
    'A peer whose sent bytes stay unacknowledged for so long has vanished (TCP_USER_TIMEOUT, tcp(7)); 0 leaves that to the kernel.',
  ),
};

interface WaterMarks {
  lowWaterBytes: number;
  highWaterBytes: number;
  maxQueuedBytes: number;
}

/** A check for schemas that have the water marks. */
export function marksInOrder({ value, issues }: z.core.ParsePayload<WaterMarks>): void {
  const { lowWaterBytes, highWaterBytes, maxQueuedBytes } = value;
  if (lowWaterBytes >= highWaterBytes) {
    issues.push({ code: 'custom', path: ['lowWaterBytes'], message: `must be below highWaterBytes (${highWaterBytes})`, input: lowWaterBytes });
  }
  if (highWaterBytes > maxQueuedBytes) {
    issues.push({ code: 'custom', path: ['highWaterBytes'], message: `must not be above maxQueuedBytes (${maxQueuedBytes})`, input: highWaterBytes });
  }
}

/** Of every listener. */
const listenerOptions = {
  backlog: z.int().min(1).max(65_535).default(LISTEN_BACKLOG_CONNECTIONS).describe(
    'Connections that may wait to be accepted; net.core.somaxconn cuts it.',
  ),
  maxConnections: count.describe('Connections of this listener; more are refused: closed as soon as they are accepted. 0: no limit.'),
  maxAcceptsPerSecond: count.describe("Connections in a second, evenly spread; at most a second's worth at once. 0: no limit."),
};

export const listenOptions = z
  .strictObject({
    ...connectionOptions,
    ...tcpOptions,
    ...listenerOptions,
    maxConnectionsPerAddress: count.describe(
      'Connections of one remote address; an IPv6 one counts as its /64 network. Clients of a Unix socket have no address to count by. 0: no limit.',
    ),
    host: z.string().min(1).default('127.0.0.1').describe('An IPv4 or IPv6 address or a name to listen on; `::` takes IPv4 too, unless ipv6Only.'),
    port: port.describe('The port to listen on; 0 lets the kernel choose, and the address of the listener tells.'),
    ipv6Only: z.boolean().default(false).describe('IPV6_V6ONLY: an IPv6 listener that refuses IPv4.'),
    reusePort: z.boolean().default(false).describe('SO_REUSEPORT: several listeners share the port, and the kernel spreads connections over them.'),
  })
  .check(marksInOrder);

export const unixListenOptions = z
  .strictObject({
    ...connectionOptions,
    ...listenerOptions,
    path: z.string().describe('A Unix socket instead of host and port: where its file is made; with `@` in front, an abstract name (unix(7)).'),
    mode: z.int().min(0).max(0o777).default(0o600).describe('Permissions of the file: connecting takes the right to write.'),
    uid: userOrGroup.optional().describe('Owner of the file; unchanged if left out.'),
    gid: userOrGroup.optional().describe('Group of the file; unchanged if left out.'),
  })
  .check(marksInOrder);

/** Resolves a host name to IP literals, the preferred first. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** How long connecting may take, and how it may be called off. */
const dialOptions = {
  /** For all of it: resolving the name and every attempt (EL_CONNECT_TIMEOUT). */
  connectTimeoutMs: z.number().positive().default(CONNECT_TIMEOUT_MS),
  /** Aborting it ends the attempt; the promise rejects with the signal's reason. */
  signal: z.instanceof(AbortSignal).optional(),
};

export const connectOptions = z
  .strictObject({
    ...connectionOptions,
    ...tcpOptions,
    ...dialOptions,
    /** An IPv4 or IPv6 address or a name. All addresses of a name are tried, as RFC 8305 says. */
    host: z.string().min(1),
    port: port.min(1),
    /** Head start of an address over the next one (Connection Attempt Delay, RFC 8305, section 5). */
    attemptDelayMs: z.number().min(10).default(ATTEMPT_DELAY_MS),
    /** Resolves a name to addresses, the preferred first; by default node:dns asks the system's resolver. */
    lookup: z.custom<Lookup>((value) => typeof value === 'function', 'must be a function').optional(),
  })
  .check(marksInOrder);

export const unixConnectOptions = z
  .strictObject({
    ...connectionOptions,
    ...dialOptions,
    /** Path of the socket's file; with `@` in front, an abstract name. */
    path: z.string(),
  })
  .check(marksInOrder);

export const datagramOptions = z.strictObject({
  /** The IPv4 or IPv6 address, or a name, to bind to; `::` takes IPv4 too, unless ipv6Only. */
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 lets the kernel choose; the socket's `address` tells. */
  port: port.default(0),
  ipv6Only: z.boolean().default(false),
  /** SO_REUSEPORT: several sockets share the port, and the kernel spreads datagrams over them. */
  reusePort: z.boolean().default(false),
  /** SO_BROADCAST: may send to broadcast addresses. */
  broadcast: z.boolean().default(false),
  /** Bytes that may wait for the socket; above it datagrams are dropped and counted. */
  maxQueuedBytes: bytes.default(MAX_QUEUED_BYTES),
});

export const closeOptions = z.strictObject({
  /** Milliseconds that replies under way are given to finish; 0 closes at once. */
  deadlineMs: z.number().min(0).default(0),
});

export const offloadOptions = z.strictObject({
  /** Aborting it calls the task off, and the promise rejects with the signal's reason. A task that runs is ended with its thread. */
  signal: z.instanceof(AbortSignal).optional(),
  /** For all of it, the time in the queue included (EL_OFFLOAD_TIMEOUT). 0: none. */
  timeoutMs,
  /** Is moved to the thread and not copied: ArrayBuffers, MessagePorts. The task has it as its second argument, as an array. */
  transfer: z.array(z.custom<Transferable>((value) => typeof value === 'object' && value !== null, 'must be something that can be transferred')).default([]),
});

export const inboxOptions = z.strictObject({
  /** Messages that may be under way. */
  capacity: z.int().positive().default(MAX_INBOX_MESSAGES),
});

export const poolOptions = z.strictObject({
  /** Connections of the pool, dials under way included. */
  maxConnections: z.int().positive().default(POOL_CONNECTIONS),
  /** Callers that may wait for a connection to be released; 0 refuses them at once. */
  maxWaiting: z.int().min(0).default(POOL_WAITING_CALLS),
});

export type ReactorOptions = z.output<typeof reactorOptions>;
export type ListenOptions = z.output<typeof listenOptions>;
export type UnixListenOptions = z.output<typeof unixListenOptions>;
export type ConnectOptions = z.output<typeof connectOptions>;
export type UnixConnectOptions = z.output<typeof unixConnectOptions>;
/** What all connections have, accepted or dialled, whatever carries them. */
export type ConnectionOptions = Omit<UnixConnectOptions, 'path' | keyof typeof dialOptions>;
/** What all listeners have. */
export type ListenerOptions = Pick<ListenOptions, keyof typeof listenerOptions | 'trigger'>;
/** What TCP connections have. */
export type TcpOptions = Pick<ConnectOptions, keyof typeof tcpOptions>;
export type OffloadOptions = z.output<typeof offloadOptions>;
export type DatagramOptions = z.output<typeof datagramOptions>;
export type PoolOptions = z.output<typeof poolOptions>;

export type ReactorChanges = Pick<OptionsInput<typeof reactorOptions>, (typeof CHANGEABLE.reactor)[number]>;
/** Of a listener on a Unix socket without `maxConnectionsPerAddress`. */
export type ListenerChanges = Pick<OptionsInput<typeof listenOptions>, (typeof CHANGEABLE.listener)[number]>;
