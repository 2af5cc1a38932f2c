/** What users may set, with defaults, as zod schemas: the one place that checks values from outside. */
import { z } from 'zod';
import { EdgeloopError } from './errors.js';
import { HIGH_WATER_BYTES, LISTEN_BACKLOG_CONNECTIONS, LOW_WATER_BYTES, MAX_INBOX_MESSAGES, MAX_QUEUED_BYTES, MAX_READ_BUFFER_BYTES, READ_BUFFER_BYTES } from './limits.js';

const bytes = z.int().positive();
const port = z.int().min(0).max(65_535);

export const reactorOptions = z.strictObject({
  /** Who waits for events: Node's own loop, or this thread in epoll_wait (then Node's timers run at most every 100 ms). */
  loop: z.enum(['embedded', 'dedicated']).default('embedded'),
  /** Overwrites the receive buffer after each handler, so that a chunk kept too long is found at once. */
  debug: z.boolean().default(false),
  /** Bytes; what one recv may return and the longest chunk a handler sees. */
  readBufferBytes: bytes.max(MAX_READ_BUFFER_BYTES).default(READ_BUFFER_BYTES),
});

const connectionOptions = {
  /** How the kernel reports readiness; see readiness.ts. */
  trigger: z.enum(['edge', 'level', 'oneshot']).default('edge'),
  /** TCP_NODELAY: send at once instead of waiting to fill a segment (tcp(7)). */
  noDelay: z.boolean().default(true),
  /** Seconds of silence before the first keep-alive probe (TCP_KEEPIDLE); 0 sends none. */
  keepAliveSeconds: z.int().min(0).max(32_767).default(0),
  /** Seconds between probes (TCP_KEEPINTVL). */
  keepAliveIntervalSeconds: z.int().min(1).max(32_767).default(10),
  /** Unanswered probes after which the peer is given up (TCP_KEEPCNT). */
  keepAliveProbes: z.int().min(1).max(127).default(6),
  /** Queued bytes above which reading pauses and write answers false. */
  highWaterBytes: bytes.default(HIGH_WATER_BYTES),
  /** Queued bytes at which reading goes on and onDrain is called. */
  lowWaterBytes: z.int().min(0).default(LOW_WATER_BYTES),
  /** Queued bytes above which the connection is closed with EL_SLOW_CONSUMER. */
  maxQueuedBytes: bytes.default(MAX_QUEUED_BYTES),
  /** Whether reading pauses above the high-water mark. Without it the handler must watch what write answers. */
  pauseOnBackpressure: z.boolean().default(true),
};

interface WaterMarks {
  lowWaterBytes: number;
  highWaterBytes: number;
  maxQueuedBytes: number;
}

function marksInOrder({ value, issues }: z.core.ParsePayload<WaterMarks>): void {
  const { lowWaterBytes, highWaterBytes, maxQueuedBytes } = value;
  if (lowWaterBytes >= highWaterBytes) {
    issues.push({ code: 'custom', path: ['lowWaterBytes'], message: `must be below highWaterBytes (${highWaterBytes})`, input: lowWaterBytes });
  }
  if (highWaterBytes > maxQueuedBytes) {
    issues.push({ code: 'custom', path: ['highWaterBytes'], message: `must not be above maxQueuedBytes (${maxQueuedBytes})`, input: highWaterBytes });
  }
}

export const listenOptions = z
  .strictObject({
    ...connectionOptions,
    /** An IPv4 or IPv6 address or a name; `::` takes IPv4 too, unless ipv6Only. */
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 lets the kernel choose; the listener's `address` tells. */
    port,
    /** Connections that may wait to be accepted; net.core.somaxconn cuts it. */
    backlog: z.int().min(1).max(65_535).default(LISTEN_BACKLOG_CONNECTIONS),
    /** IPV6_V6ONLY: an IPv6 listener that refuses IPv4. */
    ipv6Only: z.boolean().default(false),
    /** SO_REUSEPORT: several listeners share the port, and the kernel spreads connections over them. */
    reusePort: z.boolean().default(false),
  })
  .check(marksInOrder);

export const connectOptions = z
  .strictObject({
    ...connectionOptions,
    /** An IPv4 or IPv6 address or a name. */
    host: z.string().min(1),
    port: port.min(1),
  })
  .check(marksInOrder);

export const closeOptions = z.strictObject({
  /** Milliseconds that replies under way are given to finish; 0 closes at once. */
  deadlineMs: z.number().min(0).default(0),
});

export const inboxOptions = z.strictObject({
  /** Messages that may be under way. */
  capacity: z.int().positive().default(MAX_INBOX_MESSAGES),
});

export type ReactorOptions = z.output<typeof reactorOptions>;
export type ListenOptions = z.output<typeof listenOptions>;
export type ConnectOptions = z.output<typeof connectOptions>;
/** What listeners and dialled connections have in common. */
export type ConnectionOptions = Omit<ConnectOptions, 'host' | 'port'>;

/** A schema for a plugin's options: anything zod can check. */
export type OptionsSchema = z.ZodType;
export type OptionsInput<Schema extends OptionsSchema> = z.input<Schema>;
export type OptionsOutput<Schema extends OptionsSchema> = z.output<Schema>;

/** Checks a value and fills in defaults. Error: EL_OPTION_INVALID, naming each wrong option, what it was and what is allowed. */
export function parseOptions<Schema extends OptionsSchema>(schema: Schema, value: unknown, subject: string): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const complaints = result.error.issues.map((issue) => complaint(issue));
  throw new EdgeloopError('EL_OPTION_INVALID', `${subject}: ${complaints.join('; ')}`);
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  const name = issue.path.length === 0 ? 'the options' : `"${issue.path.join('.')}"`;
  const given = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input);
  return `${name}: ${issue.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}, but got ${given}`;
}
