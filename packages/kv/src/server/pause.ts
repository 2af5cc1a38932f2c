import type { Timers, TimerHandle } from './timers.js';

/** Which commands have to wait. */
export type PauseMode = 'all' | 'write';

/** CLIENT PAUSE: for a time commands are not served, or only those that write nothing. Clients whose turn it was are served when it ends. */
export class Pause {
  readonly #timers: Timers;
  #timer: TimerHandle | undefined;
  #untilMs = 0;
  mode: PauseMode | undefined;
  /** Serves those who wait. */
  onEnd: () => void = () => {};

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Pauses until then; never for a shorter time, or fewer commands, than is decided already. */
  begin(mode: PauseMode, untilMs: number, nowMs: number): void {
    if (this.mode !== 'all') this.mode = mode;
    this.#untilMs = Math.max(this.#untilMs, untilMs);
    this.#timer?.cancel();
    this.#timer = this.#timers.after(Math.max(0, this.#untilMs - nowMs), () => this.end());
  }

  end(): void {
    if (this.mode === undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.mode = undefined;
    this.#untilMs = 0;
    this.onEnd();
  }
}
