import type { Call, Command } from '../../command/call.js';

/** No such key, and no deadline. */
const NO_KEY = -2;
const NO_DEADLINE = -1;

export const ttl: Command = {
  name: 'ttl',
  arity: 2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers how long a key has until its deadline, in seconds; -1 without a deadline, -2 without a key.',
  complexity: 'O(1)',
  syntax: 'key',
  execute: (call) => replyDeadline(call, (deadlineMs, nowMs) => Math.floor((deadlineMs - nowMs + 500) / 1000)),
};

export const pttl: Command = {
  ...ttl,
  name: 'pttl',
  since: '2.6.0',
  summary: 'Answers how long a key has until its deadline, in milliseconds; -1 without a deadline, -2 without a key.',
  execute: (call) => replyDeadline(call, (deadlineMs, nowMs) => deadlineMs - nowMs),
};

export const expiretime: Command = {
  ...ttl,
  name: 'expiretime',
  since: '7.0.0',
  summary: 'Answers the deadline of a key, in seconds since 1970; -1 without a deadline, -2 without a key.',
  execute: (call) => replyDeadline(call, (deadlineMs) => Math.floor((deadlineMs + 500) / 1000)),
};

export const pexpiretime: Command = {
  ...ttl,
  name: 'pexpiretime',
  since: '7.0.0',
  summary: 'Answers the deadline of a key, in milliseconds since 1970; -1 without a deadline, -2 without a key.',
  execute: (call) => replyDeadline(call, (deadlineMs) => deadlineMs),
};

function replyDeadline(call: Call, shown: (deadlineMs: number, nowMs: number) => number): void {
  const entry = call.peek(1);
  const deadlineMs = entry === 0 ? 0 : call.db.deadlineOf(entry);
  if (entry === 0) call.reply.integer(NO_KEY);
  else if (deadlineMs === Number.POSITIVE_INFINITY) call.reply.integer(NO_DEADLINE);
  else call.reply.integer(shown(deadlineMs, call.server.keyspace.nowMs));
}
