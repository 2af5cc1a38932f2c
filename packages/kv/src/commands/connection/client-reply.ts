import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';

const definition = {
  arity: 3,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  complexity: 'O(1)',
} as const;

export const reply: Command = {
  ...definition,
  name: 'reply',
  since: '3.2.0',
  summary: 'Turns replies off and on, or skips that of the next command. Only ON has a reply itself.',
  syntax: '<ON | OFF | SKIP>',
  execute(call) {
    const { client } = call;
    if (call.is(2, 'OFF')) client.replyMode = 'off';
    else if (call.is(2, 'SKIP')) client.replyMode = client.replyMode === 'off' ? 'off' : 'skip-next';
    else if (call.is(2, 'ON')) {
      client.replyMode = 'on';
      call.reply.ok();
    } else throw SYNTAX;
  },
};

export const noEvict: Command = {
  ...definition,
  name: 'no-evict',
  flags: ['admin', 'noscript', 'loading', 'stale'],
  since: '7.0.0',
  summary: 'Exempts the connection from being closed where clients take too much memory.',
  syntax: '<ON | OFF>',
  execute(call) {
    call.client.noEvict = onOrOff(call);
    call.reply.ok();
  },
};

/** Redis has this since 7.2. */
export const noTouch: Command = {
  ...definition,
  name: 'no-touch',
  since: '7.2.0',
  summary: 'Says that the commands of the connection are no use of keys. It is noted, but nothing follows from it yet.',
  syntax: '<ON | OFF>',
  execute(call) {
    call.client.noTouch = onOrOff(call);
    call.reply.ok();
  },
};

function onOrOff(call: Call): boolean {
  if (!call.is(2, 'ON') && !call.is(2, 'OFF')) throw SYNTAX;
  return call.is(2, 'ON');
}
