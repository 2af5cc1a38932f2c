/** A timer that is running. */
export interface TimerHandle {
  cancel(): void;
}

/** Where the server's timers run: the reactor's wheel, or a simulation's. */
export interface Timers {
  after(delayMs: number, callback: () => void): TimerHandle;
  every(periodMs: number, callback: () => void): TimerHandle;
}
