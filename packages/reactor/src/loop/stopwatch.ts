import type { Kernel } from '../kernel/kernel.js';
import { STALL_MS } from '../limits.js';
import type { Meters } from './meters.js';
import { DISPATCH, HANDLER, WAIT } from './stage.js';

const NO_PLUGIN = 0;

/**
 * Measures what the turns' time is spent on, and which plugin spends it. The clock is read when the stage changes, and
 * when another plugin's handler follows in a batch, but not for each handler: a batch of messages costs a handful of reads.
 */
export class Stopwatch {
  /** Called when a plugin has kept the loop for longer than STALL_MS in one go. */
  onStall: (plugin: string, ms: number) => void = () => {};
  readonly #kernel: Kernel;
  readonly #meters: Meters;
  readonly #stagesMs: Float64Array;
  readonly #enabled: boolean;
  /** Between the clock of the kernel, which may begin with each thread, and that of the system. */
  readonly #offsetMs: number;
  #stage: number = WAIT;
  #sinceMs: number;
  #turnBeganMs = 0;
  #plugin = NO_PLUGIN;

  constructor(kernel: Kernel, meters: Meters, enabled: boolean) {
    this.#kernel = kernel;
    this.#meters = meters;
    this.#stagesMs = meters.stagesMs;
    this.#enabled = enabled;
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

  /** A handler of this plugin is called. Handlers of one plugin that follow each other in one stage are measured as one. */
  handling(plugin: number): void {
    if (plugin !== this.#plugin) this.#change(plugin);
  }

  /** A hook is called outside the stage of handlers. Returns the stage to which `enter` must go back after it. */
  beginHook(plugin: number): number {
    const stage = this.#stage;
    this.enter(HANDLER);
    this.handling(plugin);
    return stage;
  }

  #change(plugin: number): void {
    if (!this.#enabled) return;
    if (this.#plugin !== NO_PLUGIN) this.#charge(this.#kernel.now(), HANDLER);
    this.#plugin = plugin;
    this.#meters.gauges.runningPlugin = plugin;
  }

  /** What has passed belongs to the stage that ends, and to the plugin that was at work. */
  #charge(nowMs: number, next: number): void {
    const passedMs = nowMs - this.#sinceMs;
    this.#stagesMs[this.#stage] = (this.#stagesMs[this.#stage] as number) + passedMs;
    if (this.#plugin !== NO_PLUGIN) this.#relieve(passedMs);
    this.#stage = next;
    this.#sinceMs = nowMs;
  }

  #relieve(passedMs: number): void {
    const { counters, gauges, plugins } = this.#meters;
    plugins.worked(this.#plugin, passedMs);
    if (passedMs > STALL_MS) {
      counters.stalls++;
      plugins.stalled(this.#plugin);
      this.onStall(plugins.nameOf(this.#plugin), passedMs);
    }
    this.#plugin = NO_PLUGIN;
    gauges.runningPlugin = NO_PLUGIN;
  }
}

/** Milliseconds on the clock that all threads of the system share (CLOCK_MONOTONIC, clock_gettime(2)). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
