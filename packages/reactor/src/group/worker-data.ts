import type { ConnectionQuery } from '../admin/admin-options.js';
import type { LevelName } from '../log.js';
import type { CreateLogOptions } from '../telemetry/pino-log.js';
import type { InboxAddress } from '../loop/inbox.js';
import type { ListenerChanges, ReactorChanges, ReactorOptions } from '../options.js';
import type { TcpListen, UnixListen } from '../plugin/plugin-host.js';
import type { ShutdownReport } from '../shutdown.js';

/** Where the plugin of a group is found: a worker shares no code with the thread that starts it, so it is named and not passed. */
export interface PluginSource {
  /** The URL of its module, such as `new URL('./chat.js', import.meta.url)`. */
  readonly module: string;
  /** The name by which the module exports it. */
  readonly name: string;
  /** Its options; copied as structuredClone does it. */
  readonly options: object;
}

/** The levels of the workers' logs: a component that is not named has that of the one above it. */
export interface LevelSettings {
  level: LevelName;
  levels: Readonly<Record<string, LevelName>>;
}

/** What a worker's log is made with. */
export type WorkerLog = Omit<CreateLogOptions, 'destination' | keyof LevelSettings> & LevelSettings;

/** All that a worker is given when its thread is started. */
export interface WorkerData {
  readonly index: number;
  /** How many threads have had this index before. */
  readonly life: number;
  readonly plugin: PluginSource;
  /** Limits and deadlines of the connections. */
  readonly listen: TcpListen | UnixListen;
  readonly reactor: ReactorOptions;
  readonly log: WorkerLog;
  readonly threadName: string;
  /** Empty: any. */
  readonly cpus: readonly number[];
  /** What its Meters and the ledger lie in. */
  readonly meters: SharedArrayBuffer;
  /** What is counted together with the other workers, for the limits of the reactor and of the listener. */
  readonly admitted: { readonly reactor: SharedArrayBuffer; readonly listener: SharedArrayBuffer };
  readonly ledger: SharedArrayBuffer;
  /** A cell for the epoll descriptor that its thread waits for, -1 until there is one. */
  readonly epoll: Int32Array;
  /** How it reports. */
  readonly reports: InboxAddress;
}

/** What a worker is told. It obeys in the order in which it is told. */
export type Command =
  /** Accept from this socket, alone or with others. */
  | { readonly kind: 'serve'; readonly fd: number; readonly exclusive: boolean }
  /** Do not any more; who waits there is served by others. */
  | { readonly kind: 'leave'; readonly fd: number }
  /** Take in who is handed over through this ring. */
  | { readonly kind: 'take-in'; readonly fd: number; readonly doorbell: number; readonly capacity: number; readonly ring: SharedArrayBuffer }
  | { readonly kind: 'drain'; readonly deadlineMs: number }
  | { readonly kind: 'set-levels'; readonly settings: LevelSettings }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question };

/** What a worker is asked for. The answer is a value that structuredClone copies. */
export type Question =
  /** Answered when all that was told before is done. */
  | { readonly about: 'readiness' }
  | { readonly about: 'reconfigure'; readonly reactor: ReactorChanges; readonly listener: ListenerChanges }
  /** Its log's levels. */
  | { readonly about: 'levels' }
  /** A ConnectionList. */
  | { readonly about: 'connections'; readonly query: ConnectionQuery }
  /** Whether there was such a connection: then it is closed. */
  | { readonly about: 'close'; readonly connection: number; readonly from: string };

export interface ErrorReport {
  readonly message: string;
  /** Empty if it has none. */
  readonly code: string;
  readonly stack: string | undefined;
}

/** What a worker tells. */
export type Report =
  /** It can be told something, at this address. `thread` is the kernel's number of its thread. */
  | { readonly kind: 'started'; readonly inbox: InboxAddress; readonly thread: number }
  | { readonly kind: 'failed'; readonly error: ErrorReport }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorReport }
  /** It lets nobody in any more, and ends when who is in has left. */
  | { readonly kind: 'draining' };

/** What a worker's reactor has reported at its end: the last that is heard of its thread. A plugin may send other messages the same way. */
export interface ExitReport {
  readonly exitReport: ShutdownReport;
}

/** A report with its sender: late ones of a worker that has ended since are not taken for its successor's. */
export type WorkerMessage = { readonly worker: number; readonly life: number; readonly report: Report };
