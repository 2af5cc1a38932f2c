import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import { errorLine } from '../../scripting/index.js';
import { dump, restore } from './function-dump.js';
import { list, stats } from './function-list.js';
import { kill as killScript } from './script.js';
import { answering, scriptCommands } from './script-commands.js';

const NO_LIBRARY = new ReplyError('ERR Library not found');

const load: Command = {
  name: 'load',
  arity: -3,
  flags: ['write', 'denyoom', 'noscript'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Loads a library of functions, and answers its name.',
  complexity: 'O(1), beside what the library does',
  syntax: '[REPLACE] function-code',
  execute(call) {
    const name = loadLibrary(call);
    call.server.keyspace.dirty++;
    call.reply.text(name);
  },
};

const remove: Command = {
  ...load,
  name: 'delete',
  arity: 3,
  flags: ['write', 'noscript'],
  summary: 'Removes a library with its functions.',
  complexity: 'O(1)',
  syntax: 'library-name',
  execute(call) {
    if (!call.server.functions.delete(call.latin1(2))) throw NO_LIBRARY;
    call.server.keyspace.dirty++;
    call.reply.ok();
  },
};

const flush: Command = {
  ...remove,
  name: 'flush',
  arity: -2,
  summary: 'Removes all libraries.',
  complexity: 'O(N) for N functions',
  syntax: '[ASYNC | SYNC]',
  execute(call) {
    if (call.count > 3) throw wrongSubcommand(call);
    if (call.count === 3 && !call.is(2, 'SYNC') && !call.is(2, 'ASYNC')) throw new ReplyError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
    call.server.functions.flush();
    call.server.keyspace.dirty++;
    call.reply.ok();
  },
};

const kill: Command = {
  ...killScript,
  since: '7.0.0',
  summary: 'Stops the function that runs. When this is read, none does.',
};

export const functionCommand: Command = {
  name: 'function',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Tells what is known of functions, and changes it.',
  complexity: 'Depends on the subcommand.',
  syntax: '',
  subcommands: [remove, dump, flush, helpCommand('scripting', '7.0.0'), kill, list, load, restore, stats],
  execute() {},
};

/** Returns the library's name. */
function loadLibrary(call: Call): string {
  const last = call.count - 1;
  let replacing = false;
  for (let i = 2; i < last; i++) {
    if (!call.is(i, 'REPLACE')) throw new ReplyError(errorLine(`ERR Unknown option given: ${quoted(call, i)}`));
    replacing = true;
  }
  return answering(() => call.server.functions.load(call.copy(last), replacing, scriptCommands(call)).name);
}
