import type { Call } from '../../command/call.js';
import { deadlineFrom, invalidDeadline } from '../../command/deadline.js';

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

/** The deadline that a number of units stands for, which must be positive. Error: ReplyError. */
export function deadlineOf(call: Call, index: number, unitMs: number, relative: boolean): number {
  if (call.integer(index) <= 0) throw invalidDeadline(call);
  return deadlineFrom(call, index, unitMs, relative);
}
