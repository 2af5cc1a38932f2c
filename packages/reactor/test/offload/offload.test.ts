import { once } from 'node:events';
import { serialize } from 'node:v8';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { type Connection, type Reactor, type Task, defineTask } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { MESSAGE_BUDGET_CALLS } from '../../src/limits.js';
import type { Outcome } from '../../src/offload/outcome.js';
import { start } from '../support/child.js';
import { LOOPS, TRIGGERS, type Setting, descriptorOf, descriptors, dial, memoryLog, openReactor, quiet, serve, until } from '../support/setting.js';

const TASKS = new URL('./tasks/tasks.js', import.meta.url);
const named = <Input, Output>(name: string): Task<Input, Output> => defineTask(TASKS, name);
const same = defineTask<unknown, unknown>(TASKS);
const native = nativeKernel();

type Call = (task: Task<unknown, unknown>, input: unknown, options?: Parameters<Reactor['offload']>[2]) => Promise<unknown>;

/** A task that a thread has begun, or will, and that ends when it is told to. */
class Held {
  begun = false;
  readonly answer: Promise<unknown>;
  readonly #port: MessagePort;

  constructor(offload: Call, value: unknown, options: Parameters<Reactor['offload']>[2] = {}) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1.once('message', () => (this.begun = true));
    this.answer = offload(named('hold'), value, { ...options, transfer: [port2] });
    // Whether it is awaited at once or later is the test's business.
    this.answer.catch(() => {});
    this.answer.finally(() => port1.close()).catch(() => {});
  }

  letGo(): void {
    this.#port.postMessage('go');
  }
}

function hold(reactor: Reactor, value: unknown, options = {}): Held {
  return new Held((task, input, given) => reactor.offload(task, input, given), value, options);
}

const standing = ({ meters: { gauges } }: Reactor) => [gauges.offloadsRunning, gauges.offloadsQueued];

function tally({ counters }: Reactor): number[] {
  const { offloaded, offloadsCompleted, offloadsFailed, offloadsTimedOut, offloadsCancelled, offloadsRefused } = counters;
  return [offloaded, offloadsCompleted, offloadsFailed, offloadsTimedOut, offloadsCancelled, offloadsRefused];
}

/** A pool whose tasks are answered when the test says so, all that run at once. */
function openAnsweredPool(threads: { answer: () => void }) {
  const running: ((outcome: Outcome) => void)[] = [];
  threads.answer = () => {
    for (const answer of running.splice(0)) answer({ result: serialize('answer') });
  };
  return async () => ({ run: () => new Promise<Outcome>((resolve) => running.push(resolve)), close: async () => {} });
}

for (const loop of LOOPS) {
  t.test(`a task is given a copy of its input as it was at the call, and its result comes back (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop, offloadThreads: 1 });
    const memory = Buffer.alloc(100_000, 'before');
    const input = { text: 'a', when: new Date(5), bytes: memory.subarray(6, 9) };
    const answer = reactor.offload(same, input);
    input.text = 'changed';
    memory.fill('x');
    t.strictSame(await answer, { text: 'a', when: new Date(5), bytes: Buffer.from('bef') });
    const [length, extent] = await reactor.offload(named<typeof input, [number, number]>('extent'), input);
    t.equal(length, 3);
    t.ok(extent < 1000, 'of a view only what it shows is copied');
    const moved = new Uint8Array([7, 8]).buffer;
    t.equal(await reactor.offload(named('firstByte'), undefined, { transfer: [moved] }), 7);
    t.equal(moved.byteLength, 0, 'what is transferred is gone here');
    t.equal(await reactor.offload(same, undefined), undefined);
    t.same(tally(reactor), [4, 4, 0, 0, 0, 0]);
    t.same(standing(reactor), [0, 0]);
  });

  t.test(`what a task throws reaches the caller as it is, and what is wrong with a task is said (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop, offloadThreads: 1 });
    const run = (name: string, input?: unknown) => reactor.offload(named(name), input);
    await t.rejects(run('readText', '/nowhere/at/all'), { name: 'Error', code: 'ENOENT', syscall: 'open', message: /no such file/, stack: /readText/ });
    await t.rejects(run('refuse'), { name: 'Refusal', message: 'no coffee', status: 418, cause: { message: 'a teapot' }, stack: /offload\/tasks/ });
    t.equal(await run('throwWords').catch((thrown: unknown) => thrown), 'words');
    await t.rejects(run('throwFunction'), { message: /thrown was \[Function/ });
    await t.rejects(run('throwRevoked'), { code: undefined, message: /what was thrown cannot be told: .*revoked/ });
    await t.rejects(run('makeFunction'), { code: 'EL_DATA_INVALID', message: /task "makeFunction" of file:.*could not be cloned/ });
    await t.rejects(run('default', () => {}), { code: 'EL_DATA_INVALID', message: /its input cannot go to another thread.*transfer/ });
    await t.rejects(run('missing'), { code: 'EL_TASK_INVALID', message: /exports no function of this name, but nothing/ });
    await t.rejects(run('notAFunction'), { code: 'EL_TASK_INVALID', message: /but number/ });
    await t.rejects(reactor.offload(defineTask('/no/such/module.js'), 1), { code: 'EL_TASK_INVALID', message: /Cannot find module/, cause: { code: 'ERR_MODULE_NOT_FOUND' } });
    const thread = await run('thread');
    t.equal(await run('thread'), thread, 'none of this has cost the thread');
    t.same(tally(reactor), [11, 2, 9, 0, 0, 0]);
  });

  t.test(`tasks wait in line for a thread, so many and no more (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop, offloadThreads: 1, offloadQueue: 2 });
    const order: unknown[] = [];
    const first = hold(reactor, 'first');
    const waiting = ['second', 'third'].map((value) => reactor.offload(same, value).then((answer) => order.push(answer)));
    t.same(standing(reactor), [1, 2]);
    await t.rejects(reactor.offload(same, 'fourth'), { code: 'EL_QUEUE_FULL', message: /1 offloaded tasks are running and 2 wait.*offloadThreads.*offloadQueue/ });
    await until(() => first.begun, 'the first task');
    first.letGo();
    t.equal(await first.answer, 'first');
    await Promise.all(waiting);
    t.same(order, ['second', 'third']);
    t.equal(await reactor.offload(same, 'fourth'), 'fourth');
    t.same(tally(reactor), [4, 4, 0, 0, 0, 1]);
  });

  t.test(`a task is called off by its signal and by its deadline, in the queue or at work, and the next ones go on (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop, offloadThreads: 1 });
    const [queued, running] = [new AbortController(), new AbortController()];
    const held = hold(reactor, 'never', { signal: running.signal });
    const behind = reactor.offload(same, 'never', { signal: queued.signal });
    const late = reactor.offload(same, 'never', { timeoutMs: 1 });
    const next = reactor.offload(same, 'next');
    queued.abort(new Error('not wanted'));
    await t.rejects(behind, { message: 'not wanted' });
    await t.rejects(late, { code: 'EL_OFFLOAD_TIMEOUT', message: /no answer after 1 ms, its time in the queue included/ });
    t.same(standing(reactor), [1, 1]);
    await until(() => held.begun, 'the task to be at work');
    running.abort(new Error('enough'));
    await t.rejects(held.answer, { message: 'enough' });
    t.equal(await next, 'next', 'a new thread has taken the one that waited');
    await t.rejects(reactor.offload(named('spin'), 0, { timeoutMs: 50 }), { code: 'EL_OFFLOAD_TIMEOUT' });
    await t.rejects(reactor.offload(same, 'never', { signal: running.signal }), { message: 'enough' });
    t.equal(await reactor.offload(same, 'last'), 'last');
    t.same(tally(reactor), [6, 2, 0, 2, 2, 0]);
  });

  t.test(`a thread that dies fails its own task and no other (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop, offloadThreads: 2 });
    const held = hold(reactor, 'held');
    await until(() => held.begun, 'a task beside');
    const [exit, next] = [reactor.offload(named('exit'), 0), reactor.offload(same, 'next')];
    await t.rejects(exit, { code: 'EL_OFFLOAD_FAILED', message: /task "exit" of .*its thread is gone.*exited with code: 3/ });
    t.equal(await next, 'next', 'a new thread has taken the one that waited');
    await t.rejects(reactor.offload(named('crash'), 0), { code: 'EL_OFFLOAD_FAILED', cause: { message: 'nobody awaits this' } });
    const { port1, port2 } = new MessageChannel();
    await reactor.offload(named('crashLater'), undefined, { transfer: [port2] });
    port1.postMessage('now');
    await once(port1, 'close');
    // The port of a thread that ends closes when its error is on its way already.
    await quiet(3);
    t.equal(await reactor.offload(same, 'last'), 'last', 'a thread may die when it has nothing to do');
    held.letGo();
    t.equal(await held.answer, 'held');
    t.same(tally(reactor), [6, 4, 2, 0, 0, 0]);
  });

  t.test(`close ends tasks and threads, and gives everything back (${loop})`, async (t) => {
    const before = descriptors();
    const reactor = openReactor(t, { loop, offloadThreads: 2 });
    // One in each thread, of which one never returns: a thread that is ended while it loads its modules leaves their files open, as Node has it.
    const warm = [hold(reactor, 'warm'), hold(reactor, 'warm')];
    await until(() => warm.every(({ begun }) => begun), 'both threads');
    for (const one of warm) one.letGo();
    await Promise.all(warm.map(({ answer }) => answer));
    const held = hold(reactor, 'never');
    const answers = [held.answer, reactor.offload(named('spin'), 0), reactor.offload(same, 'never')];
    const outcomes = Promise.allSettled(answers);
    await until(() => held.begun, 'a task at work');
    await reactor.close();
    for (const outcome of await outcomes) t.match(outcome, { status: 'rejected', reason: { code: 'EL_REACTOR_CLOSED' } });
    await t.rejects(reactor.offload(same, 'late'), { code: 'EL_REACTOR_CLOSED' });
    await until(() => descriptors() <= before, 'the descriptors of the threads');
    t.same(tally(reactor), [5, 2, 0, 0, 3, 0]);
  });

  t.test(`a shutdown waits for a handler that waits for its task (${loop})`, async (t) => {
    let held: Held | undefined;
    const { reactor, port } = await serve(t, {
      async onData(connection: Connection) {
        held = hold(reactor, 'answer');
        connection.write(String(await held.answer));
      },
    }, { loop, offloadThreads: 1 });
    const client = await dial(t, port);
    client.socket.write('ask');
    await until(() => held?.begun === true, 'the task');
    const closed = reactor.close({ deadlineMs: 10_000 });
    held?.letGo();
    await until(() => client.ended, 'the end of the reply');
    t.equal(client.text, 'answer');
    client.socket.end();
    t.match(await closed, { finished: 1, forced: 0, leftOpen: [] });
  });

  t.test(`answers that come together are delivered within a turn's budget (${loop})`, async (t) => {
    const count = 3 * MESSAGE_BUDGET_CALLS;
    const pool = { answer: () => {} };
    const reactor = openReactor(t, { loop, offloadThreads: count, openTaskPool: openAnsweredPool(pool) });
    const perTurn = new Map<number, number>();
    const note = () => perTurn.set(reactor.counters.turns, (perTurn.get(reactor.counters.turns) ?? 0) + 1);
    const answers = Array.from({ length: count }, () => reactor.offload(same, 0).then(note));
    await until(() => standing(reactor)[0] === count, 'all to run');
    await reactor.delay(1);
    pool.answer();
    await Promise.all(answers);
    t.ok(Math.max(...perTurn.values()) <= MESSAGE_BUDGET_CALLS, `${[...perTurn.values()]} in the turns`);
  });
}

t.test('an answer wakes a dedicated loop, however long it would wait', async (t) => {
  let patient = false;
  const epollWait: Setting['kernel'] = {
    epollWait: (epoll, triples, capacity, timeoutMs) => native.epollWait(epoll, triples, capacity, patient && timeoutMs > 0 ? 20_000 : timeoutMs),
  };
  const reactor = openReactor(t, { loop: 'dedicated', offloadThreads: 1, kernel: epollWait });
  reactor.setInterval(() => {}, 60_000);
  await reactor.offload(same, 'starts the thread');
  await reactor.delay(5);
  patient = true;
  const began = reactor.counters.wakeUps;
  t.equal(await reactor.offload(same, 'answer'), 'answer');
  patient = false;
  t.ok(reactor.counters.wakeUps > began);
  t.equal(reactor.counters.timersExpired, 1, 'it was not a timer that has ended the wait');
});

t.test('with the one-shot trigger a connection is armed again when the answer is written, and no handler runs before', async (t) => {
  const armings: number[] = [];
  const descriptors: number[] = [];
  const armed = (index: number) => armings.filter((fd) => fd === descriptors[index]).length;
  const held: Held[] = [];
  const { reactor, port } = await serve(t, {
    onOpen: (connection: Connection) => void descriptors.push(descriptorOf(connection)),
    async onData(connection: Connection, chunk: Buffer) {
      const task = hold(reactor, chunk);
      held.push(task);
      connection.write((await task.answer) as Buffer);
    },
  }, { offloadThreads: 2, listen: { trigger: 'oneshot' }, kernel: { epollModify: (epoll, fd, ...how) => (armings.push(fd), native.epollModify(epoll, fd, ...how)) } });
  const client = await dial(t, port);
  client.socket.write('one ');
  await until(() => held[0]?.begun === true, 'the first task');
  client.socket.write('two');
  // Another connection is served meanwhile, by which time the bytes of this one have come.
  const other = await dial(t, port);
  other.socket.write('other');
  await until(() => held[1]?.begun === true, 'the task of another connection');
  t.equal(held.length, 2);
  t.same([armed(0), armed(1)], [0, 0], 'neither is armed while its handler waits');
  held[1]?.letGo();
  await until(() => other.text === 'other', 'the answer to the other one');
  t.same([armed(0), armed(1)], [0, 1]);
  held[0]?.letGo();
  await until(() => held[2]?.begun === true, 'the second chunk');
  t.same([armed(0), armed(1)], [1, 1], 'armed once, when the answer was written');
  held[2]?.letGo();
  await until(() => client.text === 'one two', 'both answers');
});

for (const trigger of TRIGGERS) {
  t.test(`a task is called off when the connection it is for ends, by the peer or by ourselves (${trigger})`, async (t) => {
    const log = memoryLog();
    let held: Held | undefined;
    let accepted: Connection | undefined;
    const reasons: unknown[] = [];
    const { reactor, port } = await serve(t, {
      async onData(connection: Connection) {
        accepted = connection;
        held = hold(reactor, 'never', { signal: connection.signal });
        await held.answer;
      },
      onClose: ({ signal }: Connection) => reasons.push((signal.reason as { code: string }).code),
    }, { log, offloadThreads: 1, listen: { trigger } });
    for (const end of [(client: { reset(): void }) => client.reset(), () => accepted?.destroy()]) {
      held = undefined;
      const client = await dial(t, port);
      client.socket.write('ask');
      await until(() => held?.begun === true, 'the task');
      end(client);
      await t.rejects((held as unknown as Held).answer);
    }
    await until(() => reactor.connectionCount === 0, 'the end of both');
    t.same(reasons, ['ECONNRESET', 'EL_CONNECTION_CLOSED']);
    t.same(tally(reactor), [2, 0, 0, 0, 2, 0]);
    t.equal(reactor.counters.handlerFailures, 0, 'no handler is blamed for that');
    t.notOk(log.lines.some(({ event }) => event === 'handler.failed'));
  });
}

t.test('a connection that has no handler at work, and one that is closed already, tell of their end too', async (t) => {
  let accepted: Connection | undefined;
  const { reactor, port } = await serve(t, { onOpen: (connection: Connection) => void (accepted = connection) });
  await dial(t, port);
  await until(() => accepted !== undefined, 'the connection');
  const { signal } = accepted as Connection;
  t.notOk(signal.aborted);
  t.equal((accepted as Connection).signal, signal);
  (accepted as unknown as Connection).destroy(new Error('a reason'));
  await until(() => signal.aborted, 'the signal');
  t.match(signal.reason, { message: 'a reason' });
  accepted = undefined;
  await dial(t, port);
  await until(() => accepted !== undefined, 'another connection');
  (accepted as unknown as Connection).destroy();
  t.match((accepted as unknown as Connection).signal, { aborted: true, reason: { code: 'EL_CONNECTION_CLOSED' } });
  t.equal(reactor.counters.offloaded, 0);
});

t.test('piscina is loaded at the first task, and threads without one do not keep a process alive', async (t) => {
  const child = start(t, `
    import { defineTask } from ${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)};
    import { createRequire } from 'node:module';
    const loaded = () => Object.keys(createRequire('/').cache).some((path) => path.includes('piscina'));
    const reactor = createReactor({ loop: process.env.LOOP });
    console.log(loaded());
    console.log(await reactor.offload(defineTask(${JSON.stringify(TASKS.href)}), 'answer'), loaded());
  `);
  t.same(await child.finished, { code: 0, signal: null });
  t.equal(child.stdout, 'false\nanswer true\n');
});

t.test('what is no task, and options that are wrong, are refused', async (t: Test) => {
  const reactor = openReactor(t);
  for (const module of ['./relative.js', 'https://example.org/task.js', 7, null]) {
    t.throws(() => defineTask(module as string), { code: 'EL_OPTION_INVALID', message: /defineTask: the module must be an absolute path/ });
  }
  t.equal(defineTask('/a b.js').module, 'file:///a%20b.js');
  await t.rejects(reactor.offload((() => {}) as never, 1), { code: 'EL_OPTION_INVALID', message: /defineTask is needed.*Function/ });
  await t.rejects(reactor.offload(same, 1, { timeoutMs: -1 }), { code: 'EL_OPTION_INVALID', message: /offload: "timeoutMs"/ });
  await t.rejects(reactor.offload(same, 1, { transfer: [1 as never] }), { code: 'EL_OPTION_INVALID', message: /transfer/ });
  await t.rejects(reactor.offload(same, 1, { transfer: [{} as never] }), { code: 'EL_DATA_INVALID' });
  t.same(tally(reactor), [0, 0, 0, 0, 0, 0]);
});
