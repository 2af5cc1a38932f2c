/** Whether the process does what it is there for. Load balancers and supervisors ask, so these answers need no token. */
import { HEALTHY_TURN_MS } from '../limits.js';
import type { Reactor } from '../reactor.js';
import type { Verdict } from './observed.js';

/** Whether the loop turns: a task that is posted now has run soon. That the thread answers at all says the rest. */
export async function healthOf(reactor: Reactor): Promise<Verdict> {
  const beginMs = performance.now();
  const turned = await turns(reactor);
  if (!turned) return { well: false, says: { status: 'stuck', reason: 'the loop does not run what is posted to it' } };
  return { well: true, says: { status: 'ok', turnSeconds: (performance.now() - beginMs) / 1000 } };
}

/** Whether new connections are welcome. */
export function readinessOf(reactor: Reactor): Verdict {
  if (reactor.draining) return { well: false, says: { status: 'draining', reason: 'the reactor is closing' } };
  if (!reactor.listening) return { well: false, says: { status: 'not_listening', reason: 'no listener is open' } };
  return { well: true, says: { status: 'ready' } };
}

function turns(reactor: Reactor): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), HEALTHY_TURN_MS);
    const answer = (turned: boolean) => {
      clearTimeout(timer);
      resolve(turned);
    };
    try {
      reactor.post(() => answer(true));
    } catch {
      // The reactor is closed, or more tasks wait than it has room for.
      answer(false);
    }
  });
}
