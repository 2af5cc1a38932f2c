import type { Call, Command } from '../../command/call.js';
import { expireAt } from '../../command/deadline.js';
import { SYNTAX } from '../../command/reply-error.js';
import { removeEntry } from '../../command/key-removal.js';
import { STRING } from '../../store/meta.js';
import { isDeadlineOption, readDeadline, sameOption } from './deadline.js';

export const get: Command = {
  name: 'get',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Answers the string at a key.',
  complexity: 'O(1)',
  syntax: 'key',
  execute(call) {
    replyString(call, call.readTyped(1, STRING));
  },
};

export const strlen: Command = {
  ...get,
  name: 'strlen',
  since: '2.2.0',
  summary: 'Answers how many bytes the string at a key has.',
  execute(call) {
    const entry = call.readTyped(1, STRING);
    call.reply.integer(entry === 0 ? 0 : call.db.stringOf(entry).length);
  },
};

export const mget: Command = {
  ...get,
  name: 'mget',
  arity: -2,
  keys: { first: 1, last: -1, step: 1 },
  summary: 'Answers the strings at keys.',
  complexity: 'O(N) for N keys',
  syntax: 'key [key ...]',
  execute(call) {
    call.reply.array(call.count - 1);
    for (let i = 1; i < call.count; i++) {
      const entry = call.read(i);
      replyString(call, entry !== 0 && call.db.typeOf(entry) === STRING ? entry : 0);
    }
  },
};

export const getdel: Command = {
  ...get,
  name: 'getdel',
  flags: ['write', 'fast'],
  since: '6.2.0',
  summary: 'Answers the string at a key, and removes the key.',
  execute(call) {
    const entry = call.readTyped(1, STRING);
    replyString(call, entry);
    if (entry === 0) return;
    removeEntry(call, 1, entry);
  },
};

export const getex: Command = {
  ...get,
  name: 'getex',
  arity: -2,
  flags: ['write', 'fast'],
  since: '6.2.0',
  summary: 'Answers the string at a key, and sets or clears its deadline.',
  syntax: 'key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]',
  execute(call) {
    const { persist, deadlineAt } = readOptions(call);
    const entry = call.readTyped(1, STRING);
    if (entry === 0) return call.reply.nil();
    const deadlineMs = deadlineAt > 0 ? readDeadline(call, deadlineAt) : undefined;
    replyString(call, entry);
    if (persist) clearDeadline(call, entry);
    else if (deadlineMs !== undefined) expireAt(call, entry, deadlineMs);
  },
};

/** PERSIST, or one kind of deadline; where the same is said twice, the last one counts. */
function readOptions(call: Call): { persist: boolean; deadlineAt: number } {
  let persist = false;
  let deadlineAt = 0;
  for (let i = 2; i < call.count; i++) {
    if (call.is(i, 'PERSIST') && deadlineAt === 0) persist = true;
    else if (isDeadlineOption(call, i) && !persist && (deadlineAt === 0 || sameOption(call, i, deadlineAt)) && i + 1 < call.count) deadlineAt = i++;
    else throw SYNTAX;
  }
  return { persist, deadlineAt };
}

/** Answers the string of an entry, or that there is none. */
export function replyString(call: Call, entry: number): void {
  if (entry === 0) return call.reply.nil();
  const { buffer, start, end } = call.db.replyOf(entry);
  call.reply.raw(buffer, start, end);
}

function clearDeadline(call: Call, entry: number): void {
  if (call.db.deadlineOf(entry) === Number.POSITIVE_INFINITY) return;
  call.db.clearDeadline(entry);
  call.changed(1, 'persist', 'g');
  if (call.isLogged) call.effect('PERSIST', call.argument(1));
}
