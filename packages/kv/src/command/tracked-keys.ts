import type { Call } from './call.js';
import { keyIndexes } from './command-keys.js';

/** To be called behind a command of a client whose keys are tracked: remembers those that it has read. */
export function trackKeys(call: Call): void {
  const { command, outer, server, client: { tracking, transaction } } = call;
  if (tracking === undefined) return;
  // Of what only reads, a script reads nothing itself: its commands do. A channel is no key.
  const reads = command.flags.has('readonly') && command.definition.group !== 'scripting';
  if (reads && tracking.remembers) {
    const keyed = keyedCall(call);
    for (const index of keyIndexes(keyed) ?? []) server.tracking.remember(tracking, keyed.copy(index));
  }
  // CLIENT CACHING is about the next command, or transaction.
  const isCaching = command.fullName.startsWith('client|');
  if (outer === undefined && transaction === undefined && !isCaching) tracking.isChosen = false;
}

/** Whatever a script reads, what it has declared counts as read, as in Redis 7.0. */
function keyedCall(call: Call): Call {
  return call.isScripted && call.outer !== undefined ? call.outer : call;
}
