const HISTOGRAM_BUCKETS = 32;

/** What INFO commandstats and LATENCY HISTOGRAM tell of a command. */
export class CommandStats {
  #timed = 0;
  /** Time in the command, in µs. */
  microseconds = 0;
  /** Refused before it ran: arity, authentication, memory. */
  rejected = 0;
  /** Answered with an error. */
  failed = 0;
  /** Calls of this turn that are not timed yet: see Stopwatch. */
  untimed = 0;
  /** Calls by time: in bucket n those of up to 2^n µs. Made with the first of them. */
  histogram: Uint32Array | undefined;

  get calls(): number {
    return this.#timed + this.untimed;
  }

  /** Adds calls that took so long each. */
  record(milliseconds: number, calls: number): void {
    if (calls === 0) return;
    this.#timed += calls;
    const microseconds = milliseconds * 1000;
    this.microseconds += microseconds * calls;
    this.histogram ??= new Uint32Array(HISTOGRAM_BUCKETS);
    this.histogram[32 - Math.clz32(Math.max(0, Math.ceil(microseconds) - 1))]! += calls;
  }

  reset(): void {
    this.#timed = 0;
    this.untimed = 0;
    this.microseconds = 0;
    this.rejected = 0;
    this.failed = 0;
    this.histogram = undefined;
  }
}
