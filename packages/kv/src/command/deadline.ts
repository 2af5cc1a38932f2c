import type { Call } from './call.js';
import { removeEntry } from './key-removal.js';
import { ReplyError } from './reply-error.js';

/** What a 64-bit integer can hold. Beyond 2^53 a deadline is the nearest double. */
const MAX_DEADLINE_MS = 2 ** 63;
/** The greatest double below that. */
const LAST_DEADLINE_MS = 2 ** 63 - 1024;

/**
 * The deadline, in ms since the epoch, that a number of units stands for, which counts from now or from the epoch. Error:
 * ReplyError, if it is too far away.
 */
export function deadlineFrom(call: Call, index: number, unitMs: number, relative: boolean): number {
  const deadlineMs = Number(call.integer64(index)) * unitMs;
  const base = relative ? call.server.keyspace.nowMs : 0;
  if (deadlineMs < -MAX_DEADLINE_MS || deadlineMs + base > MAX_DEADLINE_MS) throw invalidDeadline(call);
  return Math.min(deadlineMs + base, LAST_DEADLINE_MS);
}

/** Sets the deadline of the key that is argument 1. One that is past removes the key. */
export function expireAt(call: Call, entry: number, deadlineMs: number): void {
  if (deadlineMs > call.server.keyspace.nowMs) {
    call.db.setDeadline(entry, deadlineMs);
    call.changed(1, 'expire', 'g');
    if (call.isLogged) call.effect('PEXPIREAT', call.argument(1), deadlineMs);
  } else {
    removeEntry(call, 1, entry);
    if (call.isLogged) call.effect('DEL', call.argument(1));
  }
}

export function invalidDeadline(call: Call): ReplyError {
  return new ReplyError(`ERR invalid expire time in '${call.command.fullName}' command`);
}
