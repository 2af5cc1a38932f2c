/** Clients wait while a sync takes longer than this: so no more than this is ever at stake. */
const MAX_SYNC_MS = 2000;

/** The sync of the log that is under way off the loop's thread, and what is known of those that have ended. */
export class SyncMeter {
  /** Those that have ended, and how long they took together. */
  count = 0;
  totalMs = 0;
  /** Seconds in which clients waited for one that was late. */
  delays = 0;
  /** In ms of `performance`; undefined while none is under way. */
  #sinceMs: number | undefined;

  get isUnderWay(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Whether one takes so long that nobody may rely on the next one. */
  get isLate(): boolean {
    return this.#sinceMs !== undefined && performance.now() - this.#sinceMs > MAX_SYNC_MS;
  }

  /** To be called once a second while somebody may wait. */
  noteDelay(): void {
    if (this.isLate) this.delays++;
  }

  begin(): void {
    this.#sinceMs = performance.now();
  }

  end(): void {
    this.count++;
    this.totalMs += performance.now() - (this.#sinceMs ?? 0);
    this.#sinceMs = undefined;
  }
}
