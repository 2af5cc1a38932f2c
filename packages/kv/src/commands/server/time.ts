import type { Command } from '../../command/call.js';
import { NOT_AN_INTEGER } from '../../command/reply-error.js';
import { REDIS_VERSION } from '../../version.js';

export const time: Command = {
  name: 'time',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  group: 'server',
  since: '2.6.0',
  summary: 'Answers the time of the server: Unix time, and microseconds within the second.',
  complexity: 'O(1)',
  syntax: '',
  execute({ reply }) {
    const microseconds = Math.floor((performance.timeOrigin + performance.now()) * 1000);
    reply.array(2);
    reply.bulkInteger(Math.floor(microseconds / 1e6));
    reply.bulkInteger(microseconds % 1e6);
  },
};

export const lolwut: Command = {
  name: 'lolwut',
  arity: -1,
  flags: ['readonly', 'fast'],
  group: 'server',
  since: '5.0.0',
  summary: 'Tells the version of Redis whose behaviour the server has.',
  complexity: 'O(1)',
  syntax: '[VERSION version]',
  execute(call) {
    if (call.count > 2 && call.is(1, 'VERSION')) call.integer(2, NOT_AN_INTEGER);
    call.reply.verbatim('txt', `Redis ver. ${REDIS_VERSION}\n`);
  },
};
