import type { Call, Command } from '../../command/call.js';
import { randomCount } from '../../command/random-count.js';
import { SYNTAX } from '../../command/reply-error.js';
import type { MemberVisitor } from '../../values/set-value.js';
import { readSet } from './set-key.js';

export const srandmember: Command = {
  name: 'srandmember',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'set',
  since: '1.0.0',
  summary: 'Answers members of a set by chance: different ones, or with a negative count perhaps the same again.',
  complexity: 'O(N) for N members that are answered',
  syntax: 'key [count]',
  execute(call) {
    if (call.count > 3) throw SYNTAX;
    if (call.count === 3) return replyMany(call);
    const set = readSet(call);
    if (set === undefined) call.reply.nil();
    else set.draw(1, memberVisitor(call));
  },
};

function replyMany(call: Call): void {
  const { reply } = call;
  const { count } = randomCount(call);
  const set = readSet(call);
  if (set === undefined) return reply.array(0);
  const members = count < 0 ? -count : Math.min(count, set.size);
  reply.array(members);
  if (count < 0) set.draw(members, memberVisitor(call));
  else set.sample(members, memberVisitor(call));
}

function memberVisitor({ reply }: Call): MemberVisitor {
  return (buffer, start, end) => reply.bulk(buffer, start, end);
}
