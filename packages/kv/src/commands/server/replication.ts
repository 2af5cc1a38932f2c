import type { Call, Command } from '../../command/call.js';
import { NOT_AN_INTEGER, ReplyError, SYNTAX } from '../../command/reply-error.js';

const BAD_PORT = new ReplyError('ERR Invalid master port');
const NO_REPLICATION = new ReplyError('ERR This server cannot be the replica of another one');
const BAD_TIMEOUT = new ReplyError('ERR timeout is not an integer or out of range');
const NEGATIVE_TIMEOUT = new ReplyError('ERR timeout is negative');
const NO_FAILOVER = new ReplyError('ERR No failover in progress.');
const NO_TIMEOUT = new ReplyError('ERR FAILOVER timeout must be greater than 0');
const NO_REPLICAS = new ReplyError('ERR FAILOVER requires connected replicas.');
const MAX_PORT = 65_535;

/** With how many values each has, of which the last one is a number. */
const FAILOVER_OPTIONS = [['TO', 2], ['TIMEOUT', 1], ['FORCE', 0]] as const;

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
    if (call.count === 2 && call.is(1, 'ABORT')) throw NO_FAILOVER;
    const given = new Set<string>();
    for (let i = 1; i < call.count; i++) i += checkOption(call, i, given);
    throw NO_REPLICAS;
  },
};

/** Returns how many values belong to an option of FAILOVER. */
function checkOption(call: Call, i: number, given: Set<string>): number {
  const [option, values] = FAILOVER_OPTIONS.find(([word]) => call.is(i, word)) ?? [];
  if (option === undefined || i + values >= call.count || given.has(option)) throw SYNTAX;
  given.add(option);
  if (values > 0 && call.integer(i + values, NOT_AN_INTEGER) <= 0 && option === 'TIMEOUT') throw NO_TIMEOUT;
  return values;
}
