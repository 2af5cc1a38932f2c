import t from 'tap';
import { MAX_METERED_PLUGINS, METERED_NAME_BYTES } from '../../src/limits.js';
import { Meters } from '../../src/loop/meters.js';

t.test('what plugins cost is told by name, in another thread that shares the memory too', async (t) => {
  const meters = new Meters();
  const echo = meters.plugins.enlist('echo');
  meters.plugins.worked(echo, 1500);
  meters.plugins.stalled(echo);
  t.same(new Meters(meters.memory).plugins.read(), [{ name: 'echo', handlerSeconds: 1.5, stalls: 1 }]);
});

t.test('plugins of one name share a place', async (t) => {
  const { plugins } = new Meters();
  t.equal(plugins.enlist('echo'), plugins.enlist('echo'));
  t.not(plugins.enlist('kv'), plugins.enlist('echo'));
});

t.test('a long name is cut in whole characters, and found again', async (t) => {
  const { plugins } = new Meters();
  const name = 'ü'.repeat(METERED_NAME_BYTES);
  const number = plugins.enlist(name);
  t.equal(plugins.nameOf(number), 'ü'.repeat(METERED_NAME_BYTES / 2));
  t.equal(plugins.enlist(name), number);
});

t.test('plugins for which there is no room are counted together', async (t) => {
  const { plugins } = new Meters();
  const numbers = Array.from({ length: 2 * MAX_METERED_PLUGINS }, (_, index) => plugins.enlist(`plugin ${index}`));
  t.equal(new Set(numbers).size, MAX_METERED_PLUGINS);
  t.equal(plugins.nameOf(numbers.at(-1) as number), 'others');
  t.equal(plugins.enlist('plugin 3'), numbers[3]);
});
