import fc from 'fast-check';
import t from 'tap';
import { globMatches } from '../../src/bytes/glob.js';
import { skipWithout } from '../support/required-tool.js';
import { startRedis } from '../support/throwaway-redis.js';

function matches(pattern: string | Uint8Array, text: string | Uint8Array, ignoreCase = false): boolean {
  const [glob, bytes] = [Buffer.from(pattern), Buffer.from(text)];
  return globMatches(glob, 0, glob.length, bytes, 0, bytes.length, ignoreCase);
}

t.test('it knows stars, question marks, classes and escapes', async (t) => {
  for (const [pattern, text] of [
    ['*', 'x'],
    ['h?llo', 'hello'],
    ['h*llo', 'heeeello'],
    ['h*llo', 'hllo'],
    ['h[ae]llo', 'hallo'],
    ['h[^e]llo', 'hallo'],
    ['h[a-b]llo', 'hbllo'],
    ['h[b-a]llo', 'hallo'],
    ['h\\*llo', 'h*llo'],
    ['[\\]]', ']'],
    ['[^', 'a'],
    ['user:*:*:name', 'user:1:2:3:name'],
    ['', ''],
  ] as const) t.ok(matches(pattern, text), `${pattern} matches ${text}`);
  for (const [pattern, text] of [
    ['h?llo', 'hllo'],
    ['h[^e]llo', 'hello'],
    ['h[a-b]llo', 'hcllo'],
    ['h\\*llo', 'hello'],
    ['hello', 'hello!'],
    ['hello!', 'hello'],
    ['[', '['],
    ['HELLO', 'hello'],
    ['', 'x'],
    ['*', ''],
  ] as const) t.notOk(matches(pattern, text), `${pattern} does not match ${text}`);
  t.ok(matches('H[E-F]LL[O]', 'hello', true));
  t.notOk(matches('h[\\E]llo', 'hello', true), 'an escaped letter in brackets stands for itself alone');
});

t.test('it takes ranges of bytes within larger ones', async (t) => {
  const pattern = Buffer.from('*a*b*c');
  const bytes = Buffer.from('xxabcxx');
  t.ok(globMatches(pattern, 1, 4, bytes, 2, 4), 'a*b matches ab');
  t.notOk(globMatches(pattern, 1, 4, bytes, 2, 5), 'a*b does not match abc');
});

t.test('many stars that match almost do not take for ever', async (t) => {
  t.notOk(matches(`${'a*'.repeat(5000)}b`, 'a'.repeat(20_000)));
  t.notOk(matches(`${'*[^b]?a'.repeat(1000)}b`, 'a'.repeat(20_000)));
});

t.test('nor do a long pattern and a long text that nearly match: these are no match', async (t) => {
  const text = 'a'.repeat(400_000);
  t.notOk(matches(`*${'a'.repeat(200_000)}b`, text));
  t.notOk(matches(`*[${'b'.repeat(200_000)}]`, text));
  t.ok(matches('*a?a[ab][^b]b', `${text}b`), 'a pattern of ordinary length has all the time that it needs');
  t.ok(matches(`*[0-9]${'[a-z]'.repeat(8)}`, `${text}1abcdefgh`));
});

/** Letters that mean something, often, and bytes on either side of 127. */
const patternByte = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Buffer.from('**?[]^-\\')) },
  { weight: 6, arbitrary: fc.constantFrom(...Buffer.from('abcABC')) },
  { weight: 1, arbitrary: fc.constantFrom(0, 127, 128, 255) },
);
const textByte = fc.constantFrom(...Buffer.from('aaabbcABC-]^\\'), 0, 127, 128, 255);
const patterns = fc.array(patternByte, { maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const texts = fc.array(textByte, { maxLength: 8 }).map((bytes) => Buffer.from(bytes));

t.test('it agrees with Redis on random patterns', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const members = fc.sample(texts, { numRuns: 300, seed: 1 });
  await redis.call('SADD', 'texts', ...members);
  const globs = fc.sample(patterns, { numRuns: 1500, seed: 2 }).filter((pattern) => !pattern.equals(Buffer.from('*')));
  const replies = await redis.pipeline(globs.map((pattern) => ['SSCAN', 'texts', 0, 'COUNT', 100_000, 'MATCH', pattern]));
  const distinct = [...new Set(members.map((member) => member.toString('hex')))].sort();
  let matched = 0;
  for (const [i, reply] of replies.entries()) {
    const theirs = ((reply as [Buffer, Buffer[]])[1]).map((member) => member.toString('hex')).sort();
    const ours = distinct.filter((member) => matches(globs[i] as Buffer, Buffer.from(member, 'hex')));
    matched += ours.length;
    if (theirs.join() !== ours.join()) t.same(ours, theirs, `pattern ${JSON.stringify(globs[i]?.toString('latin1'))}`);
  }
  t.ok(matched > 1000, `${matched} matches were among them`);
});

t.test('it agrees with Redis where case does not count', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const nameOf = (reply: unknown): string[] => (reply as Buffer[]).filter((_, i) => i % 2 === 0).map(String).sort();
  const names = nameOf(await redis.call('CONFIG', 'GET', '*'));
  const special = fc.constantFrom('*', '?', '[^', '[', ']', '-', '\\', 'MAX', 'max', '[l-N]', '[A-Z]');
  const piece = fc.oneof(special, fc.constantFrom(...Array.from('acelmnorstACELMNORST')));
  const globs = fc.sample(fc.array(piece, { minLength: 1, maxLength: 6 }), { numRuns: 2000, seed: 3 }).map((pieces) => `${pieces.join('')}*`);
  const replies = await redis.pipeline(globs.map((pattern) => ['CONFIG', 'GET', pattern]));
  let matched = 0;
  for (const [i, reply] of replies.entries()) {
    const theirs = nameOf(reply);
    const ours = names.filter((name) => matches(globs[i] as string, name, true));
    matched += ours.length;
    if (theirs.join() !== ours.join()) t.same(ours, theirs, `pattern ${globs[i]}`);
  }
  t.ok(matched > 1000, `${matched} matches were among them`);
});
