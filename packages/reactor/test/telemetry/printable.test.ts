import fc from 'fast-check';
import t from 'tap';
import { LOG_STACK_LINES } from '../../src/limits.js';
import { printableFields, printableText } from '../../src/telemetry/printable.js';
import { HOSTILE, UNSAFE } from '../support/hostile-text.js';

t.test('what a terminal obeys, what ends a line, and what hides or reorders text is written out', async (t) => {
  t.equal(printableText('\u001b[31mred\u0007\r\n\u009b2J'), String.raw`\u001b[31mred\u0007\u000d\u000a\u009b2J`);
  t.equal(printableText('user\u202egpj.exe\u2028\u200b\ufeff'), String.raw`user\u202egpj.exe\u2028\u200b\ufeff`);
  t.equal(printableText('a\ud800b\u{e0041}'), String.raw`a\ud800b\u{e0041}`);
  t.equal(printableText('Grüße, 世界 🚀'), 'Grüße, 世界 🚀', 'text stays text');
  for (const text of HOSTILE) t.notMatch(printableText(text), UNSAFE);
});

t.test('a text is cut, and says how much is missing', async (t) => {
  t.equal(printableText('x'.repeat(256)), 'x'.repeat(256));
  t.equal(printableText('x'.repeat(1000)), `${'x'.repeat(256)}[and 744 more]`);
});

t.test('an error keeps its name, code, calls and causes; lines that its message forges stay in the message', async (t) => {
  const error = new Error('bad input: "x\n    at forged (evil.js:1:1)"', { cause: new TypeError('why\u001b[2J') });
  const { err } = printableFields({ err: Object.assign(error, { code: 'EBAD', peer: '\u0007' }) }) as { err: Record<string, never> };
  t.match(err, { type: 'Error', code: 'EBAD', peer: String.raw`\u0007`, cause: { type: 'TypeError', message: String.raw`why\u001b[2J` } });
  const [heading = '', ...calls] = String(err['stack']).split('\n');
  t.equal(heading, String.raw`Error: bad input: "x\u000a    at forged (evil.js:1:1)"`);
  t.ok(calls.length > 0 && calls.length <= LOG_STACK_LINES);
  t.notOk(calls.some((call) => call.includes('forged')));
});

t.test('a stack that does not tell where its message ends is one line', async (t) => {
  const error = Object.assign(new Error('first'), { message: 'second', stack: 'first\n    at forged\n    at forged' });
  const { err } = printableFields({ err: error }) as { err: { stack: string } };
  t.same(err.stack.split('\n'), ['Error: second', String.raw`    first\u000a    at forged\u000a    at forged`]);
});

t.test('what cannot be read, has no end or is too much does no harm', async (t) => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const throwing = { get field() { throw new Error('no'); } };
  t.match(printableFields({ circle }), { circle: { self: { self: { self: {} } } } });
  t.match(printableFields({ throwing, event: 'x' }), { throwing: '[cannot be read]', event: 'x' });
  t.match(printableFields({ bytes: Buffer.alloc(9), when: new Date(0), big: 10n }), { bytes: '[9 bytes]', when: '1970-01-01T00:00:00.000Z', big: '10' });
  const wide = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 'x'.repeat(1000)));
  t.ok(JSON.stringify(printableFields({ wide })).length < 100_000);
});

t.test('nothing unsafe is left in any value, whatever it is (random values)', async () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withNullPrototype: true }), fc.string({ unit: 'binary' }), (value, text) => {
      const line = JSON.stringify(printableFields({ value, [text]: new Error(text) }));
      const stackless = line.replaceAll(String.raw`\n    at `, '');
      return !UNSAFE.test(line) && stackless.length < 200_000;
    }),
  );
});
