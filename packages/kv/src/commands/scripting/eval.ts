import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { NOT_AN_INTEGER, ReplyError } from '../../command/reply-error.js';
import type { Script } from '../../scripting/index.js';
import { answering, scriptCommands } from './script-commands.js';

const NO_SCRIPT = new ReplyError('NOSCRIPT No matching script. Please use EVAL.');
const SHA_DIGITS = 40;
/** The script, its SHA-1 or the name of a function, the number of keys, and then these. */
export const FIRST_KEY = 3;

export const evaluate: Command = {
  name: 'eval',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'may_replicate', 'movablekeys'],
  findKeys: (call) => countedKeys(call, FIRST_KEY - 1, 0),
  group: 'scripting',
  since: '2.6.0',
  summary: 'Runs a Lua script, with nothing in between.',
  complexity: 'That of the script.',
  syntax: 'script numkeys [key [key ...]] [arg [arg ...]]',
  execute: (call) => run(call, load(call), false),
};

export const evalRo: Command = {
  ...evaluate,
  name: 'eval_ro',
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'readonly', 'movablekeys'],
  since: '7.0.0',
  summary: 'Runs a Lua script that may not change anything.',
  execute: (call) => run(call, load(call), true),
};

export const evalsha: Command = {
  ...evaluate,
  name: 'evalsha',
  summary: 'Runs a Lua script that the server has, by its SHA-1.',
  syntax: 'sha1 numkeys [key [key ...]] [arg [arg ...]]',
  execute: (call) => run(call, find(call), false),
};

export const evalshaRo: Command = {
  ...evalRo,
  name: 'evalsha_ro',
  summary: 'Runs a Lua script that the server has, by its SHA-1, and that may not change anything.',
  syntax: 'sha1 numkeys [key [key ...]] [arg [arg ...]]',
  execute: (call) => run(call, find(call), true),
};

/** How many keys there are. Error: ReplyError. */
export function keyCount(call: Call, notANumber: ReplyError = NOT_AN_INTEGER): number {
  const count = call.integer(2, notANumber);
  if (count > call.count - FIRST_KEY) throw new ReplyError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new ReplyError("ERR Number of keys can't be negative");
  return count;
}

function load(call: Call): Script {
  keyCount(call);
  return loadScript(call, 1);
}

/** Keeps the script that is argument `index`. Error: ReplyError, if it is none. */
export function loadScript(call: Call, index: number): Script {
  return answering(() => call.server.scripts.load(call.copy(index)));
}

function find(call: Call): Script {
  if (call.length(1) !== SHA_DIGITS) throw NO_SCRIPT;
  keyCount(call);
  const script = call.server.scripts.find(call.latin1(1).toLowerCase());
  if (script === undefined) throw NO_SCRIPT;
  return script;
}

function run(call: Call, script: Script, readOnly: boolean): void {
  const host = scriptCommands(call);
  host.run(call, script.flags, readOnly, () => call.server.scripts.run(script, call, FIRST_KEY, keyCount(call), host, call.reply));
}
