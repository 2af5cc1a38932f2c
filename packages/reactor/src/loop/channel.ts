/**
 * Something with a descriptor in the epoll set: a listener, a connection, the clock.
 *
 * Marking and serving are apart on purpose: `mark` only remembers what the kernel said, so a whole batch of events
 * is noted before any handler runs; `service` does a bounded piece of the work.
 */
export interface Channel {
  readonly fd: number;
  /** Whether the process must not end while the channel is in the set; false for what only serves others. */
  readonly keepsAlive: boolean;
  /** The channel's place in the poller; set by the poller when it is added. */
  slot: number;
  /** Notes the event bits of epoll_wait(2). Does no I/O and calls nobody. */
  mark(events: number): void;
  /** Works within its budget for one turn. Returns true if there is more to do at once. */
  service(): boolean;
  /** The reactor closes: leaves the poller and gives the descriptor back. `reason` is for whoever waits for the channel. */
  destroy(reason: Error): void;
}
