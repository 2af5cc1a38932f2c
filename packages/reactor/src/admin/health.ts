/** Whether the process does what it is there for. Load balancers and supervisors ask, so these answers need no token. */
import { HEALTHY_TURN_MS } from '../limits.js';
import type { Reactor } from '../reactor.js';
import { type Answer, json } from './answer.js';

/** Whether the loop turns: a task that is posted now has run soon. That the thread answers at all says the rest. */
export async function healthOf(reactor: Reactor): Promise<Answer> {
  const beginMs = performance.now();
  const turned = await turns(reactor);
  if (!turned) return json({ status: 'stuck', reason: 'the loop does not run what is posted to it' }, 503);
  return json({ status: 'ok', turnSeconds: (performance.now() - beginMs) / 1000 });
}

/** Whether new connections are welcome. */
export function readinessOf(reactor: Reactor): Answer {
  if (reactor.draining) return json({ status: 'draining', reason: 'the reactor is closing' }, 503);
  if (!reactor.listening) return json({ status: 'not_listening', reason: 'no listener is open' }, 503);
  return json({ status: 'ready' });
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
