import { invariant } from '../invariant.js';

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

/** Returns `to`, having asserted that it may follow `from`. */
export function transition(from: ConnectionPhase, to: ConnectionPhase): ConnectionPhase {
  invariant(LEGAL[from].includes(to), 'a connection takes a step that its life does not have');
  return to;
}
