import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Kernel } from '../../src/kernel/kernel.js';
import { STALL_MS, STALL_WATCH_MS } from '../../src/limits.js';
import { Meters } from '../../src/loop/meters.js';
import { DISPATCH, HANDLER, READ, STAGES, TASKS, TIMERS, WAIT, WRITE } from '../../src/loop/stage.js';
import { PROGRAM, type Stall, Stopwatch, type StopwatchOptions } from '../../src/loop/stopwatch.js';
import { dial, serve, until } from '../support/setting.js';

const SOMEBODY = { name: 'somebody' };

/** A stopwatch whose clock is set by hand, and counts how often it is read. */
function stopwatch(options: Partial<StopwatchOptions> = {}) {
  const clock = { ms: 1000, reads: 0 };
  const now = () => {
    clock.reads++;
    return clock.ms;
  };
  const meters = new Meters();
  const watch = new Stopwatch({ now } as Kernel, meters, { enabled: true, exact: false, stallMs: STALL_MS, ...options });
  clock.reads = 0;
  const stages = () => Object.fromEntries(STAGES.map((stage, index) => [stage, meters.stagesMs[index]]));
  return { clock, meters, watch, stages };
}

t.test('each stage gets the time until the next one, and the turn all but the wait', async (t) => {
  const { clock, meters, watch, stages } = stopwatch();
  const spend = (ms: number) => (clock.ms += ms);
  spend(500);
  watch.beginTurn(clock.ms);
  for (const stage of [READ, HANDLER, WRITE, DISPATCH, TIMERS]) {
    spend(1 + stage);
    watch.enter(stage);
  }
  spend(20);
  watch.endTurn();
  t.same(stages(), { wait: 500, dispatch: 1 + READ + 1 + TIMERS, read: 1 + HANDLER, handler: 1 + WRITE, write: 1 + DISPATCH, timers: 20, tasks: 0 });
  t.equal(meters.turnSeconds.read().sum, (clock.ms - 1500) / 1000);
  t.equal(meters.gauges.turnEndedMs - meters.gauges.turnBeganMs, clock.ms - 1500);
});

t.test('a batch of messages of one plugin costs no reading of the clock for each of them', async (t) => {
  const { clock, meters, watch } = stopwatch();
  const echo = meters.plugins.enlist('echo');
  watch.beginTurn(clock.ms);
  watch.enter(HANDLER);
  clock.reads = 0;
  for (let message = 0; message < 1000; message++) watch.handling(echo, 'onData', SOMEBODY);
  t.equal(clock.reads, 0);
  clock.ms += 7;
  watch.enter(WRITE);
  t.same(meters.plugins.read(), [{ name: 'echo', handlerSeconds: 0.007, stalls: 0 }]);
});

t.test('plugins that take turns within a batch are told apart', async (t) => {
  const { clock, meters, watch } = stopwatch();
  const [echo, kv] = [meters.plugins.enlist('echo'), meters.plugins.enlist('kv')];
  watch.beginTurn(clock.ms);
  watch.enter(HANDLER);
  for (const [plugin, ms] of [[echo, 1], [kv, 10], [echo, 2], [kv, 20]] as const) {
    watch.handling(plugin, 'onData', SOMEBODY);
    clock.ms += ms;
  }
  watch.enter(WRITE);
  t.same(meters.plugins.read(), [
    { name: 'echo', handlerSeconds: 0.003, stalls: 0 },
    { name: 'kv', handlerSeconds: 0.03, stalls: 0 },
  ]);
});

t.test('a hook outside the stage of handlers is a handler all the same, and nothing around it is', async (t) => {
  const { clock, meters, watch, stages } = stopwatch();
  const echo = meters.plugins.enlist('echo');
  watch.beginTurn(clock.ms);
  clock.ms += 1;
  const stage = watch.beginHook(echo, 'onOpen', SOMEBODY);
  t.equal(meters.gauges.runningPlugin, echo, 'another thread can see who is at work');
  clock.ms += 2;
  watch.endHook(stage);
  t.equal(meters.gauges.runningPlugin, 0);
  clock.ms += 4;
  watch.endTurn();
  t.match(stages(), { dispatch: 5, handler: 2 });
  t.match(meters.plugins.read(), [{ handlerSeconds: 0.002 }]);
});

t.test('a plugin that keeps the loop for too long has stalled it, and is named', async (t) => {
  const { clock, meters, watch } = stopwatch();
  const stalls: Stall[] = [];
  watch.onStall = (stall) => stalls.push(stall);
  const slow = meters.plugins.enlist('slow');
  for (const ms of [STALL_MS, STALL_MS + 1]) {
    watch.beginTurn(clock.ms);
    watch.enter(HANDLER);
    watch.handling(slow, 'onData', SOMEBODY);
    clock.ms += ms;
    watch.enter(WRITE);
    watch.endTurn();
  }
  t.same(stalls, [{ plugin: 'slow', hook: 'onData', ms: STALL_MS + 1, calls: 1, subject: SOMEBODY }]);
  t.equal(meters.counters.stalls, 1);
  t.match(meters.plugins.read(), [{ stalls: 1 }]);
  t.same(meters.stallsByHook.entries().filter(([, count]) => count > 0), [['onData', 1]]);
});

/** A turn with a batch of messages, of which the third takes `slowMs`. */
function batch({ clock, watch }: ReturnType<typeof stopwatch>, plugin: number, slowMs: number): void {
  watch.beginTurn(clock.ms);
  watch.enter(HANDLER);
  for (let id = 1; id <= 5; id++) {
    watch.handling(plugin, 'onData', { id });
    clock.ms += id === 3 ? slowMs : 1;
  }
  watch.enter(WRITE);
  watch.endTurn();
}

t.test('of a slow batch no message is accused, but then each is measured by itself, until there was no stall for long', async (t) => {
  const parts = stopwatch();
  const { clock, meters, watch } = parts;
  const stalls: (Stall & { readsClock: number })[] = [];
  const plugin = meters.plugins.enlist('slow');
  watch.onStall = (stall) => stalls.push({ ...stall, readsClock: clock.reads });
  for (const restMs of [0, STALL_WATCH_MS / 2, STALL_WATCH_MS / 2, STALL_WATCH_MS]) {
    clock.ms += restMs;
    batch(parts, plugin, 2 * STALL_MS);
  }
  t.match(stalls, [{ calls: 5 }, { calls: 1, subject: { id: 3 } }, { calls: 1, subject: { id: 3 } }, { calls: 5 }]);
  clock.ms += STALL_WATCH_MS;
  clock.reads = 0;
  batch(parts, plugin, 1);
  t.equal(clock.reads, 3, 'nothing is left of it: the batch begins, the next stage does, the turn ends');
});

t.test('a stopwatch that is to be exact names the first stall already', async (t) => {
  const parts = stopwatch({ exact: true });
  const stalls: Stall[] = [];
  parts.watch.onStall = (stall) => stalls.push(stall);
  batch(parts, parts.meters.plugins.enlist('slow'), 2 * STALL_MS);
  t.match(stalls, [{ calls: 1, subject: { id: 3 }, ms: 2 * STALL_MS }]);
});

t.test('what belongs to no plugin stalls the loop, too, and is charged to none', async (t) => {
  const { clock, meters, watch } = stopwatch();
  const stalls: Stall[] = [];
  watch.onStall = (stall) => stalls.push(stall);
  watch.beginTurn(clock.ms);
  watch.enter(TASKS);
  watch.handling(PROGRAM, 'task', SOMEBODY);
  clock.ms += 2 * STALL_MS;
  watch.endTurn();
  t.match(stalls, [{ plugin: '', hook: 'task' }]);
  t.equal(meters.counters.stalls, 1);
  t.same(meters.plugins.read(), []);
});

t.test('a hook within a hook is measured by itself, and the outer one is not accused of it', async (t) => {
  const { clock, meters, watch, stages } = stopwatch();
  const stalls: Stall[] = [];
  watch.onStall = (stall) => stalls.push(stall);
  const [outer, inner] = [meters.plugins.enlist('outer'), meters.plugins.enlist('inner')];
  watch.beginTurn(clock.ms);
  watch.enter(HANDLER);
  watch.handling(outer, 'onData', SOMEBODY);
  clock.ms += 1;
  const stage = watch.beginHook(inner, 'onShutdown');
  clock.ms += 2 * STALL_MS;
  watch.endHook(stage);
  clock.ms += 2 * STALL_MS;
  watch.handling(outer, 'onData', SOMEBODY);
  clock.ms += 2;
  watch.endTurn();
  t.match(stalls, [{ plugin: 'inner', hook: 'onShutdown', ms: 2 * STALL_MS }]);
  t.match(meters.plugins.read(), [{ name: 'outer', handlerSeconds: 0.003 }, { name: 'inner', handlerSeconds: (2 * STALL_MS) / 1000 }]);
  t.equal(stages()['handler'], 3 + 4 * STALL_MS);
});

t.test('nobody is kept in memory for having been at work last', async (t) => {
  const { clock, meters, watch } = stopwatch();
  const serveOne = () => {
    const subject = {};
    watch.beginTurn(clock.ms);
    watch.enter(HANDLER);
    watch.handling(meters.plugins.enlist('echo'), 'onData', subject);
    watch.endTurn();
    return new WeakRef(subject);
  };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = serveOne();
  await until(() => (collect(), kept.deref() === undefined), 'the collector');
  t.equal(kept.deref(), undefined);
});

t.test('a stopwatch that is off reads no clock and measures nothing', async (t) => {
  const { clock, meters, watch, stages } = stopwatch({ enabled: false });
  watch.beginTurn(clock.ms);
  watch.enter(HANDLER);
  watch.handling(meters.plugins.enlist('echo'), 'onData', SOMEBODY);
  clock.ms += 1000;
  watch.enter(WAIT);
  watch.endTurn();
  t.equal(clock.reads, 0);
  t.same(Object.values(stages()), STAGES.map(() => 0));
  t.equal(meters.counters.stalls, 0);
});

t.test('a turn of one message reads the clock five times: when it begins, receives, calls the handler, sends and ends', async (t) => {
  let reads = 0;
  const now = () => {
    reads++;
    return performance.now();
  };
  const { port, reactor } = await serve(t, { onData: (connection, chunk) => void connection.write(chunk) }, { kernel: { now } });
  const client = await dial(t, port);
  await client.echo('first');
  const [readsBefore, turnsBefore] = [reads, reactor.counters.turns];
  for (let message = 0; message < 20; message++) await client.echo('again');
  const turns = reactor.counters.turns - turnsBefore;
  t.ok(turns >= 20);
  t.ok(reads - readsBefore <= 5 * turns, `${reads - readsBefore} readings in ${turns} turns`);
  t.ok(reads - readsBefore >= 2 * turns, 'no turn is left out');
});

t.test('a handler that writes nothing is not charged with what ends its turn', async (t) => {
  let nowMs = 1000;
  const takes = (ms: number) => {
    nowMs += ms;
    return 0;
  };
  const onData = () => {
    takes(1);
    reactor.setTimeout(() => {}, 60_000);
  };
  const { port, reactor } = await serve(t, { onData }, { kernel: { now: () => nowMs, timerfdArm: () => takes(100) } });
  const client = await dial(t, port);
  client.socket.write('x');
  await until(() => reactor.meters.stagesMs[DISPATCH] === 100, 'the timer to be armed');
  t.match(reactor.meters.plugins.read(), [{ name: 'test', handlerSeconds: 0.001 }]);
  t.equal(reactor.meters.stagesMs[HANDLER], 1);
});
