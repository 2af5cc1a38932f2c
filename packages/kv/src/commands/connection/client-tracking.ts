import type { Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

const NOT_TRACKING = new ReplyError('ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled');

const definition = {
  arity: 2,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '6.0.0',
  complexity: 'O(1)',
  syntax: '',
} as const;

export const caching: Command = {
  ...definition,
  name: 'caching',
  arity: 3,
  summary: 'Chooses whether the keys of the next command are tracked: an error, as no connection is.',
  syntax: '<YES | NO>',
  execute() {
    throw NOT_TRACKING;
  },
};

export const getredir: Command = {
  ...definition,
  name: 'getredir',
  summary: 'Answers to which connection changes of tracked keys are told: -1, as none are.',
  execute({ reply }) {
    reply.integer(-1);
  },
};

export const trackinginfo: Command = {
  ...definition,
  name: 'trackinginfo',
  since: '6.2.0',
  summary: 'Answers how the keys of this connection are tracked: not at all.',
  execute({ reply }) {
    reply.map(3);
    reply.text('flags');
    reply.set(1);
    reply.text('off');
    reply.text('redirect');
    reply.integer(-1);
    reply.text('prefixes');
    reply.array(0);
  },
};
