import type { Call, Command } from '../../command/call.js';
import { NO_SUCH_KEY, NOT_A_FLOAT, ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import { encodingOf } from '../keys/object.js';

const NOT_ALLOWED = new ReplyError(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this '
  + 'option in the configuration file, and then restart the server.',
);

/** What DEBUG knows, by the number of arguments behind the word: a small part of Redis's, which tests of clients use. */
const SUBCOMMANDS: Readonly<Record<string, { readonly args: number; readonly run: (call: Call) => void }>> = {
  sleep: { args: 1, run: sleep },
  object: { args: 1, run: describeObject },
  'set-active-expire': { args: 1, run: setActiveExpire },
  'quicklist-packed-threshold': { args: 1, run: (call) => call.reply.ok() },
  help: { args: 0, run: help },
};

export const debug: Command = {
  name: 'debug',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Things that only tests need: sleeping, looking at a value, turning expiry off.',
  complexity: 'Depends on the subcommand.',
  syntax: 'subcommand [arg ...]',
  execute(call) {
    if (!call.server.settings.enableDebugCommand) throw NOT_ALLOWED;
    const name = call.latin1(1).toLowerCase();
    const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
    if (subcommand?.args !== call.count - 2) throw wrongSubcommand(call);
    subcommand.run(call);
  },
};

/** The whole server sleeps, as it is meant to. */
function sleep(call: Call): void {
  const seconds = call.double(2, NOT_A_FLOAT);
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  call.reply.ok();
}

function describeObject(call: Call): void {
  const entry = call.find(2);
  if (entry === 0) throw NO_SUCH_KEY;
  const meta = call.db.metaOf(entry);
  const idle = call.server.keyspace.access.idleSeconds(meta);
  const lru = Math.floor(call.server.keyspace.nowMs / 1000 - idle) & 0xffffff;
  const size = call.server.keyspace.bytesOf(call.db, entry);
  call.reply.status(`Value at:${entry.toString(16)} refcount:1 encoding:${encodingOf(call, entry)} serializedlength:${size} lru:${lru} lru_seconds_idle:${idle}`);
}

function setActiveExpire(call: Call): void {
  call.server.keyspace.expiry.active = call.integer(2) !== 0;
  call.reply.ok();
}

function help(call: Call): void {
  const names = Object.keys(SUBCOMMANDS);
  call.reply.array(names.length + 1);
  call.reply.status('DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
  for (const name of names) call.reply.status(name.toUpperCase());
}
