import fc from 'fast-check';
import t, { type Test } from 'tap';
import { MAX_REPEAT_KINDS } from '../../src/limits.js';
import type { LogEvent } from '../../src/log.js';
import { RepeatLog } from '../../src/plugin/repeat-log.js';
import { type LogLine, memoryLog, until } from '../support/setting.js';

function open(t: Test) {
  const log = memoryLog();
  const repeats = new RepeatLog(log);
  t.teardown(() => repeats.flush());
  const note = (event: LogEvent, kind: string, fields: object = {}) => repeats.note('warn', kind, { event, ...fields }, 'it happened');
  return { repeats, note, lines: log.lines as (LogLine & { count?: number; n?: number })[] };
}

/** How often something happened, by the lines about it. */
function told(lines: readonly { count?: number }[]): number {
  return lines.reduce((sum, { count = 1 }) => sum + count, 0);
}

t.test('the first is told at once, those that follow a second later, as the last of them with a count', async (t) => {
  const { note, lines } = open(t);
  for (let n = 0; n < 5; n++) note('accept.paused', 'EMFILE', { n });
  t.match(lines, [{ level: 'warn', event: 'accept.paused', n: 0, message: 'it happened' }]);
  await until(() => lines.length === 2, 'the line of the others');
  t.match(lines[1], { level: 'warn', event: 'accept.paused', n: 4, count: 4, message: 'it happened (4 times since the line before)' });
});

t.test('one that happened twice has two lines, both without a count', async (t) => {
  const { repeats, note, lines } = open(t);
  note('accept.paused', 'EMFILE');
  note('accept.paused', 'EMFILE');
  repeats.flush();
  t.same(lines.map(({ count, message }) => [count, message]), [[undefined, 'it happened'], [undefined, 'it happened']]);
});

t.test('events and kinds have lines of their own', async (t) => {
  const { note, lines } = open(t);
  note('accept.paused', 'EMFILE');
  note('accept.paused', 'ENFILE');
  note('connection.shed', 'EMFILE');
  t.equal(lines.length, 3);
});

t.test('what is not enabled is not counted either', async (t) => {
  const log = { ...memoryLog(), isLevelEnabled: () => false };
  const repeats = new RepeatLog(log);
  for (let i = 0; i < 3; i++) repeats.note('info', 'x', { event: 'connection.failed' }, 'it happened');
  repeats.flush();
  t.same(log.lines, []);
});

t.test('kinds without end stay a bounded number of lines, and each occurrence is in one of them', async (t) => {
  const { repeats, note, lines } = open(t);
  for (let n = 0; n < 10_000; n++) note('handler.failed', `kind ${n}`);
  t.equal(lines.length, MAX_REPEAT_KINDS + 1);
  repeats.flush();
  t.equal(lines.length, MAX_REPEAT_KINDS + 2);
  t.equal(told(lines), 10_000);
});

t.test('after a flush nothing is told again, and the next is a first one', async (t) => {
  const { repeats, note, lines } = open(t);
  for (let i = 0; i < 3; i++) note('handler.failed', 'x');
  repeats.flush();
  repeats.flush();
  t.equal(told(lines), 3);
  note('handler.failed', 'x');
  t.equal(told(lines), 4);
});

t.test('none is lost and none told twice, whatever comes in whatever order (random)', async (t) => {
  const events = fc.constantFrom<LogEvent>('handler.failed', 'accept.paused', 'connection.shed');
  const steps = fc.array(fc.oneof({ weight: 20, arbitrary: fc.tuple(events, fc.nat(100)) }, { weight: 1, arbitrary: fc.constant('flush' as const) }), { size: 'large' });
  fc.assert(
    fc.property(steps, (list) => {
      const { repeats, note, lines } = open(t);
      for (const step of list) {
        if (step === 'flush') repeats.flush();
        else note(step[0], `${step[1]}`);
      }
      repeats.flush();
      const noted = list.filter((step) => step !== 'flush');
      return (['handler.failed', 'accept.paused', 'connection.shed'] as const).every(
        (event) => told(lines.filter((line) => line.event === event)) === noted.filter(([of]) => of === event).length,
      );
    }),
  );
});
