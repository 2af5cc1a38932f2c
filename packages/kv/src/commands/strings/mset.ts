import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';

export const mset: Command = {
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 2 },
  group: 'string',
  since: '1.0.1',
  summary: 'Sets keys to strings, all at once.',
  complexity: 'O(N) for N keys',
  syntax: 'key value [key value ...]',
  execute(call) {
    setAll(call);
    call.reply.ok();
  },
};

export const msetnx: Command = {
  ...mset,
  name: 'msetnx',
  summary: 'Sets keys to strings, all at once, if none of them is there.',
  execute(call) {
    checkPairs(call);
    for (let i = 1; i < call.count; i += 2) {
      if (call.find(i) !== 0) return call.reply.integer(0);
    }
    setAll(call);
    call.reply.integer(1);
  },
};

function setAll(call: Call): void {
  checkPairs(call);
  const { db, source } = call;
  for (let i = 1; i < call.count; i += 2) {
    db.setString(source, call.start(i), call.end(i), source, call.start(i + 1), call.end(i + 1));
    call.changed(i, 'set', '$');
  }
}

function checkPairs(call: Call): void {
  if (call.count % 2 === 0) throw new ReplyError(`ERR wrong number of arguments for '${call.command.fullName}' command`);
}
