import { SystemError } from '../errors.js';
import { EAGAIN } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import { nativeKernel } from '../kernel/native-kernel.js';
import { STATUS_BYTES, STATUS_REFRESH_MS, STOP_EXTENSION_MS } from '../limits.js';
import type { Log } from '../log.js';
import type { Timer } from '../loop/timer.js';
import type { Reactor } from '../reactor.js';
import { NotifySocket } from './notify-socket.js';
import { watchdogPeriodMs } from './watchdog.js';

const USEC_PER_MS = 1000;
const NSEC_PER_USEC = 1000n;
const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/** One line that says what the service does: a text, or a function that is asked for it now and every ten seconds. */
export type Status = string | (() => string);

export interface SupervisorOptions {
  /** Where it is said, once, that the supervisor cannot be reached. */
  readonly log: Pick<Log, 'warn'>;
  /** Leaves the variables in the environment, for children to inherit. Default: false, as only one process is meant. */
  readonly keepEnvironment?: boolean;
  readonly kernel?: Kernel;
}

/**
 * Tells systemd, or whoever else has set NOTIFY_SOCKET, how this service is (sd_notify(3)). Without one nothing is sent, and
 * one that is gone or does not listen is no failure of ours: a server goes on without it.
 *
 * The watchdog is fed by a timer of the reactor. So it is the loop that proves to be alive, and not just the process: one that
 * is blocked sends nothing, and the supervisor starts the service anew. No timer of this keeps the process alive.
 *
 * Owns its socket and its timers; the end of the reactor gives them back, or `close` before that.
 */
export class Supervisor {
  readonly #log: SupervisorOptions['log'];
  readonly #socket: NotifySocket | undefined;
  /** What has not been sent yet. A later value replaces an earlier one of the same name, so this does not grow. */
  readonly #unsent = new Map<string, string>();
  #timers: readonly Timer[] = [];
  #status: Status = '';
  #statusText = '';
  #stopping = false;
  #unreachable = false;
  #closed = false;

  private constructor(log: SupervisorOptions['log'], socket: NotifySocket | undefined) {
    this.#log = log;
    this.#socket = socket;
  }

  /**
   * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment. A value that is of no use is
   * logged and ignored. Errors: EL_REACTOR_CLOSED; those of loading the library.
   */
  static fromEnvironment(reactor: Reactor, env: NodeJS.ProcessEnv, options: SupervisorOptions): Supervisor {
    const { log, keepEnvironment = false, kernel = nativeKernel() } = options;
    const { NOTIFY_SOCKET: path = '' } = env;
    const socket = path === '' ? undefined : orIgnored(log, () => new NotifySocket(kernel, path));
    const watchdogMs = orIgnored(log, () => watchdogPeriodMs(env));
    if (!keepEnvironment) for (const name of VARIABLES) delete env[name];
    const supervisor = new Supervisor(log, socket);
    if (socket !== undefined) supervisor.#begin(reactor, watchdogMs);
    return supervisor;
  }

  /** Whether there is a supervisor to tell anything to. */
  get present(): boolean {
    return this.#socket !== undefined && !this.#closed;
  }

  /** The service is up, or has finished loading its configuration anew. */
  ready(status: Status = this.#status): void {
    // A configuration may be loaded anew while the service ends; that it ends is the last that is said.
    if (this.#stopping) return;
    this.#status = status;
    this.#tell({ READY: '1', MAINPID: String(process.pid) }, status);
  }

  /**
   * The service loads its configuration anew; `ready` says when that is done, and by default what it said before. The time is
   * what Type=notify-reload needs.
   */
  reloading(status = 'loading the configuration'): void {
    if (this.#stopping) return;
    this.#tell({ RELOADING: '1', MONOTONIC_USEC: String(process.hrtime.bigint() / NSEC_PER_USEC) }, status);
  }

  /**
   * The service ends. From now on it asks for more time while its loop is alive, so that a drain may last longer than
   * TimeoutStopSec; the deadline of the reactor's `close` bounds it.
   */
  stopping(status: Status = 'stopping'): void {
    this.#stopping = true;
    this.#status = status;
    this.#tell({ STOPPING: '1', ...extension() }, status);
  }

  /** Another process is the service from now on, and says how it is; this one says nothing any more. */
  handOver(pid: number): void {
    this.#tell({ MAINPID: String(pid) });
    this.close();
  }

  /** What `systemctl status` shows. Line breaks become spaces; 1024 bytes are told. */
  status(status: Status): void {
    this.#status = status;
    this.#tell({}, status);
  }

  /** Nothing is said any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#socket?.close();
  }

  #begin(reactor: Reactor, watchdogMs: number | undefined): void {
    try {
      const refresh = reactor.setInterval(() => this.#refresh(), STATUS_REFRESH_MS).unref();
      const feed = watchdogMs === undefined ? [] : [reactor.setInterval(() => this.#tell({ WATCHDOG: '1' }), watchdogMs).unref()];
      this.#timers = [refresh, ...feed];
    } catch (error) {
      this.close();
      throw error;
    }
    void reactor.closed.then(() => this.close());
  }

  #refresh(): void {
    this.#tell(this.#stopping ? extension() : {}, this.#status);
  }

  /** Notes what is to be said, and says it along with what is left from before. */
  #tell(assignments: Readonly<Record<string, string>>, status?: Status): void {
    if (!this.present) return;
    for (const [name, value] of Object.entries(assignments)) this.#unsent.set(name, value);
    if (status !== undefined) this.#describe(status);
    if (this.#unsent.size > 0) this.#send();
  }

  #describe(status: Status): void {
    const text = oneLine(typeof status === 'function' ? status() : status);
    if (text !== this.#statusText) this.#unsent.set('STATUS', text);
    this.#statusText = text;
  }

  #send(): void {
    const message = Array.from(this.#unsent, ([name, value]) => `${name}=${value}`).join('\n');
    const result = (this.#socket as NotifySocket).send(message);
    if (result >= 0) {
      this.#unsent.clear();
      this.#unreachable = false;
    } else if (result !== -EAGAIN && !this.#unreachable) {
      this.#unreachable = true;
      const err = new SystemError(result, 'sendmmsg', 'NOTIFY_SOCKET');
      this.#log.warn({ event: 'supervisor.unreachable', err }, `the supervisor cannot be told about the service, which goes on: ${err.message}`);
    }
  }
}

/** How much longer the end may take: the supervisor counts from when it hears it. */
function extension(): Record<string, string> {
  return { EXTEND_TIMEOUT_USEC: String(STOP_EXTENSION_MS * USEC_PER_MS) };
}

/** A line break would begin an assignment of its own, and so let a status text say READY=1. Cut between characters. */
function oneLine(text: string): string {
  const bytes = new Uint8Array(STATUS_BYTES);
  const { written } = new TextEncoder().encodeInto(text.replace(/[\0\r\n]+/g, ' '), bytes);
  return Buffer.from(bytes.subarray(0, written)).toString();
}

function orIgnored<Value>(log: SupervisorOptions['log'], read: () => Value): Value | undefined {
  try {
    return read();
  } catch (err) {
    log.warn({ event: 'supervisor.ignored', err }, `what the environment says of a supervisor is ignored: ${(err as Error).message}`);
    return undefined;
  }
}
