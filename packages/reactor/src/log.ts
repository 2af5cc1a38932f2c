/** What is reported of a reactor and of what stands around it, and where to. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/**
 * Where reports go: the part of pino's interface that is used, so that any pino logger will do. createLog makes one whose
 * levels can be changed while it is in use, and which is safe to show on a terminal.
 */
export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  /** A log whose lines have these fields too. */
  child(bindings: object): Log;
  /** Whether a line of this level is written at all: asked before a line is put together where that would cost much. */
  isLevelEnabled(level: LogLevel): boolean;
}

/** Where reports go that may come in floods, as what peers do wrong does. */
export interface FloodLog {
  /**
   * Of each kind of an event the first is told at once; those that follow once a second, as the last of them with a `count`. `kind`
   * tells apart what one event may be told of, mostly by an error's code.
   */
  note(level: LogLevel, kind: string, fields: { readonly event: string; readonly [field: string]: unknown }, message: string): void;
}

/** The levels that a log may be set to, from the one that tells most to the one that tells nothing, as pino has them. */
export const LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LevelName = (typeof LEVEL_NAMES)[number];

/** Takes lines, each with its newline. A stream is one; `isTTY` says that it is a terminal. */
export interface LogDestination {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * The events in the life of a server, by the `event` field of their lines, with the levels at which they are told. The
 * names are stable; docs/reference/log-events.md explains them. Plugins have their own besides.
 */
export const LOG_EVENTS = {
  'accept.paused': ['warn'],
  'admin.failed': ['error'],
  'admin.listening': ['info'],
  'config.rejected': ['error'],
  'config.reloaded': ['info'],
  'connection.closed': ['debug'],
  'connection.closed_by_operator': ['info'],
  'connection.failed': ['info', 'debug'],
  'connection.opened': ['debug'],
  'connection.refused': ['warn'],
  'connection.shed': ['warn'],
  'handler.failed': ['error'],
  'listener.closed': ['info'],
  'listener.opened': ['info'],
  'loglevel.changed': ['info'],
  'loop.stalled': ['warn'],
  'shutdown.begun': ['info'],
  'shutdown.finished': ['info'],
  'shutdown.left_open': ['warn', 'info'],
  'signal.received': ['info'],
  'supervisor.ignored': ['warn'],
  'supervisor.unreachable': ['warn'],
  'takeover.begun': ['info'],
  'takeover.failed': ['warn'],
  'takeover.finished': ['info', 'warn'],
  'worker.crashed': ['error'],
  'worker.ended': ['info'],
  'worker.lagging': ['warn'],
  'worker.recovered': ['info'],
  'worker.started': ['info'],
  'worker.stuck': ['error'],
} as const satisfies Readonly<Record<string, readonly LogLevel[]>>;

export type LogEvent = keyof typeof LOG_EVENTS;
