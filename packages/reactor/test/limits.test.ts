import t from 'tap';
import * as limits from '../src/limits.js';

t.test('every bound is a positive whole number with its unit in its name', async (t) => {
  for (const [name, value] of Object.entries(limits)) {
    t.ok(Number.isSafeInteger(value) && value > 0, `${name} = ${value}`);
    t.match(name, /_(BLOCKS|BYTES|CALLS|CHARACTERS|CONNECTIONS|DATAGRAMS|DESCRIPTORS|EVENTS|KINDS|LEVELS|LINES|MESSAGES|MS|PLUGINS|SLOTS|TASKS|TOUCHES|VALUES|WORKERS)$/);
  }
});

t.test('a generation and a slot fit a safe integer together', async (t) => {
  t.ok(Number.isSafeInteger((2 ** 32 - 1) * limits.MAX_SLOTS + limits.MAX_SLOTS - 1));
});
