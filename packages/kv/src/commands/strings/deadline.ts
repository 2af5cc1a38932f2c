import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

/** Whether an argument says that a time follows: EX, PX, EXAT or PXAT. */
export function isDeadlineOption(call: Call, index: number): boolean {
  return call.is(index, 'EX') || call.is(index, 'PX') || call.is(index, 'EXAT') || call.is(index, 'PXAT');
}

/** Whether two arguments are the same option. */
export function sameOption(call: Call, one: number, other: number): boolean {
  return call.latin1(one).toUpperCase() === call.latin1(other).toUpperCase();
}

/** The deadline that such an option and the number behind it stand for, in ms since the epoch. */
export function readDeadline(call: Call, index: number): number {
  const seconds = call.is(index, 'EX') || call.is(index, 'EXAT');
  const relative = call.is(index, 'EX') || call.is(index, 'PX');
  return deadlineOf(call, index + 1, seconds ? 1000 : 1, relative);
}

/** The deadline that a number of units stands for, counted from now or from the epoch. Error: ReplyError if it is not positive, or too far away. */
export function deadlineOf(call: Call, index: number, unitMs: number, relative: boolean): number {
  const value = call.integer(index);
  const deadlineMs = value * unitMs + (relative ? call.server.keyspace.nowMs : 0);
  if (value > 0 && deadlineMs <= MAX_DEADLINE_MS) return deadlineMs;
  throw new ReplyError(`ERR invalid expire time in '${call.command.fullName}' command`);
}

/** What a double holds exactly; 285,000 years. */
const MAX_DEADLINE_MS = Number.MAX_SAFE_INTEGER;
