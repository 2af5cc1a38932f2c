import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { wrongSubcommand } from '../../command/wrong-subcommand.js';
import { CorruptPayloadError } from '../../rdb/corrupt-payload-error.js';
import { openPayload } from '../../rdb/dump-payload.js';
import { librariesIn, librariesPayload } from '../../rdb/functions-payload.js';
import type { RestorePolicy } from '../../scripting/index.js';
import { answering, scriptCommands } from './script-commands.js';

const WRONG_CHECKSUM = new ReplyError('ERR DUMP payload version or checksum are wrong');
const WRONG_POLICY = new ReplyError('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
const NOT_A_FUNCTION = new ReplyError('ERR given type is not a function');
const NOT_LOADED = new ReplyError('ERR Failed loading library payload');

export const dump: Command = {
  name: 'dump',
  arity: 2,
  flags: ['noscript'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Answers all libraries in a form that FUNCTION RESTORE takes, here and in Redis.',
  complexity: 'O(N) for N functions',
  syntax: '',
  execute({ reply, server }) {
    reply.bulk(librariesPayload([...server.functions.libraries.values()].map(({ source }) => source)));
  },
};

export const restore: Command = {
  ...dump,
  name: 'restore',
  arity: -3,
  flags: ['write', 'denyoom', 'noscript'],
  summary: 'Loads what FUNCTION DUMP has answered: all libraries or none.',
  syntax: 'serialized-value [FLUSH | APPEND | REPLACE]',
  execute(call) {
    if (call.count > 4) throw wrongSubcommand(call);
    const policy = readPolicy(call);
    const sources = readSources(call);
    answering(() => call.server.functions.restore(sources, policy, scriptCommands(call)));
    call.server.keyspace.dirty++;
    call.reply.ok();
  },
};

function readPolicy(call: Call): RestorePolicy {
  if (call.count === 3 || call.is(3, 'APPEND')) return 'append';
  if (call.is(3, 'REPLACE')) return 'replace';
  if (call.is(3, 'FLUSH')) return 'flush';
  throw WRONG_POLICY;
}

function readSources(call: Call): readonly Buffer[] {
  const payload = openPayload(call.copy(2));
  if (payload === undefined) throw WRONG_CHECKSUM;
  try {
    const sources = librariesIn(payload);
    if (sources === undefined) throw NOT_A_FUNCTION;
    return sources;
  } catch (error) {
    throw error instanceof CorruptPayloadError ? NOT_LOADED : error;
  }
}
