import type { Kernel } from '../kernel/kernel.js';
import { STALL_WATCH_MS } from '../limits.js';
import type { Hook } from './hook.js';
import type { Meters } from './meters.js';
import { DISPATCH, HANDLER, WAIT } from './stage.js';

/** Stands for the program in the place of a plugin's number: what belongs to no plugin. */
export const PROGRAM = 0;
/** In the place of a plugin's number: no call is at work that others might follow. */
const NOBODY = -1;

/** Something of the program's has kept the loop for too long in one go. */
export interface Stall {
  /** Empty if it is no plugin's. */
  readonly plugin: string;
  readonly hook: Hook;
  readonly ms: number;
  /** Calls of this hook of this plugin that were measured as one. */
  readonly calls: number;
  /** What the first of them was about: a connection, a timer, a socket, a task. If there were several, it need not be the slow one's. */
  readonly subject: object | undefined;
}

export interface StopwatchOptions {
  /** If not, nothing is measured and no clock is read. */
  readonly enabled: boolean;
  /** Whether each call is measured by itself, at the price of a look at the clock. */
  readonly exact: boolean;
  readonly stallMs: number;
}

/**
 * Measures what the turns' time is spent on, and which plugin spends it. The clock is read when the stage changes, and when another
 * plugin's handler follows in a batch, but not for each handler: a batch of messages costs a handful of reads.
 *
 * So of a batch that was slow it is not known which handler was. But what stalls a loop once mostly does so again: after a stall each
 * call is measured by itself for STALL_WATCH_MS, and the next stall is named exactly, with its connection. On the hot path this costs
 * no branch: while calls are measured one by one, none is taken for one that follows another.
 */
export class Stopwatch {
  /** May change at any time. */
  stallMs: number;
  /** Called when the program has kept the loop for longer than `stallMs` in one go. */
  onStall: (stall: Stall) => void = () => {};
  readonly #kernel: Kernel;
  readonly #meters: Meters;
  readonly #stagesMs: Float64Array;
  readonly #enabled: boolean;
  /** Between the clock of the kernel, which may begin with each thread, and that of the system. */
  readonly #offsetMs: number;
  #stage: number = WAIT;
  #sinceMs: number;
  #turnBeganMs = 0;
  /** Until when each call is measured by itself. */
  #exactUntilMs: number;
  /** Whose calls may follow without a look at the clock. */
  #followers = NOBODY;
  /** The calls that are being measured. */
  #calls = 0;
  /** A hook has come alone since the clock was read last: what follows may be the rest of another, in which it was called. */
  #within = false;
  #plugin = PROGRAM;
  #hook: Hook = 'task';
  #subject: object | undefined;

  constructor(kernel: Kernel, meters: Meters, { enabled, exact, stallMs }: StopwatchOptions) {
    this.#kernel = kernel;
    this.#meters = meters;
    this.#stagesMs = meters.stagesMs;
    this.#enabled = enabled;
    this.stallMs = stallMs;
    this.#exactUntilMs = exact ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.#sinceMs = kernel.now();
    this.#offsetMs = monotonicMs() - this.#sinceMs;
  }

  /** A turn begins; `nowMs` has just been read. */
  beginTurn(nowMs: number): void {
    if (!this.#enabled) return;
    this.#charge(nowMs, DISPATCH);
    this.#turnBeganMs = nowMs;
    this.#meters.gauges.turnBeganMs = nowMs + this.#offsetMs;
  }

  endTurn(): void {
    if (!this.#enabled) return;
    const nowMs = this.#kernel.now();
    this.#charge(nowMs, WAIT);
    this.#meters.gauges.turnEndedMs = nowMs + this.#offsetMs;
    this.#meters.turnSeconds.observe((nowMs - this.#turnBeganMs) / 1000);
  }

  /** From now on the loop's time is spent on something else. */
  enter(stage: number): void {
    if (this.#enabled && stage !== this.#stage) this.#charge(this.#kernel.now(), stage);
  }

  /** One call of a batch in which all of a plugin are of one hook. Those that follow each other in one stage are measured as one. */
  handling(plugin: number, hook: Hook, subject: object): void {
    if (plugin === this.#followers) this.#calls++;
    else this.#change(plugin, hook, subject);
  }

  /** A hook that comes alone is called, perhaps within another. Returns what `endHook` must be given after it. */
  beginHook(plugin: number, hook: Hook, subject?: object): number {
    const stage = this.#stage;
    if (!this.#enabled) return stage;
    this.#charge(this.#kernel.now(), HANDLER);
    this.#begin(plugin, hook, subject);
    return stage;
  }

  /** What is left of a hook in which this one was called is nobody's: it would be blamed on the wrong one. */
  endHook(stage: number): void {
    if (!this.#enabled) return;
    this.#charge(this.#kernel.now(), stage);
    this.#within = true;
  }

  #change(plugin: number, hook: Hook, subject: object): void {
    if (!this.#enabled) return;
    if (this.#calls > 0 || this.#within) this.#charge(this.#kernel.now(), this.#stage);
    this.#begin(plugin, hook, subject);
    if (this.#sinceMs >= this.#exactUntilMs) this.#followers = plugin;
  }

  #begin(plugin: number, hook: Hook, subject: object | undefined): void {
    this.#calls = 1;
    this.#plugin = plugin;
    this.#hook = hook;
    this.#subject = subject;
    this.#meters.gauges.runningPlugin = plugin;
  }

  /** What has passed belongs to the stage that ends, and to the plugin that was at work. */
  #charge(nowMs: number, next: number): void {
    const passedMs = nowMs - this.#sinceMs;
    this.#stagesMs[this.#stage] = (this.#stagesMs[this.#stage] as number) + passedMs;
    this.#stage = next;
    this.#sinceMs = nowMs;
    this.#within = false;
    if (this.#calls > 0) this.#relieve(passedMs);
  }

  #relieve(passedMs: number): void {
    const { gauges, plugins } = this.#meters;
    if (this.#plugin !== PROGRAM) plugins.worked(this.#plugin, passedMs);
    if (passedMs > this.stallMs) this.#stalled(passedMs);
    this.#calls = 0;
    this.#followers = NOBODY;
    // A connection that is closed and forgotten must not be kept by who was at work last.
    this.#subject = undefined;
    gauges.runningPlugin = PROGRAM;
  }

  #stalled(ms: number): void {
    const { counters, plugins, stallsByHook } = this.#meters;
    const plugin = this.#plugin;
    counters.stalls++;
    stallsByHook.count(this.#hook);
    if (plugin !== PROGRAM) plugins.stalled(plugin);
    this.#exactUntilMs = Math.max(this.#exactUntilMs, this.#sinceMs + STALL_WATCH_MS);
    this.onStall({ plugin: plugin === PROGRAM ? '' : plugins.nameOf(plugin), hook: this.#hook, ms, calls: this.#calls, subject: this.#subject });
  }
}

/** Milliseconds on the clock that all threads of the system share (CLOCK_MONOTONIC, clock_gettime(2)). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
