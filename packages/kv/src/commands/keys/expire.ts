import type { Call, Command } from '../../command/call.js';
import { deadlineFrom, expireAt } from '../../command/deadline.js';
import { ReplyError } from '../../command/reply-error.js';

/** On which condition a deadline is set. */
interface ExpireOptions {
  absent: boolean;
  present: boolean;
  later: boolean;
  earlier: boolean;
}

export const expire: Command = {
  name: 'expire',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Sets the deadline of a key, in seconds from now.',
  complexity: 'O(1)',
  syntax: 'key seconds [NX | XX | GT | LT]',
  execute: (call) => setDeadline(call, 1000, true),
};

export const pexpire: Command = {
  ...expire,
  name: 'pexpire',
  since: '2.6.0',
  summary: 'Sets the deadline of a key, in milliseconds from now.',
  syntax: 'key milliseconds [NX | XX | GT | LT]',
  execute: (call) => setDeadline(call, 1, true),
};

export const expireat: Command = {
  ...expire,
  name: 'expireat',
  since: '1.2.0',
  summary: 'Sets the deadline of a key, in seconds since 1970.',
  syntax: 'key unix-time-seconds [NX | XX | GT | LT]',
  execute: (call) => setDeadline(call, 1000, false),
};

export const pexpireat: Command = {
  ...expire,
  name: 'pexpireat',
  since: '2.6.0',
  summary: 'Sets the deadline of a key, in milliseconds since 1970.',
  syntax: 'key unix-time-milliseconds [NX | XX | GT | LT]',
  execute: (call) => setDeadline(call, 1, false),
};

export const persist: Command = {
  ...expire,
  name: 'persist',
  arity: 2,
  since: '2.2.0',
  summary: 'Clears the deadline of a key.',
  syntax: 'key',
  execute(call) {
    const entry = call.find(1);
    if (entry === 0 || call.db.deadlineOf(entry) === Number.POSITIVE_INFINITY) return call.reply.integer(0);
    call.db.clearDeadline(entry);
    call.changed(1, 'persist', 'g');
    call.reply.integer(1);
  },
};

function setDeadline(call: Call, unitMs: number, relative: boolean): void {
  const options = readOptions(call);
  const deadlineMs = deadlineFrom(call, 2, unitMs, relative);
  const entry = call.find(1);
  if (entry === 0 || !allows(options, call.db.deadlineOf(entry), deadlineMs)) return call.reply.integer(0);
  expireAt(call, entry, deadlineMs);
  call.reply.integer(1);
}

/** A key without deadline counts as one whose deadline is infinite. */
function allows({ absent, present, later, earlier }: ExpireOptions, oldMs: number, newMs: number): boolean {
  if (absent) return oldMs === Number.POSITIVE_INFINITY;
  if (present && oldMs === Number.POSITIVE_INFINITY) return false;
  return !(later && newMs <= oldMs) && !(earlier && newMs >= oldMs);
}

function readOptions(call: Call): ExpireOptions {
  const options: ExpireOptions = { absent: false, present: false, later: false, earlier: false };
  for (let i = 3; i < call.count; i++) {
    if (call.is(i, 'NX')) options.absent = true;
    else if (call.is(i, 'XX')) options.present = true;
    else if (call.is(i, 'GT')) options.later = true;
    else if (call.is(i, 'LT')) options.earlier = true;
    else throw new ReplyError(`ERR Unsupported option ${call.latin1(i).split('\0', 1)[0]}`);
  }
  const { absent, present, later, earlier } = options;
  if (absent && (present || later || earlier)) throw new ReplyError('ERR NX and XX, GT or LT options at the same time are not compatible');
  if (later && earlier) throw new ReplyError('ERR GT and LT options at the same time are not compatible');
  return options;
}
