import type { Call, Command } from '../../command/call.js';
import { NOT_AN_INTEGER, ReplyError, SYNTAX } from '../../command/reply-error.js';

const BAD_PORT = new ReplyError('ERR Invalid master port');
const NO_REPLICATION = new ReplyError('ERR This server cannot be the replica of another one');
const BAD_TIMEOUT = new ReplyError('ERR timeout is not an integer or out of range');
const NEGATIVE_TIMEOUT = new ReplyError('ERR timeout is negative');
const MAX_PORT = 65_535;

export const role: Command = {
  name: 'role',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  group: 'server',
  since: '2.8.12',
  summary: 'Answers what the server is among others: a master without replicas.',
  complexity: 'O(1)',
  syntax: '',
  categories: ['admin', 'dangerous'],
  execute({ reply }) {
    reply.array(3);
    reply.text('master');
    reply.integer(0);
    reply.array(0);
  },
};

export const replicaof: Command = {
  name: 'replicaof',
  arity: 3,
  flags: ['admin', 'noscript', 'stale', 'no_async_loading'],
  group: 'server',
  since: '5.0.0',
  summary: 'Makes the server a master, which it is: NO ONE. It cannot follow another one.',
  complexity: 'O(1)',
  syntax: 'host port',
  execute(call) {
    if (call.is(1, 'NO') && call.is(2, 'ONE')) return call.reply.ok();
    const port = call.integer(2, BAD_PORT);
    throw port >= 0 && port <= MAX_PORT ? NO_REPLICATION : BAD_PORT;
  },
};

export const slaveof: Command = { ...replicaof, name: 'slaveof', since: '1.0.0' };

export const wait: Command = {
  name: 'wait',
  arity: 3,
  flags: ['noscript'],
  group: 'connection',
  since: '3.0.0',
  summary: 'Answers how many replicas have all writes of the connection: none, as there are none. It does not wait for the time to pass.',
  complexity: 'O(1)',
  syntax: 'numreplicas timeout',
  execute(call) {
    call.integer(1, NOT_AN_INTEGER);
    if (call.integer(2, BAD_TIMEOUT) < 0) throw NEGATIVE_TIMEOUT;
    call.reply.integer(0);
  },
};

export const failover: Command = {
  name: 'failover',
  arity: -1,
  flags: ['admin', 'noscript', 'stale'],
  group: 'server',
  since: '6.2.0',
  summary: 'Would hand over to a replica: an error, as there is none.',
  complexity: 'O(1)',
  syntax: '[TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]',
  execute(call) {
    if (call.count === 2 && call.is(1, 'ABORT')) throw new ReplyError('ERR No failover in progress.');
    for (let i = 1; i < call.count; i++) i += argumentsOf(call, i);
    throw new ReplyError('ERR FAILOVER requires connected replicas.');
  },
};

/** How many values belong to an option. */
function argumentsOf(call: Call, i: number): number {
  if (call.is(i, 'TO') && i + 2 < call.count) return 2;
  if (call.is(i, 'TIMEOUT') && i + 1 < call.count) return 1;
  if (call.is(i, 'FORCE')) return 0;
  throw SYNTAX;
}
