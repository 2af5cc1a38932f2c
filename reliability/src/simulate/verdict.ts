import type { Reactor } from '@edgeloop/reactor';
import { demand } from './finding.js';
import type { HookOrder } from './hook-order.js';
import type { Link } from './link.js';
import type { Surroundings } from './surroundings.js';
import type { Tally } from './tally.js';

type Counters = Reactor['counters'];

/** How a connection may end. Of each end there is one. */
const ENDS = [
  'endedInOrder', 'destroyed', 'resets', 'networkErrors', 'handlerEnds', 'evicted', 'closedByOperator', 'handshakeTimeouts', 'messageTimeouts',
  'writeTimeouts', 'idleTimeouts', 'lifetimeTimeouts', 'slowConsumers', 'outputLimited',
] as const;

/** What is left of a run. */
export interface Records {
  readonly counters: Counters;
  readonly order: HookOrder;
  readonly links: readonly Link[];
  readonly tally: Tally;
  readonly surroundings: Surroundings;
}

/** What must hold of a run when the reactor is closed, and the network has delivered all that was under way. */
export function judge({ counters, order, links, tally, surroundings }: Records): void {
  judgeCounters(counters, links);
  demand(order.open === 0, () => `${order.open} connections were opened whose onClose was never called`);
  const { maxConnections } = surroundings;
  const full = counters.refusedByTotal === 0 || order.peak >= maxConnections;
  demand(full, () => `${counters.refusedByTotal} connections were refused, though no more than ${order.peak} of ${maxConnections} were open`);
  judgeUnopened(links, counters.shed + counters.refusedByTotal);
  for (const link of links) link.checkOver();
  tally.add({
    'stale events dropped': counters.staleEvents,
    connections: counters.closed,
    'connections that broke': counters.failed,
    'handlers that failed': counters.handlerFailures,
    'accepting rested': counters.acceptPauses,
    'refused above the limit': counters.refusedByTotal,
  });
}

function judgeCounters(counters: Counters, links: readonly Link[]): void {
  const { accepted, connected, closed, failed } = counters;
  demand(accepted + connected === closed, () => `${accepted} accepted and ${connected} dialled, but ${closed} closed`);
  const ends = ENDS.reduce((sum, end) => sum + counters[end], 0);
  demand(ends === closed, () => `${closed} connections were closed, but ${ends} ends are counted`);
  const failures = links.filter(({ reason }) => reason !== undefined).length;
  demand(failures === failed, () => `${failures} connections ended with an error, but ${failed} are counted`);
}

/** Who was turned away is no bug, but nobody is who was not counted, and who is must be told. */
function judgeUnopened(links: readonly Link[], turnedAway: number): void {
  const unopened = links.filter(({ connection, blame }) => connection === undefined && blame === undefined);
  demand(unopened.length <= turnedAway, () => `${unopened.length} links were never opened, but ${turnedAway} turned away: ${textOf(unopened)}`);
  for (const link of unopened) {
    demand(link.peer === undefined || link.peer.over, () => `${link.text}: turned away, and not told`);
    link.break('turned away');
  }
}

/** For complaints. */
export function textOf(links: readonly Link[]): string {
  return links.map(({ text }) => text).join('; ');
}
