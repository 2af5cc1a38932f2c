/** What INFO commandstats tells of a command. */
export class CommandStats {
  calls = 0;
  /** Time in the command, in µs. */
  microseconds = 0;
  /** Refused before it ran: arity, authentication, memory. */
  rejected = 0;
  /** Answered with an error. */
  failed = 0;

  reset(): void {
    this.calls = 0;
    this.microseconds = 0;
    this.rejected = 0;
    this.failed = 0;
  }
}
