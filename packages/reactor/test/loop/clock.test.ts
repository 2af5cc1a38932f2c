import t, { type Test } from 'tap';
import { BufferPool } from '../../src/structures/buffer-pool.js';
import { Counters } from '../../src/loop/counters.js';
import { Loop } from '../../src/loop/loop.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { ReceiveArena } from '../../src/structures/receive-arena.js';

const kernel = nativeKernel();

function openLoop(t: Test): Loop {
  const loop = new Loop({ kernel, counters: new Counters(), arena: new ReceiveArena(64, 32), pool: new BufferPool(64, 4), debug: false, maxTotalQueuedBytes: 1024 });
  t.teardown(() => loop.close());
  return loop;
}

t.test('alarms ring in order, none early, and the loop sleeps until they are due', async (t) => {
  const loop = openLoop(t);
  const rung: string[] = [];
  const start = kernel.now();
  const lateness: number[] = [];
  const ring = (name: string, afterMs: number) => () => {
    rung.push(name);
    lateness.push(kernel.now() - start - afterMs);
  };
  loop.clock.after(12, ring('third', 12));
  loop.clock.after(3, ring('first', 3));
  loop.clock.after(7, ring('second', 7));
  while (rung.length < 3) loop.turn(1000);
  t.same(rung, ['first', 'second', 'third']);
  t.ok(lateness.every((ms) => ms >= 0), `none early: ${lateness.join()}`);
  t.ok(loop.counters.turns <= 6, 'a turn for each alarm, not a spin');
});

t.test('a cancelled alarm does not ring', async (t) => {
  const loop = openLoop(t);
  const rung: string[] = [];
  loop.clock.after(1, () => rung.push('cancelled')).cancel();
  loop.clock.after(4, () => rung.push('kept'));
  while (rung.length === 0) loop.turn(1000);
  t.same(rung, ['kept']);
});

t.test('an alarm may set and cancel others while it rings', async (t) => {
  const loop = openLoop(t);
  const rung: string[] = [];
  const other = loop.clock.after(20, () => rung.push('other'));
  loop.clock.after(1, () => {
    other.cancel();
    loop.clock.after(1, () => rung.push('next'));
  });
  while (rung.length === 0) loop.turn(1000);
  t.same(rung, ['next']);
});
