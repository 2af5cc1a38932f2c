import type { Client } from '../client/client.js';
import type { Call } from './call.js';
import { keyIndexes } from './command-keys.js';
import type { RegisteredCommand } from '../catalogue/registry.js';

/** To be called behind a command of a client whose keys are tracked: remembers those that it has read. */
export function trackKeys(call: Call): void {
  const { command, outer, server, client } = call;
  if (client.tracking === undefined) return;
  // Of what only reads, a script reads nothing itself: its commands do. A channel is no key.
  const reads = command.flags.has('readonly') && command.definition.group !== 'scripting';
  if (reads && client.tracking.remembers) {
    const keyed = keyedCall(call);
    for (const index of keyIndexes(keyed) ?? []) server.tracking.remember(client.tracking, keyed.copy(index));
  }
  if (outer === undefined) endCaching(client, command);
}

/**
 * To be called behind each request, one that is refused included: CLIENT CACHING is about the next one, or about the next transaction
 * as a whole. Other subcommands of CLIENT may stand between. `command` is undefined if there is no such command.
 */
export function endCaching({ tracking, transaction }: Client, command: RegisteredCommand<Call> | undefined): void {
  if (tracking === undefined || transaction !== undefined || command?.fullName.startsWith('client|') === true) return;
  tracking.isChosen = false;
}

/** Whatever a script reads, what it has declared counts as read, as in Redis 7.0. */
function keyedCall(call: Call): Call {
  return call.isScripted && call.outer !== undefined ? call.outer : call;
}
