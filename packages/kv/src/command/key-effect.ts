import type { Call } from './call.js';
import { keyPayload } from './key-payload.js';

/** Has logged all that a key, argument `index`, holds now: where only the outcome of a command is sure to be the same. */
export function logKey(call: Call, index: number): void {
  if (!call.isLogged) return;
  const { db } = call;
  const key = call.argument(index);
  const entry = db.find(key.buffer, key.start, key.end);
  if (entry === 0) return call.effect('DEL', key);
  const deadlineMs = db.deadlineOf(entry);
  call.effect('RESTORE', key, 0, keyPayload(db, entry), 'REPLACE');
  // RESTORE takes none as far away.
  if (deadlineMs !== Number.POSITIVE_INFINITY) call.effect('PEXPIREAT', key, deadlineMs);
}
