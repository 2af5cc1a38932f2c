import type { Signal, Subscription } from './loop/signals.js';
import { closeOptions } from './options.js';
import { parseOptions } from './options-check.js';
import type { Reactor } from './reactor.js';

export interface CloseOnSignalsOptions {
  /** Milliseconds that replies under way are given to finish. Default: 10,000. */
  readonly deadlineMs?: number;
  /** Default: SIGTERM, by which service managers stop a program, and SIGINT, which is Ctrl-C. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Called for each of the signals; `again` is true for all but the first, which end the waiting. */
  readonly onSignal?: (signal: Signal, again: boolean) => void;
}

/**
 * Makes a server end as its operators expect: at the first signal in order, within a deadline, at the second one at once.
 * Until then the signals have no other effect (see Reactor.onSignal). Errors: those of Reactor.onSignal; EL_OPTION_INVALID.
 */
export function closeOnSignals(reactor: Reactor, options: CloseOnSignalsOptions = {}): void {
  const { signals = ['SIGTERM', 'SIGINT'], onSignal, deadlineMs: wantedMs = 10_000, ...unknown } = options;
  // Checked now: when the signal comes, nobody could mend it.
  const { deadlineMs } = parseOptions(closeOptions, { deadlineMs: wantedMs, ...unknown }, 'closeOnSignals');
  let again = false;
  const close = (signal: Signal) => {
    const { name, pid, uid } = signal;
    const fields = { event: 'signal.received', signal: name, senderPid: pid, senderUid: uid, again };
    reactor.log.info(fields, `${name} received: ${again ? 'waiting no longer' : 'closing'}`);
    try {
      onSignal?.(signal, again);
    } finally {
      void reactor.close({ deadlineMs: again ? 0 : deadlineMs });
      again = true;
    }
  };
  subscribeAll(signals.map((signal) => () => reactor.onSignal(signal, close)));
}

/** All or none. */
function subscribeAll(calls: readonly (() => Subscription)[]): void {
  const subscriptions: Subscription[] = [];
  try {
    for (const subscribe of calls) subscriptions.push(subscribe());
  } catch (error) {
    for (const subscription of subscriptions) subscription.close();
    throw error;
  }
}
