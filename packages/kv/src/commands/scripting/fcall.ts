import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { ReplyError } from '../../command/reply-error.js';
import { FIRST_KEY, keyCount } from './eval.js';
import { scriptCommands } from './script-commands.js';

const NOT_FOUND = new ReplyError('ERR Function not found');
const BAD_KEY_COUNT = new ReplyError('ERR Bad number of keys provided');

export const fcall: Command = {
  name: 'fcall',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  findKeys: (call) => countedKeys(call, FIRST_KEY - 1, 0),
  group: 'scripting',
  since: '7.0.0',
  summary: 'Runs a function of a library, with nothing in between.',
  complexity: 'That of the function.',
  syntax: 'function numkeys [key [key ...]] [arg [arg ...]]',
  execute: (call) => run(call, false),
};

export const fcallRo: Command = {
  ...fcall,
  name: 'fcall_ro',
  flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  summary: 'Runs a function of a library that may not change anything.',
  execute: (call) => run(call, true),
};

function run(call: Call, readOnly: boolean): void {
  const { functions } = call.server;
  const called = functions.find(call.latin1(1));
  if (called === undefined) throw NOT_FOUND;
  const count = keyCount(call, BAD_KEY_COUNT);
  const host = scriptCommands(call);
  host.run(call, called.flags, readOnly, () => functions.run(called, call, FIRST_KEY, count, host, call.reply));
}
