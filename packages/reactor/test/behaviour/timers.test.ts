/** Timers, as users of a reactor see them: never early, in order, fair to everybody else, and none lost. */
import { inspect } from 'node:util';
import t from 'tap';
import type { Connection, Timer } from '../../src/index.js';
import { TIMER_BUDGET_TOUCHES } from '../../src/limits.js';
import { start } from '../support/child.js';
import { LOOPS, dial, openReactor, serve, until } from '../support/setting.js';

const ECHO = { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) };
const DELAYS = [0, 0.001, 0.5, 0.999, 1, 1.5, 2.25, 3, 7.7, 10, 19.999, 20, 33.3, 50, 64, 100, 255, 256, 257.5, 300];

for (const loop of LOOPS) {
  t.test(`no timer is early, whatever its delay, and those that are due earlier come first (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const fired: { delay: number; tick: number; lateness: number }[] = [];
    for (const delay of [...DELAYS, ...DELAYS].toReversed()) {
      const setAt = performance.now();
      reactor.setTimeout(() => fired.push({ delay, tick: Math.ceil(setAt + delay), lateness: performance.now() - setAt - delay }), delay);
    }
    await until(() => fired.length === 2 * DELAYS.length, 'all timers');
    for (const { delay, lateness } of fired) t.ok(lateness >= 0, `${delay} ms: late by ${lateness}`);
    const delays = fired.map(({ delay }) => Math.ceil(delay));
    // Neighbours in the order of setting may share a tick: what must hold is that a whole millisecond is never turned round.
    t.ok(delays.every((delay, i) => i === 0 || delay >= (delays[i - 1] as number) - 1), delays.join());
    t.equal(reactor.counters.timersExpired, 2 * DELAYS.length);
  });

  t.test(`timers that are set in a row for the same time come in that order (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const fired: number[] = [];
    for (let i = 0; i < 5000; i++) reactor.setTimeout(() => fired.push(i), 20);
    await until(() => fired.length === 5000, 'all timers');
    t.ok(fired.every((value, i) => value === i));
  });

  t.test(`a cancelled timer is silent, refresh starts it anew, also when it is done (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const fired: string[] = [];
    const cancelled = reactor.setTimeout(() => fired.push('cancelled'), 1);
    t.ok(cancelled.pending);
    cancelled.cancel();
    cancelled.cancel();
    t.notOk(cancelled.pending);
    let refreshedAt = 0;
    const refreshed = reactor.setTimeout(() => fired.push(performance.now() - refreshedAt >= 30 ? 'refreshed' : 'early'), 30);
    reactor.setTimeout(() => {
      refreshedAt = performance.now();
      refreshed.refresh();
    }, 10);
    await until(() => fired.length === 1, 'the refreshed timer');
    t.notOk(refreshed.pending, 'what has fired is done');
    refreshed.cancel();
    refreshed.refresh();
    t.ok(refreshed.pending);
    await until(() => fired.length === 2, 'the timer that was done');
    t.same(fired, ['refreshed', 'refreshed']);
  });

  t.test(`a timer may cancel, refresh and make others, and itself, while it fires (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const fired: string[] = [];
    let again = 3;
    const self: Timer = reactor.setTimeout(() => {
      fired.push('self');
      self.cancel();
      if (--again > 0) self.refresh();
    }, 2);
    const first = reactor.setTimeout(() => {
      fired.push('first');
      second.cancel();
      first.cancel();
      reactor.setTimeout(() => fired.push('made'), 0);
    }, 1);
    const second = reactor.setTimeout(() => fired.push('second'), 1);
    let beats = 0;
    const interval = reactor.setInterval(() => {
      if (++beats === 3) interval.cancel();
    }, 1);
    await until(() => again === 0 && beats === 3 && fired.includes('made'), 'all of it');
    let later = false;
    reactor.setTimeout(() => (later = true), 10);
    await until(() => later, 'ten more beats');
    t.equal(beats, 3, 'an interval that cancels itself is done');
    t.same(fired.filter((name) => name !== 'self').sort(), ['first', 'made']);
    t.equal(fired.filter((name) => name === 'self').length, 3);
  });

  t.test(`a timer that is due in the turn in which the reactor is closed was called, though nothing could be asked of the reactor (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const called: string[] = [];
    reactor.setTimeout(() => {
      called.push('closing');
      void reactor.close();
    }, 5);
    reactor.setTimeout(() => called.push('timeout'), 5);
    reactor.setInterval(() => called.push('interval'), 5);
    await until(() => called.length > 0, 'the first timer');
    await reactor.close();
    t.same(called, ['closing']);
  });

  t.test(`no beat of an interval is early, and those that a busy loop missed are left out (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const beats: number[] = [];
    const before = performance.now();
    const interval = reactor.setInterval(() => {
      beats.push(performance.now() - before);
      if (beats.length === 3) block(38);
      if (beats.length === 10) interval.cancel();
    }, 10);
    await until(() => beats.length === 10, 'ten beats');
    // The third comes after 30 ms and lasts until 68. What is due meanwhile comes once; the next beat is the one at 70.
    for (const [i, at] of beats.entries()) t.ok(at >= 10 * (i < 4 ? i + 1 : i + 3), `beat ${i + 1} of ${beats.join()}`);
  });

  t.test(`what timers throw reaches uncaughtException, each error of them, and the other timers go on (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const seen = [];
      process.on('uncaughtException', (error) => seen.push(error.message));
      const thrower = (name) => () => { throw new Error(name); };
      for (const name of ['a', 'b', 'c']) reactor.setTimeout(thrower(name), 5);
      let beats = 0;
      const interval = reactor.setInterval(() => { if (++beats === 3) interval.cancel(); throw new Error('beat'); }, 5);
      process.on('exit', () => process.stdout.write(JSON.stringify(seen.sort())));
    `);
    t.same(await child.finished, { code: 0, signal: null });
    t.same(JSON.parse(child.stdout), ['a', 'b', 'beat', 'beat', 'beat', 'c']);
  });

  t.test(`a process dies of what a timer throws, and says where (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      reactor.setTimeout(function culprit() { throw new TypeError('thrown by a timer'); }, 1);
      reactor.setInterval(() => {}, 5);
    `);
    t.same(await child.finished, { code: 1, signal: null });
    t.match(child.stderr, /TypeError: thrown by a timer\n\s+at .*culprit/);
  });

  t.test(`wrong delays, periods and callbacks are refused, with the value (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const wrong = (call: () => unknown, message: RegExp) => t.throws(call, { code: 'EL_OPTION_INVALID', message });
    for (const delay of [Number.NaN, -1, -0.001, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '5', undefined, null, 5n, Symbol('5')]) {
      const named = new RegExp(`not ${inspect(delay).replace(/[()]/g, '.')}$`);
      wrong(() => reactor.setTimeout(() => {}, delay as unknown as number), named);
      wrong(() => reactor.setInterval(() => {}, delay as unknown as number), named);
      await t.rejects(reactor.delay(delay as unknown as number), { code: 'EL_OPTION_INVALID', message: named });
    }
    for (const period of [0, 0.5, 1.5]) wrong(() => reactor.setInterval(() => {}, period), new RegExp(`not ${period}$`));
    for (const [callback, name] of [[undefined, 'undefined'], [null, 'null'], ['x', 'string'], [{}, 'object']] as const) {
      const named = new RegExp(`got ${name}$`);
      wrong(() => reactor.setTimeout(callback as unknown as () => void, 1), named);
      wrong(() => reactor.setInterval(callback as unknown as () => void, 1), named);
      wrong(() => reactor.post(callback as unknown as () => void), named);
      wrong(() => reactor.onSignal('SIGUSR2', callback as unknown as () => void), named);
      wrong(() => reactor.openInbox(callback as unknown as () => void), named);
    }
  });

  t.test(`timers of days and years do not wake the loop (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const { port } = await serve(t, ECHO, { loop });
    const client = await dial(t, port);
    const far = [86_400_000, 50 * 86_400_000, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE];
    const timers = far.map((delay) => reactor.setTimeout(() => t.fail(`${delay} ms have not passed`), delay).unref());
    timers.push(reactor.setInterval(() => t.fail('nor has a day'), 86_400_000).unref());
    await client.echo('time passes');
    const before = reactor.counters.turns;
    let near = false;
    reactor.setTimeout(() => (near = true), 50);
    await until(() => near, 'the near timer');
    t.ok(reactor.counters.turns - before <= 10, `${reactor.counters.turns - before} turns`);
    t.ok(timers.every(({ pending }) => pending));
  });

  t.test(`pings are answered between a million timers that are due at once, and each fires once (${loop})`, async (t) => {
    const TIMERS = 1_000_000;
    let [fired, between, largest, turn, inTurn] = [0, 0, 0, 0, 0];
    const { port, reactor } = await serve(t, {
      onData(connection: Connection, chunk: Buffer) {
        if (fired > 0 && fired < TIMERS) between++;
        connection.write(chunk);
      },
    }, { loop });
    const child = start(t, `
      import { connect } from 'node:net';
      const socket = connect(${port}, '127.0.0.1', () => socket.write('p'));
      socket.on('data', () => socket.write('p'));
      socket.on('end', () => socket.end());
      socket.on('error', () => {});
    `);
    await until(() => reactor.counters.bytesRead > 10, 'the pings');
    const times = new Uint8Array(TIMERS);
    const fire = (i: number) => () => {
      times[i]!++;
      fired++;
      inTurn = reactor.counters.turns === turn ? inTurn + 1 : 1;
      turn = reactor.counters.turns;
      largest = Math.max(largest, inTurn);
    };
    const dueAt = performance.now() + 3000;
    for (let i = 0; i < TIMERS; i++) reactor.setTimeout(fire(i), Math.max(0, dueAt - performance.now()));
    await until(() => fired === TIMERS, 'all timers', 60_000);
    t.ok(between >= 100, `${between} pings came between the first timer and the last`);
    t.ok(largest <= TIMER_BUDGET_TOUCHES, `at most ${largest} timers in one turn`);
    t.ok(times.every((count) => count === 1), 'each fires once');
    child.process.kill('SIGKILL');
    await child.finished;
  });

  t.test(`timers that came due while the process was stopped fire once when it goes on, an interval too (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const fired = new Array(1000).fill(0);
      const gaps = [];
      let last = performance.now();
      let beatsInGap = 0;
      let gapTurn = 0;
      let beats = 0;
      reactor.setInterval(() => {
        const now = performance.now();
        beats++;
        if (now - last > 1000) { gaps.push(now - last); gapTurn = reactor.counters.turns; }
        if (reactor.counters.turns === gapTurn) beatsInGap++;
        last = now;
      }, 5);
      for (let i = 0; i < fired.length; i++) reactor.setTimeout(() => fired[i]++, 500 + i);
      const days = reactor.setTimeout(() => process.stdout.write('much too early'), 86_400_000);
      reactor.setTimeout(() => {
        process.stdout.write(JSON.stringify({ once: fired.every((count) => count === 1), gaps: gaps.length, beatsInGap, beats, later: days.pending }));
        process.exit();
      }, 3000);
      // A delay counts from the end of its turn, so this says that all of them have begun.
      reactor.setTimeout(() => process.stdout.write('ready\\n'), 0);
    `);
    await until(() => child.stdout.startsWith('ready'), 'the timers');
    child.process.kill('SIGSTOP');
    // The time that is slept through is what this is about; nothing can be waited for meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 2200));
    child.process.kill('SIGCONT');
    t.same(await child.finished, { code: 0, signal: null });
    const { beats, ...seen } = JSON.parse(child.stdout.slice('ready\n'.length));
    t.same(seen, { once: true, gaps: 1, beatsInGap: 1, later: true });
    t.ok(beats < 300, `${beats} beats: those of the two seconds are left out`);
  });
}

/** Keeps the thread busy. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
