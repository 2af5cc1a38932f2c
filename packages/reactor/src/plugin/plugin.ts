import { inspect } from 'node:util';
import type { Connection } from '../net/connection.js';
import { EdgeloopError } from '../errors.js';
import type { FloodLog, Log } from '../log.js';
import type { Timer } from '../loop/timer.js';
import type { Task } from '../offload/task.js';
import type { ConnectionOptions, offloadOptions } from '../options.js';
import type { OptionsInput, OptionsOutput, OptionsSchema } from '../options-check.js';

/**
 * What a plugin may react to. All are optional, and there are no others.
 *
 * A hook that throws or rejects closes its connection, and no other. While the promise that a hook returned is pending,
 * its connection is not read: a handler never runs twice at once for one connection, and a slow one is backpressure.
 */
export interface Hooks<State> {
  onOpen?(connection: Connection<State>): unknown;
  /**
   * Bytes have come. `chunk` is a view into a buffer that the loop reuses: it is valid until the hook returns, or until
   * its first `await`. What is to be kept must be copied, with `Buffer.from(chunk)` for example.
   */
  onData?(connection: Connection<State>, chunk: Buffer): unknown;
  /** The peer has sent its last byte. The hook may go on writing; when it is done, the connection ends by itself. */
  onHalfClose?(connection: Connection<State>): unknown;
  /** The queue was above the high-water mark and has fallen to the low-water mark. */
  onDrain?(connection: Connection<State>): unknown;
  /** The last hook of a connection, called once. `reason` is the error that ended it, undefined after an orderly end. */
  onClose?(connection: Connection<State>, reason: Error | undefined): unknown;
  /**
   * The reactor closes, with a deadline. Nothing new is accepted; the plugin's connections are left alone until the promise
   * that the hook returns is settled, or the deadline has come. Then each is half-closed as soon as its replies are sent;
   * those that were dialled, in any plugin, when none is left that was accepted. The deadline comes in `deadlineMs` milliseconds.
   */
  onShutdown?(deadlineMs: number): unknown;
  /**
   * Called before the loop gives any byte to the kernel, of whatever connection or datagram socket, once for a batch of sends; and
   * once more at the end of each turn. What must have happened before a peer is told of it happens here, for all replies together:
   * a write-ahead log is written, for example. It is not awaited.
   *
   * What it throws reaches 'uncaughtException'. No output leaves then, and if the program lives on, it is called again in the next turn.
   * So it is if it returns false: for a plugin that has to end connections first, which must not be done here, but in a timer or a task.
   */
  beforeOutput?(): boolean | void;
}

/** What a connection that belongs to no plugin may react to. */
export type ClientHooks = Omit<Hooks<undefined>, 'onShutdown' | 'beforeOutput'>;

/** What a plugin is given when it is put to use. */
export interface PluginContext<Options> {
  readonly options: Options;
  readonly log: Log;
  /** The same for what may come in floods. */
  readonly floodLog: FloodLog;
  readonly timers: PluginTimers;
  /** As `reactor.post`: from outside the loop it brings about a turn. Errors: EL_QUEUE_FULL, EL_REACTOR_CLOSED, EL_OPTION_INVALID. */
  readonly post: (task: () => void) => void;
  /** As `reactor.offload`: has another thread run a task. With `{ signal: connection.signal }` it is called off when the connection ends. */
  readonly offload: <Input, Output>(task: Task<Input, Output>, input: Input, options?: OptionsInput<typeof offloadOptions>) => Promise<Output>;
  /**
   * Returns a promise that is settled as this one is. Until then the loop looks out for what only Node's own loop brings, such as the
   * end of a file's fsync, every millisecond even where it has its thread for itself (`loop: 'dedicated'`), where that may take 100 ms else.
   */
  readonly waitFor: <T>(promise: Promise<T>) => Promise<T>;
  /** Resolves when the reactor is closed: no hook, timer or task is called any more. Before `reactor.close` resolves for the program. */
  readonly closed: Promise<unknown>;
}

/** The timers of the reactor that a plugin runs on: they are part of its loop, whoever waits for events in it. */
export interface PluginTimers {
  /** Calls back once, `delayMs` from now, an integer. Errors: EL_OPTION_INVALID, EL_REACTOR_CLOSED. */
  setTimeout(callback: () => void, delayMs: number): Timer;
  /** Calls back again and again. A timer keeps the reactor alive until it is cancelled or `unref` is called. */
  setInterval(callback: () => void, periodMs: number): Timer;
}

/** What `setup` returns: the hooks, and what the plugin offers to the program that uses it. */
export interface PluginParts<State, Api> extends Hooks<State> {
  /** `reactor.use(plugin).api`, with this type: for what the program does with the plugin besides listening and dialling. */
  readonly api?: Api;
}

export interface Plugin<Schema extends OptionsSchema = OptionsSchema, State = unknown, Api = unknown> {
  /** Names the plugin in logs and errors. */
  readonly name: string;
  /** Checks the plugin's options and fills in defaults. */
  readonly options: Schema;
  /** What its protocol wants instead of the reactor's defaults; `listen` and `connect` may say otherwise. */
  readonly connectionDefaults?: Partial<ConnectionOptions>;
  /** Makes the plugin's own part of a new connection, `connection.state`, before `onOpen` is called. */
  state?(options: OptionsOutput<Schema>): State;
  /** Called once for each `reactor.use`. Returns the hooks, which may share what it prepared, and an `api` if there is one. */
  setup(context: PluginContext<OptionsOutput<Schema>>): PluginParts<State, Api>;
}

/**
 * Types a plugin's definition: the options follow from the schema, the hooks' `State` from what `state` returns, and `Api` from
 * the `api` beside the hooks.
 */
export function definePlugin<Schema extends OptionsSchema, State = undefined, Api = undefined>(
  plugin: Plugin<Schema, State, Api>,
): Plugin<Schema, State, Api> {
  return plugin;
}

const HOOK_NAMES: ReadonlySet<string> = new Set<keyof Hooks<unknown>>([
  'onOpen', 'onData', 'onHalfClose', 'onDrain', 'onClose', 'onShutdown', 'beforeOutput',
]);

/** As `checkHooks`, for what a plugin's setup has returned. Error: EL_PLUGIN_INVALID. */
export function checkParts(plugin: string, parts: object): void {
  checkHooks(plugin, parts, 'api');
}

/** Refuses hooks that would never be called, most likely a misspelt name, or those of an asynchronous setup. Error: EL_PLUGIN_INVALID. */
export function checkHooks(plugin: string, hooks: object, beside?: string): void {
  if (typeof hooks !== 'object' || hooks === null || 'then' in hooks) {
    throw new EdgeloopError('EL_PLUGIN_INVALID', `plugin "${plugin}" must have an object with hooks, which may be empty, and no promise, but has ${inspect(hooks)}`);
  }
  for (const [name, hook] of Object.entries(hooks)) {
    if (name === beside) continue;
    if (!HOOK_NAMES.has(name)) {
      throw new EdgeloopError('EL_PLUGIN_INVALID', `plugin "${plugin}" has a hook "${name}", which does not exist; there are ${[...HOOK_NAMES].join(', ')}`);
    }
    if (typeof hook !== 'function') {
      throw new EdgeloopError('EL_PLUGIN_INVALID', `plugin "${plugin}": hook "${name}" must be a function, but is ${typeof hook}`);
    }
  }
}
