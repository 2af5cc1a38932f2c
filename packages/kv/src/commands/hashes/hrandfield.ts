import type { Call, Command } from '../../command/call.js';
import { randomCount } from '../../command/random-count.js';
import type { FieldVisitor } from '../../values/hash-value.js';
import { readHash } from './hash-key.js';

export const hrandfield: Command = {
  name: 'hrandfield',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '6.2.0',
  summary: 'Answers fields of a hash by chance: different ones, or with a negative count perhaps the same again.',
  complexity: 'O(N) for N fields that are answered',
  syntax: 'key [count [WITHVALUES]]',
  execute(call) {
    const { reply } = call;
    if (call.count > 2) return replyMany(call);
    const hash = readHash(call);
    if (hash === undefined) reply.nil();
    else hash.draw(1, (buffer, start, end) => reply.bulk(buffer, start, end));
  },
};

function replyMany(call: Call): void {
  const { reply } = call;
  const { count, withPairs } = randomCount(call, 'WITHVALUES');
  const hash = readHash(call);
  if (hash === undefined) return reply.array(0);
  const fields = count < 0 ? -count : Math.min(count, hash.size);
  reply.array(withPairs && reply.version === 2 ? fields * 2 : fields);
  const visit = withPairs ? pairVisitor(call) : fieldVisitor(call);
  if (count < 0) hash.draw(fields, visit);
  else hash.sample(fields, visit);
}

function fieldVisitor({ reply }: Call): FieldVisitor {
  return (buffer, start, end) => reply.bulk(buffer, start, end);
}

function pairVisitor({ reply }: Call): FieldVisitor {
  return (buffer, fieldStart, fieldEnd, valueStart, valueEnd) => {
    if (reply.version === 3) reply.array(2);
    reply.bulk(buffer, fieldStart, fieldEnd);
    reply.bulk(buffer, valueStart, valueEnd);
  };
}
