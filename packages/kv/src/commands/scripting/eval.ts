import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { type Script, ScriptError } from '../../scripting/index.js';
import type { Server } from '../../server/server.js';
import { ScriptCommands } from './script-commands.js';

const NO_SCRIPT = new ReplyError('NOSCRIPT No matching script. Please use EVAL.');
const MAY_WRITE = new ReplyError('ERR Can not execute a script with write flag using *_ro command.');
const SHA_DIGITS = 40;
/** The script or its SHA-1, the number of keys, and then these. */
const FIRST_KEY = 3;

/** What each server's scripts run in. */
const hosts = new WeakMap<Server, ScriptCommands>();

export const evaluate: Command = {
  name: 'eval',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'may_replicate', 'movablekeys'],
  findKeys: findKeys,
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
function keyCount(call: Call): number {
  const count = call.integer(2);
  if (count > call.count - FIRST_KEY) throw new ReplyError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new ReplyError("ERR Number of keys can't be negative");
  return count;
}

function findKeys(call: Call): number[] {
  return Array.from({ length: keyCount(call) }, (_, index) => FIRST_KEY + index);
}

function load(call: Call): Script {
  keyCount(call);
  return loadScript(call, 1);
}

/** Keeps the script that is argument `index`. Error: ReplyError, if it is none. */
export function loadScript(call: Call, index: number): Script {
  try {
    return call.server.scripts.load(call.copy(index));
  } catch (error) {
    if (error instanceof ScriptError) throw new ReplyError(error.message);
    throw error;
  }
}

function find(call: Call): Script {
  if (call.length(1) !== SHA_DIGITS) throw NO_SCRIPT;
  keyCount(call);
  const script = call.server.scripts.find(call.latin1(1).toLowerCase());
  if (script === undefined) throw NO_SCRIPT;
  return script;
}

function run(call: Call, script: Script, readOnly: boolean): void {
  const { server, client, reply } = call;
  const host = hosts.get(server) ?? new ScriptCommands(call);
  hosts.set(server, host);
  // A script that says what it does, and not that it writes nothing, may write.
  if (readOnly && script.flags?.has('no-writes') === false) throw MAY_WRITE;
  host.begin(client, readOnly || script.flags?.has('no-writes') === true);
  server.scripts.run(script, call, FIRST_KEY, keyCount(call), host, reply);
}
