import { invariant } from '../invariant.js';
import type { Gauges } from '../loop/gauges.js';

/**
 * The life of a connection, as far as our side of it decides (a dialled one begins when connect(2) has succeeded):
 * - `open`: bytes flow both ways.
 * - `draining`: `end` was called; the queue is being sent, nothing more may be written.
 * - `closing`: our FIN is sent; the peer may still send until its own FIN.
 * - `closed`: deregistered and closed. Nothing follows.
 */
export type ConnectionPhase = 'open' | 'draining' | 'closing' | 'closed';

/** Every phase may end in `closed`: a reset, an error, a deadline or the user may cut in at any time. */
const LEGAL: Readonly<Record<ConnectionPhase, readonly ConnectionPhase[]>> = {
  open: ['draining', 'closed'],
  draining: ['closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

/** Returns `to`, having asserted that it may follow `from`. The gauges of connections by phase go along. */
export function transition(from: ConnectionPhase, to: ConnectionPhase, gauges: Gauges): ConnectionPhase {
  invariant(LEGAL[from].includes(to), 'a connection takes a step that its life does not have');
  if (from === 'draining') gauges.connectionsDraining--;
  if (from === 'closing') gauges.connectionsClosing--;
  if (to === 'draining') gauges.connectionsDraining++;
  if (to === 'closing') gauges.connectionsClosing++;
  return to;
}
