/** Real signals, in processes of their own. */
import t, { type Test } from 'tap';
import { readFileSync, readdirSync } from 'node:fs';
import { SIGNAL_BUDGET_CALLS } from '../../src/limits.js';
import { type Child, start } from '../support/child.js';
import { LOOPS, dial, until } from '../support/setting.js';
import { skipWithout } from '../support/required-tool.js';

const ENDS = { code: 0, signal: null };
const SIGTERM = 15;
const SIGUSR2 = 12;

/** What the processes share: masks, and commands that come line by line. */
const TOOLS = `
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
`;

/** A process whose answers are lines of JSON. */
function run(t: Test, source: string): Child & { line(n: number): Promise<unknown> } {
  const child = start(t, TOOLS + source);
  const line = async (n: number) => {
    await until(() => child.stdout.split('\n').length > n + 1, `line ${n}; there is ${child.stdout}${child.stderr}`, 20_000);
    return JSON.parse(child.stdout.split('\n')[n] as string) as unknown;
  };
  return Object.assign(child, { line });
}

/** For each thread of a process: whether it blocks a signal. */
function masks(pid: number, signal: number): boolean[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const digits = /^SigBlk:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1'))?.[1] as string;
    return (BigInt(`0x${digits}`) & (1n << BigInt(signal - 1))) !== 0n;
  });
}

const allBlock = (pid: number, signal: number) => masks(pid, signal).every(Boolean);
/** Node's own thread that waits for the debugger blocks everything, always. */
const mostDoNot = (pid: number, signal: number) => masks(pid, signal).filter(Boolean).length <= 1;

for (const loop of LOOPS) {
  t.test(`a signal is blocked in every thread, those too that come later, and read with its sender (${loop})`, async (t) => {
    const child = run(t, `
      import { Worker } from 'node:worker_threads';
      import { pbkdf2 } from 'node:crypto';
      import { lookup } from 'node:dns';
      import { readFile } from 'node:fs';
      const reactor = createReactor({ loop: '${loop}' });
      setInterval(() => {}, 1000);
      reactor.setInterval(() => {}, 1000);
      reactor.onSignal('SIGTERM', say);
      say(readdirSync('/proc/self/task').length);
      let left = 8;
      const done = () => { if (--left === 0) say(readdirSync('/proc/self/task').length); };
      for (let i = 0; i < 2; i++) new Worker('setInterval(() => {}, 1000); require("node:worker_threads").parentPort.postMessage(1)', { eval: true, execArgv: [] }).once('message', done);
      for (let i = 0; i < 4; i++) pbkdf2('a', 'b', 1000, 64, 'sha1', done);
      lookup('localhost', done);
      readFile('/proc/self/status', done);
    `);
    const pid = child.process.pid as number;
    const few = (await child.line(0)) as number;
    t.ok(allBlock(pid, SIGTERM), 'in the threads that were there');
    const many = (await child.line(1)) as number;
    t.ok(many > few, `${many} threads, ${few} before`);
    t.ok(allBlock(pid, SIGTERM), 'and in those that came later');
    child.process.kill('SIGTERM');
    t.match(await child.line(2), { name: 'SIGTERM', number: SIGTERM, code: 0, pid: process.pid, uid: process.getuid?.() });
    for (let i = 0; i < 20; i++) {
      child.process.kill('SIGTERM');
      await child.line(3 + i);
    }
    t.equal(child.process.exitCode, null, 'and has no other effect');
  });

  for (const way of ['subscription.close()', 'reactor.close()']) {
    t.test(`after ${way} the signal is blocked no more, in no thread, and takes its default action (${loop})`, async (t) => {
      const child = run(t, `
        import { pbkdf2 } from 'node:crypto';
        const reactor = createReactor({ loop: '${loop}' });
        const subscription = reactor.onSignal('SIGTERM', say);
        const other = reactor.onSignal('SIGUSR2', say);
        setInterval(() => {}, 1000);
        pbkdf2('a', 'b', 1, 64, 'sha1', () => say('ready'));
        createInterface({ input: process.stdin }).once('line', async () => { await ${way}; say('closed'); });
      `);
      const pid = child.process.pid as number;
      await child.line(0);
      t.ok(allBlock(pid, SIGTERM));
      child.process.stdin?.write('\n');
      await child.line(1);
      t.ok(mostDoNot(pid, SIGTERM), masks(pid, SIGTERM).join());
      t.equal(allBlock(pid, SIGUSR2), way !== 'reactor.close()', 'the other subscription goes on, unless the reactor is closed');
      child.process.kill('SIGTERM');
      t.same(await child.finished, { code: null, signal: 'SIGTERM' });
    });
  }

  t.test(`process.on is silent while the signal is claimed, and hears it again afterwards (${loop})`, async (t) => {
    const child = run(t, `
      const reactor = createReactor({ loop: '${loop}' });
      process.on('SIGUSR2', () => say('process'));
      const subscription = reactor.onSignal('SIGUSR2', () => say('reactor'));
      setInterval(() => {}, 5);
      createInterface({ input: process.stdin }).once('line', () => { subscription.close(); say('closed'); });
      say('ready');
    `);
    t.equal(await child.line(0), 'ready');
    child.process.kill('SIGUSR2');
    t.equal(await child.line(1), 'reactor');
    child.process.stdin?.write('\n');
    t.equal(await child.line(2), 'closed');
    child.process.kill('SIGUSR2');
    t.equal(await child.line(3), 'process');
  });

  t.test(`a storm of one signal, and of real-time ones, costs few turns, and the loop answers meanwhile (${loop})`, async (t) => {
    const child = run(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const heard = { SIGUSR2: 0, SIG40: 0 };
      for (const signal of ['SIGUSR2', 40]) reactor.onSignal(signal, ({ name }) => { heard[name]++; });
      const listener = await reactor.use(plugin({ onData: (connection, chunk) => { connection.write(chunk); } })).listen({ port: 0 });
      createInterface({ input: process.stdin }).on('line', () => say({ ...heard, turns: reactor.counters.turns }));
      say(listener.address.port);
    `);
    const client = await dial(t, (await child.line(0)) as number);
    const pid = child.process.pid as number;
    const ask = async (n: number) => {
      child.process.stdin?.write('\n');
      return (await child.line(n)) as { SIGUSR2: number; SIG40: number; turns: number };
    };
    // While the process is stopped nothing is read, so that all of them wait at once.
    child.process.kill('SIGSTOP');
    let queued = 0;
    for (let i = 0; i < 100_000; i++) {
      process.kill(pid, SIGUSR2);
      if (i < 5000 && send(pid, 40)) queued++;
    }
    child.process.kill('SIGCONT');
    t.equal(await client.echo('ping'), 'ping');
    let seen = await ask(1);
    for (let n = 2; seen.SIG40 < queued; n++) seen = await ask(n);
    t.equal(seen.SIG40, queued, 'real-time signals are queued, and each is told');
    t.ok(seen.SIGUSR2 >= 1 && seen.SIGUSR2 <= 5, `100,000 of one kind are one while they wait: ${seen.SIGUSR2}`);
    t.ok(seen.turns < queued / SIGNAL_BUDGET_CALLS + 50, `${seen.turns} turns for ${queued} signals`);

    // And while it runs.
    let pings = 0;
    const storm = storming(100_000, () => process.kill(pid, SIGUSR2));
    for (; !storm.over; pings++) await client.echo('ping');
    t.ok(pings > 10, `${pings} pings were answered during the storm`);
    t.equal(child.process.exitCode, null);
  });

  t.test(`a child of the process inherits neither the mask nor the signalfd (${loop})`, { skip: skipWithout('grep') }, async (t) => {
    const child = run(t, `
      import { execFile, execFileSync } from 'node:child_process';
      const reactor = createReactor({ loop: '${loop}' });
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 50]) reactor.onSignal(signal, () => {});
      say(execFileSync('grep', ['SigBlk', '/proc/self/status']).toString().trim());
      execFile('grep', ['SigBlk', '/proc/self/status'], (_error, stdout) => {
        say(stdout.trim());
        say(execFileSync('ls', ['-l', '/proc/self/fd']).toString().includes('signalfd'));
      });
    `);
    t.equal(await child.line(0), 'SigBlk:\t0000000000000000');
    t.equal(await child.line(1), 'SigBlk:\t0000000000000000');
    t.equal(await child.line(2), false);
    t.same(await child.finished, ENDS);
  });

  t.test(`a signal that one reactor reads is taken for all others, in workers too, until it is given back (${loop})`, async (t) => {
    const child = run(t, `
      import { Worker } from 'node:worker_threads';
      const reactor = createReactor({ loop: '${loop}' });
      const other = createReactor({ loop: '${loop}' });
      const attempt = (reactor) => { try { return reactor.onSignal('SIGUSR2', () => {}); } catch (error) { say(error.code); } };
      const subscription = reactor.onSignal('SIGUSR2', () => {});
      attempt(other);
      const inWorker = () => new Promise((resolve) => new Worker(\`
        import(\${JSON.stringify(${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)})}).then(({ createReactor }) => {
          const reactor = createReactor({ loop: '${loop}' });
          let answer = 'none';
          try { reactor.onSignal('SIGUSR2', () => {}); } catch (error) { answer = error.code; }
          return reactor.close().then(() => require('node:worker_threads').parentPort.postMessage(answer));
        })\`, { eval: true, execArgv: [] }).once('message', resolve));
      say(await inWorker());
      subscription.close();
      say(await inWorker());
      const again = attempt(other);
      say('free');
      await other.close();
      attempt(reactor);
      say('free again');
      await reactor.close();
    `);
    t.equal(await child.line(0), 'EL_SIGNAL_TAKEN');
    t.equal(await child.line(1), 'EL_SIGNAL_TAKEN');
    t.equal(await child.line(2), 'none');
    t.equal(await child.line(3), 'free');
    t.equal(await child.line(4), 'free again');
    t.same(await child.finished, ENDS);
  });

  t.test(`what a listener throws reaches uncaughtException, and the others hear the signal all the same (${loop})`, async (t) => {
    const child = run(t, `
      const reactor = createReactor({ loop: '${loop}' });
      process.on('uncaughtException', (error) => say(error.message));
      reactor.onSignal('SIGUSR2', () => { throw new Error('thrown by a listener'); });
      reactor.onSignal('SIGUSR2', () => say('heard'));
      setInterval(() => {}, 1000);
      say('ready');
    `);
    await child.line(0);
    for (const n of [1, 3]) {
      child.process.kill('SIGUSR2');
      t.equal(await child.line(n), 'heard');
      t.equal(await child.line(n + 1), 'thrown by a listener');
    }
  });
}

t.test('all real-time signals of a program can be read, also those that threads could be visited by, and all others still', async (t) => {
  const child = run(t, `
    import { pbkdf2 } from 'node:crypto';
    const reactor = createReactor();
    await new Promise((resolve) => pbkdf2('a', 'b', 1, 64, 'sha1', resolve));
    const wanted = [60, 59, 15];
    const subscriptions = wanted.map((number) => reactor.onSignal(number, (signal) => say(signal.number)));
    setInterval(() => {}, 1000);
    createInterface({ input: process.stdin }).once('line', () => { for (const subscription of subscriptions) subscription.close(); say('closed'); });
    say('ready');
  `);
  await child.line(0);
  const pid = child.process.pid as number;
  for (const signal of [60, 59, SIGTERM]) t.ok(allBlock(pid, signal), `${signal}: ${masks(pid, signal).join()}`);
  for (const [i, signal] of [60, 59, SIGTERM].entries()) {
    send(pid, signal);
    t.equal(await child.line(1 + i), signal);
  }
  child.process.stdin?.write('\n');
  t.equal(await child.line(4), 'closed');
  for (const signal of [60, 59, SIGTERM]) t.ok(mostDoNot(pid, signal), `${signal}: ${masks(pid, signal).join()}`);
});

/** kill(2) by number; false when no more signals can wait (RLIMIT_SIGPENDING). */
function send(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  }
}

/** Sends a number of signals a few at a time, so that this process can do something else between. */
function storming(count: number, one: () => void): { over: boolean } {
  const state = { over: false };
  let left = count;
  const some = () => {
    for (let i = 0; i < 200 && left > 0; i++, left--) one();
    if (left === 0) state.over = true;
    else setImmediate(some);
  };
  some();
  return state;
}
