import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';
import { deadlineOf, isDeadlineOption, readDeadline, sameOption } from './deadline.js';
import { replyString } from './get.js';

/** What stands behind the value. */
interface SetOptions {
  when: 'always' | 'absent' | 'present';
  get: boolean;
  keepDeadline: boolean;
  /** In ms since the epoch; undefined without one. */
  deadlineMs: number | undefined;
}

export const set: Command = {
  name: 'set',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Sets a key to a string, whatever it was before.',
  complexity: 'O(1)',
  syntax: 'key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  execute(call) {
    if (call.count > 3) return setWithOptions(call, readOptions(call));
    call.db.setString(call.source, call.start(1), call.end(1), call.source, call.start(2), call.end(2));
    call.changed(1, 'set', '$');
    call.reply.ok();
  },
};

function setWithOptions(call: Call, { when, get, keepDeadline, deadlineMs }: SetOptions): void {
  const { db, reply } = call;
  const old = get ? call.readTyped(1, STRING) : call.find(1);
  const kept = when === 'absent' ? old !== 0 : when === 'present' && old === 0;
  if (get) replyString(call, old);
  if (kept) {
    if (!get) reply.nil();
    return;
  }
  if (deadlineMs === undefined) {
    db.setString(call.source, call.start(1), call.end(1), call.source, call.start(2), call.end(2), keepDeadline);
    call.changed(1, 'set', '$');
  } else {
    setUntil(call, 2, deadlineMs);
  }
  if (!get) reply.ok();
}

function readOptions(call: Call): SetOptions {
  const options: SetOptions = { when: 'always', get: false, keepDeadline: false, deadlineMs: undefined };
  let deadlineAt = 0;
  for (let i = 3; i < call.count; i++) {
    if (call.is(i, 'NX') && options.when !== 'present') options.when = 'absent';
    else if (call.is(i, 'XX') && options.when !== 'absent') options.when = 'present';
    else if (call.is(i, 'GET')) options.get = true;
    else if (call.is(i, 'KEEPTTL') && deadlineAt === 0) options.keepDeadline = true;
    else if (isDeadlineOption(call, i) && (deadlineAt === 0 || sameOption(call, i, deadlineAt)) && !options.keepDeadline && i + 1 < call.count) deadlineAt = i++;
    else throw SYNTAX;
  }
  if (deadlineAt > 0) options.deadlineMs = readDeadline(call, deadlineAt);
  return options;
}

export const setnx: Command = {
  ...set,
  name: 'setnx',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  summary: 'Sets a key to a string if there is no such key.',
  syntax: 'key value',
  execute(call) {
    if (call.find(1) !== 0) return call.reply.integer(0);
    setTo(call, 2);
    call.reply.integer(1);
  },
};

export const setex: Command = {
  ...set,
  name: 'setex',
  arity: 4,
  since: '2.0.0',
  summary: 'Sets a key to a string, for so many seconds.',
  syntax: 'key seconds value',
  execute: (call) => setFor(call, 1000),
};

export const psetex: Command = {
  ...setex,
  name: 'psetex',
  since: '2.6.0',
  summary: 'Sets a key to a string, for so many milliseconds.',
  syntax: 'key milliseconds value',
  execute: (call) => setFor(call, 1),
};

export const getset: Command = {
  ...set,
  name: 'getset',
  arity: 3,
  flags: ['write', 'denyoom', 'fast'],
  summary: 'Sets a key to a string, and answers what it was.',
  syntax: 'key value',
  execute(call) {
    replyString(call, call.readTyped(1, STRING));
    setTo(call, 2);
  },
};

/** Sets key 1 to an argument; its deadline goes. */
function setTo(call: Call, index: number): void {
  call.db.setString(call.source, call.start(1), call.end(1), call.source, call.start(index), call.end(index));
  call.changed(1, 'set', '$');
}

/** The same with a deadline. */
function setUntil(call: Call, index: number, deadlineMs: number): void {
  call.db.setStringUntil(deadlineMs, call.source, call.start(1), call.end(1), call.source, call.start(index), call.end(index));
  call.changed(1, 'set', '$');
  call.changed(1, 'expire', 'g');
  if (call.isLogged) call.effect('SET', call.argument(1), call.argument(index), 'PXAT', deadlineMs);
}

function setFor(call: Call, unitMs: number): void {
  setUntil(call, 3, deadlineOf(call, 2, unitMs, true));
  call.reply.ok();
}
