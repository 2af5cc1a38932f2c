import type { Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { ReplyError } from '../../command/reply-error.js';
import { loadScript } from './eval.js';

const subcommand = { flags: ['noscript'], group: 'scripting', since: '2.6.0' } as const;

const load: Command = {
  ...subcommand,
  name: 'load',
  arity: 3,
  flags: ['noscript', 'stale'],
  summary: 'Lets the server keep a script, and answers its SHA-1.',
  complexity: 'O(N) for N bytes of the script',
  syntax: 'script',
  execute: (call) => call.reply.text(loadScript(call, 2).sha),
};

const exists: Command = {
  ...subcommand,
  name: 'exists',
  arity: -3,
  summary: 'Answers which scripts the server has.',
  complexity: 'O(N) for N scripts',
  syntax: 'sha1 [sha1 ...]',
  execute(call) {
    call.reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) call.reply.integer(call.server.scripts.find(call.latin1(i).toLowerCase()) === undefined ? 0 : 1);
  },
};

const flush: Command = {
  ...subcommand,
  name: 'flush',
  arity: -2,
  summary: 'Forgets all scripts.',
  complexity: 'O(N) for N scripts',
  syntax: '[ASYNC | SYNC]',
  execute(call) {
    if (call.count > 3 || (call.count === 3 && !call.is(2, 'SYNC') && !call.is(2, 'ASYNC'))) {
      throw new ReplyError('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
    }
    call.server.scripts.flush();
    call.reply.ok();
  },
};

export const kill: Command = {
  ...subcommand,
  name: 'kill',
  arity: 2,
  flags: ['noscript', 'allow_busy'],
  summary: 'Stops the script that runs. When this is read, none does.',
  complexity: 'O(1)',
  syntax: '',
  execute() {
    throw new ReplyError('NOTBUSY No scripts in execution right now.');
  },
};

const debug: Command = {
  ...subcommand,
  name: 'debug',
  arity: 3,
  since: '3.2.0',
  summary: 'Chooses how scripts are debugged: there is no debugger, so only NO is taken.',
  complexity: 'O(1)',
  syntax: '<YES | SYNC | NO>',
  execute(call) {
    if (call.is(2, 'NO')) return call.reply.ok();
    if (call.is(2, 'YES') || call.is(2, 'SYNC')) throw new ReplyError('ERR This server has no debugger for scripts');
    throw new ReplyError('ERR Use SCRIPT DEBUG YES/SYNC/NO');
  },
};

export const script: Command = {
  name: 'script',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Tells what is known of scripts.',
  syntax: '',
  subcommands: [debug, exists, flush, helpCommand('scripting', '5.0.0'), kill, load],
  execute() {},
};
