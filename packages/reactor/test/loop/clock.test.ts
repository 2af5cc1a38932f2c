import fc from 'fast-check';
import t, { type Test } from 'tap';
import { BufferPool } from '../../src/structures/buffer-pool.js';
import { Meters } from '../../src/loop/meters.js';
import { EPOLL_BATCH_EVENTS, STALL_MS } from '../../src/limits.js';
import { Horizon } from '../../src/loop/horizon.js';
import { Random } from '../../src/testing/index.js';
import { InvariantError } from '../../src/invariant.js';
import { Loop } from '../../src/loop/loop.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { ReceiveArena } from '../../src/structures/receive-arena.js';

const kernel = nativeKernel();

function openLoop(t: Test, calls: Partial<Kernel> = {}): Loop {
  const loop = new Loop({ kernel: { ...kernel, ...calls }, meters: new Meters(), stopwatch: true, stallMs: STALL_MS, arena: new ReceiveArena(64, 32), pool: new BufferPool(64, 4), debug: false, maxTotalQueuedBytes: 1024 });
  t.teardown(() => loop.clock.closed || loop.close());
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

t.test('an interval beats at the multiples of its period, however late the loop was, and at no multiple twice', async (t) => {
  let nowMs = 1000.25;
  const loop = openLoop(t, { now: () => nowMs });
  const beats: number[] = [];
  loop.clock.every(10, () => beats.push(nowMs));
  loop.turn(0);
  // From turn to turn: on time, late by little, late by more than a period, by exactly some periods, and by a day.
  for (nowMs of [1010, 1010.9, 1011, 1020.9, 1021, 1029.5, 1035, 1040, 1041, 1077, 1080.9, 1081, 1111, 1111.5, 1120, 1121, 86_400_000 + 1121.1, 86_400_000 + 1131]) {
    loop.turn(0);
  }
  t.same(beats, [1011, 1021, 1035, 1041, 1077, 1081, 1111, 1121, 86_401_121.1, 86_401_131]);
});

t.test('a timer is due at the first whole millisecond that is not before its time', async (t) => {
  for (const [start, delay, due] of [[50, 0, 51], [50.5, 0, 51], [50.2, 0.5, 51], [50.2, 0.9, 52], [50, 10, 60], [50.001, 10, 61]] as const) {
    let nowMs: number = start;
    const loop = openLoop(t, { now: () => nowMs });
    let rung = false;
    loop.clock.after(delay, () => (rung = true));
    loop.turn(0);
    nowMs = due - 0.001;
    loop.turn(0);
    t.notOk(rung, `${delay} ms after ${start}: not before ${due}`);
    nowMs = due;
    loop.turn(0);
    t.ok(rung, `${delay} ms after ${start}: at ${due}`);
  }
});

t.test('a timer that is set far from the last turn, after a long sleep, is due in its time', async (t) => {
  let nowMs = 0;
  const loop = openLoop(t, { now: () => nowMs });
  const rung: number[] = [];
  loop.turn(0);
  nowMs = 10 * 86_400_000 + 0.5;
  loop.clock.after(5, () => rung.push(nowMs));
  loop.turn(0);
  for (const at of [0.5, 3, 5.4, 5.9, 6]) {
    nowMs = 10 * 86_400_000 + at;
    loop.turn(0);
  }
  t.same(rung, [10 * 86_400_000 + 6]);
});

t.test('a turn that a broken invariant ends in the middle leaves the clock going', async (t) => {
  const loop = openLoop(t);
  let broken = true;
  let rung = false;
  loop.tellLater({
    tellOwner() {
      loop.clock.after(1, () => (rung = true));
      if (broken) throw new InvariantError('broken on purpose');
    },
  });
  t.throws(() => loop.turn(0), InvariantError);
  broken = false;
  t.equal(kernel.epollWait(loop.descriptor, new Uint32Array(3), 1, 5000), 1, 'the timer wakes the loop');
  while (loop.counters.timersExpired === 0) loop.turn(1000);
  t.ok(rung);
});

t.test('a timer of a loop that is closed arms nobody else\'s timerfd', async (t) => {
  const loop = openLoop(t);
  const timer = loop.clock.after(1000, () => {});
  const waiting = loop.clock.every(1000, () => {});
  const done = loop.clock.after(0, () => {});
  while (done.pending) loop.turn(1000);
  loop.close();
  const armed: number[] = [];
  const other = openLoop(t, { timerfdArm: (fd, afterNs) => (armed.push(fd), kernel.timerfdArm(fd, afterNs)) });
  other.clock.after(1000, () => {});
  other.turn(0);
  t.throws(() => timer.refresh(), { code: 'EL_REACTOR_CLOSED' });
  t.throws(() => done.refresh(), { code: 'EL_REACTOR_CLOSED' });
  for (const { pending } of [timer, waiting, done]) t.notOk(pending);
  waiting.cancel();
  t.equal(armed.length, 1);
});

t.test('a delay counts from the end of its turn, however often it is called off and made anew within it', async (t) => {
  let nowMs = 0;
  const loop = openLoop(t, { now: () => nowMs });
  const rung: number[] = [];
  loop.post(() => {
    for (let i = 0; i < 10; i++) loop.clock.after(10, () => rung.push(-1)).cancel();
    loop.clock.after(10, () => rung.push(nowMs));
    nowMs = 7; // The task takes its time.
  });
  loop.turn(0);
  t.equal(loop.clock.pending, 1);
  for (nowMs of [16, 17]) loop.turn(0);
  t.same(rung, [17]);
});

t.test('a pending timer that is refreshed again and again rings once, its delay after the last time', async (t) => {
  let nowMs = 0;
  const loop = openLoop(t, { now: () => nowMs });
  const rung: number[] = [];
  const timer = loop.clock.after(10, () => rung.push(nowMs));
  loop.turn(0);
  for (nowMs of [3, 8, 12, 19, 28]) {
    timer.refresh();
    loop.turn(0);
  }
  for (nowMs of [37, 38, 60]) loop.turn(0);
  t.same(rung, [38]);
});

/** Plays waits on a list of what is ready, as epoll keeps it: told of from its front, and again from its end while it stays ready. */
function playWaits(random: Random, channels: number, busy: number, check: (horizonMs: number, nowMs: number, untold: ReadonlyMap<number, number>) => void): void {
  const horizon = new Horizon(0);
  const list = new Set<number>();
  /** When what has not been told of since became ready. */
  const untold = new Map<number, number>();
  for (let nowMs = 1; nowMs < 30; nowMs++) {
    for (let channel = 0; channel < channels; channel++) {
      if (!random.chance(busy)) continue;
      list.add(channel);
      if (!untold.has(channel)) untold.set(channel, nowMs - 0.5);
    }
    const told = [...list].slice(0, EPOLL_BATCH_EVENTS);
    for (const channel of told) {
      list.delete(channel);
      untold.delete(channel);
      if (random.chance(busy)) list.add(channel);
    }
    horizon.waited(nowMs, told.length, channels);
    check(horizon.ms, nowMs, untold);
  }
}

const crowds = fc.record({ seed: fc.nat(), channels: fc.integer({ min: 1, max: 4000 }), busy: fc.constantFrom(0.01, 0.3, 0.7, 1) });

t.test('property: what came before the horizon has been told of, and no flood holds the horizon up for longer than a round of all channels takes', async () => {
  fc.assert(
    fc.property(crowds, ({ seed, channels, busy }) => {
      const roundMs = Math.ceil(channels / EPOLL_BATCH_EVENTS);
      playWaits(new Random(seed), channels, busy, (horizonMs, nowMs, untold) => {
        for (const sinceMs of untold.values()) if (sinceMs <= horizonMs) throw new Error(`ready since ${sinceMs}, told by ${horizonMs}`);
        if (horizonMs < nowMs - 2 * roundMs) throw new Error(`at ${nowMs} only ${horizonMs} is known`);
      });
    }),
    { numRuns: 60 },
  );
});
