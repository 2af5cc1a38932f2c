import fc from 'fast-check';
import t from 'tap';
import { LongestCommonSubsequence, commonLength } from '../../src/algorithms/longest-common-subsequence.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

t.test('it finds what two texts share, and where', async (t) => {
  const [a, b] = [Buffer.from('ohmytext'), Buffer.from('mynewtext')];
  const common = new LongestCommonSubsequence(a, b);
  t.equal(String(common.bytes), 'mytext');
  t.equal(common.length, 6);
  t.equal(commonLength(a, b), 6);
  t.same(common.ranges, [
    { aStart: 4, aEnd: 7, bStart: 5, bEnd: 8 },
    { aStart: 2, aEnd: 3, bStart: 0, bEnd: 1 },
  ]);
  for (const [one, other] of [['', ''], ['', 'x'], ['x', ''], ['x', 'y']] as const) {
    const none = new LongestCommonSubsequence(Buffer.from(one), Buffer.from(other));
    t.same([none.ranges, none.length, none.bytes.length], [[], 0, 0]);
  }
});

const texts = fc.oneof(...[2, 6, 255].map((max) => fc.uint8Array({ max, maxLength: 40 }))).map((bytes) => Buffer.from(bytes));

function isSubsequence(part: Uint8Array, whole: Uint8Array): boolean {
  let found = 0;
  for (const byte of whole) if (byte === part[found]) found++;
  return found === part.length;
}

t.test('property: it is in both texts, in order, and as long as the table of lengths says', async () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const { bytes, length } = new LongestCommonSubsequence(a, b);
      return isSubsequence(bytes, a) && isSubsequence(bytes, b) && length === bytes.length && length === commonLength(a, b);
    }),
    { numRuns: 1000 },
  );
});

t.test('of several it is the one that Redis finds, with its ranges', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const pairs = fc.sample(fc.tuple(texts, texts), { numRuns: 1500, seed: 13 });
  const index = ['LCS', 'a', 'b', 'IDX', 'WITHMATCHLEN', 'MINMATCHLEN', 2];
  const replies = await redis.pipeline(pairs.flatMap(([a, b]) => [['MSET', 'a', a, 'b', b], ['LCS', 'a', 'b'], index]));
  for (const [i, [a, b]] of pairs.entries()) {
    const { bytes, length, ranges } = new LongestCommonSubsequence(a, b);
    const long = ranges.filter(({ aStart, aEnd }) => aEnd > aStart);
    const matches = long.map(({ aStart, aEnd, bStart, bEnd }) => [[aStart, aEnd], [bStart, bEnd], aEnd - aStart + 1]);
    const ours = [bytes.toString('hex'), matches, length];
    const [, common, index] = replies.slice(i * 3, i * 3 + 3) as [unknown, Buffer, unknown[]];
    const theirs = [common.toString('hex'), index[1], index[3]];
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) t.same(ours, theirs, `${a.toString('hex')} and ${b.toString('hex')}`);
  }
  t.equal(replies.filter((reply) => reply instanceof Error).length, 0);
});
