import { constants } from 'node:os';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { type Connection, definePlugin, defineTask } from '../../src/index.js';
import { EPOLLIN } from '../../src/kernel/abi.js';
import {
  AuditError, type Call, FAIR, KERNEL_CALLS, ROUGH, Random, SimKernel, Simulation, type SimulationOptions, World, intercept,
} from '../../src/testing/index.js';

const { EINTR, EPIPE } = constants.errno;

const echo = definePlugin({
  name: 'echo',
  options: z.strictObject({}),
  setup: () => ({ onData: (connection, chunk) => void connection.write(chunk) }),
});

async function serving(options: SimulationOptions = {}): Promise<Simulation> {
  const simulation = new Simulation(options);
  await simulation.reactor.use(echo).listen({ port: 7000 });
  return simulation;
}

t.test('a client is answered, and sees the end of what it has ended', async (t) => {
  const simulation = await serving();
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  peer.end();
  await simulation.settle();
  t.equal(peer.take().toString(), 'hello');
  t.ok(peer.ended);
  t.equal(peer.error, undefined);
  t.match(await simulation.close(), { idle: 0, finished: 0, failed: 0, forced: 0, leftOpen: [] });
});

t.test('an offloaded task runs in the simulation itself, with each trigger, and is called off with its connection', async (t) => {
  const tasks = new URL('../offload/tasks/tasks.js', import.meta.url);
  const plugin = definePlugin({
    name: 'offloading',
    options: z.strictObject({}),
    setup: ({ offload }) => ({
      async onData(connection, chunk) {
        const { signal } = connection;
        if (chunk.toString() === 'endless') await offload(defineTask<undefined, never>(tasks, 'never'), undefined, { signal });
        connection.write(await offload(defineTask<Buffer, Buffer>(tasks), chunk, { signal }));
      },
    }),
  });
  for (const trigger of ['edge', 'level', 'oneshot'] as const) {
    const simulation = new Simulation({ reactor: { offloadThreads: 2 } });
    const { reactor } = simulation;
    await reactor.use(plugin).listen({ port: 7000, trigger });
    const [answered, leaving] = [simulation.connect({ port: 7000 }), simulation.connect({ port: 7000 })];
    leaving.send('endless');
    for (const [index, text] of ['one', 'two'].entries()) {
      answered.send(text);
      await simulation.until(() => reactor.counters.offloadsCompleted > index);
      await simulation.settle();
      t.equal(answered.take().toString(), text);
    }
    leaving.reset();
    await simulation.until(() => reactor.counters.offloadsCancelled === 1);
    answered.end();
    await simulation.settle();
    t.match(await simulation.close(), { leftOpen: [] });
    t.equal(reactor.counters.handlerFailures, 0);
  }
});

t.test('it serves IPv6, and refuses whom nobody listens for', async (t) => {
  const simulation = new Simulation();
  await simulation.reactor.use(echo).listen({ port: 7000, host: '::1' });
  const [six, four] = [simulation.connect({ port: 7000, host: '::1' }), simulation.connect({ port: 7000 })];
  six.send('six');
  await simulation.settle();
  t.equal(six.take().toString(), 'six');
  t.equal(four.error, 'ECONNREFUSED');
  await simulation.close();
});

t.test('a reset is an error on the other side, both ways', async (t) => {
  const connections: Connection[] = [];
  const reasons: unknown[] = [];
  const plugin = definePlugin({
    name: 'watched',
    options: z.strictObject({}),
    setup: () => ({ onOpen: (connection) => void connections.push(connection), onClose: (_, reason) => void reasons.push(reason) }),
  });
  const simulation = new Simulation();
  await simulation.reactor.use(plugin).listen({ port: 7000 });
  const [first, second] = [simulation.connect({ port: 7000 }), simulation.connect({ port: 7000 })];
  await simulation.settle();
  first.reset();
  second.send('unread bytes make a close a reset');
  for (const connection of connections) if (connection.remotePort !== 0) connection.pause();
  await simulation.settle();
  t.match(reasons, [{ code: 'ECONNRESET' }]);
  connections.at(-1)?.destroy();
  await simulation.settle();
  t.equal(second.error, 'ECONNRESET');
  await simulation.close();
});

t.test('a client for whom no port is left is not connected, as on a machine', async (t) => {
  const simulation = new Simulation();
  const connectAll = () => {
    for (let peers = 0; peers <= 30_000; peers++) simulation.connect({ port: 7000 });
  };
  t.throws(connectAll, { code: 'EADDRNOTAVAIL', syscall: 'connect' });
});

t.test('a peer that does not read fills the buffers, and no more', async (t) => {
  const simulation = await serving({ conditions: { sendBufferBytes: 1000, receiveBufferBytes: 1000 } });
  const peer = simulation.connect({ port: 7000 });
  peer.pause();
  const bytes = new Random(1).bytes(200_000);
  peer.send(bytes);
  await simulation.settle();
  const [connection] = simulation.reactor.connections();
  t.ok(peer.unsent > 0 && (connection?.bytesQueued ?? 0) > 0, 'it waits everywhere on the way');
  peer.resume();
  await simulation.settle();
  t.ok(peer.take().equals(bytes));
  await simulation.close();
});

t.test('time passes only when it is told to, and then at once', async (t) => {
  const simulation = new Simulation();
  const calls: number[] = [];
  const begin = simulation.kernel.now();
  const timer = simulation.reactor.setInterval(() => calls.push(Math.floor(simulation.kernel.now() - begin)), 60_000);
  await simulation.settle();
  t.same(calls, []);
  await simulation.advance(3_600_001);
  t.equal(calls.length, 60);
  t.ok(calls.every((ms, index) => ms >= (index + 1) * 60_000), 'never early');
  timer.cancel();
  await simulation.close();
});

t.test('the reactor dials servers of the world', async (t) => {
  const simulation = new Simulation();
  const listener = simulation.listen({ port: 9000 }, { onData: (peer, chunk) => peer.send(`<${chunk.toString()}>`), onEnd: (peer) => peer.end() });
  const received: string[] = [];
  const dialled = simulation.reactor.connect({ host: '127.0.0.1', port: 9000 }, { onData: (_, chunk) => void received.push(chunk.toString()) });
  await simulation.settle();
  (await dialled).end('question');
  await simulation.settle();
  t.same(received, ['<question>']);
  t.equal(listener.peers.length, 1);
  listener.close();
  const refused = simulation.reactor.connect({ host: '127.0.0.1', port: 9000 }, {});
  refused.catch(() => {});
  await simulation.settle();
  await t.rejects(refused, { code: 'ECONNREFUSED' });
  await simulation.close();
});

t.test('a dedicated loop sleeps in the simulated epoll_wait', async (t) => {
  const simulation = await serving({ reactor: { loop: 'dedicated' }, conditions: ROUGH });
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  await simulation.until(() => peer.bytesReceived === 5);
  peer.end();
  await simulation.advance(1000);
  t.ok(peer.ended);
  await simulation.close({ deadlineMs: 1000 });
});

/** Every call with its arguments and its result, and the time: what happened, to the last event. */
async function history(seed: number): Promise<string> {
  const lines: string[] = [];
  const simulation: Simulation = await serving({
    seed,
    conditions: { ...ROUGH, resets: 0.01 },
    intercept: (kernel) => intercept(kernel, { after: (call, args, result) => void lines.push(`${kernel.now()} ${call} ${args.filter(Number.isInteger).join()} ${result}`) }),
  });
  const random = new Random(seed);
  const peers = Array.from({ length: 10 }, () => simulation.connect({ port: 7000 }));
  for (const peer of peers) {
    peer.send(random.bytes(random.below(5000)));
    peer.end();
  }
  await simulation.until(() => peers.every(({ over }) => over));
  for (const peer of peers) peer.close();
  await simulation.close();
  return lines.join('\n');
}

t.test('the same seed is the same run, another seed another one', async (t) => {
  const [first, again, other] = [await history(1), await history(1), await history(2)];
  t.equal(first, again);
  t.not(first, other);
});

t.test('a wait is interrupted where it would sleep, and neither when it has something to tell nor when it must not wait', async (t) => {
  const kernel = new SimKernel(new World(1, { interruptions: 1 }));
  const [epoll, event, triples] = [kernel.epollCreate(), kernel.eventfdCreate(), new Uint32Array(3)];
  kernel.epollAdd(epoll, event, EPOLLIN, 0, 0);
  t.equal(kernel.epollWait(epoll, triples, 1, 10), -EINTR);
  t.equal(kernel.epollWait(epoll, triples, 1, 0), 0);
  kernel.eventfdSignal(event);
  t.equal(kernel.epollWait(epoll, triples, 1, 10), 1);
});

t.test('an interceptor hears of each call, and answers in the place of the kernel', async (t) => {
  const heard = new Set<Call>();
  const simulation = await serving({
    intercept: (kernel) => intercept(kernel, { before: (call) => (call === 'send' ? -EPIPE : undefined), after: (call) => void heard.add(call) }),
  });
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  await simulation.settle();
  t.equal(simulation.reactor.counters.resets, 1);
  for (const call of ['socket', 'bind', 'listen', 'accept', 'recv', 'send', 'epollWait'] as const) t.ok(heard.has(call), call);
  t.ok(KERNEL_CALLS.length > heard.size);
  await simulation.close();
});

t.test('waiting for what will never be is an error, and not for ever', async (t) => {
  const simulation = new Simulation();
  await t.rejects(simulation.until(() => false), /not come about: nothing more is planned/);
  await t.rejects(simulation.until(() => false, Number.POSITIVE_INFINITY), /not come about/);
  await simulation.close();
});

t.test('the audit finds', async (t) => {
  const found = async (t: Test, damage: (simulation: Simulation, fd: number) => void, complaint: RegExp) => {
    const simulation = await serving();
    const watched = simulation.connect({ port: 7000 });
    await simulation.settle();
    const fd = Math.max(...[...simulation.kernel.descriptors.entries()].map(([number]) => number));
    damage(simulation, fd);
    watched.send('hello');
    const other = simulation.connect({ port: 7000 });
    other.send('hello');
    const error: unknown = await simulation.settle().catch((reason: unknown) => reason);
    t.type(error, AuditError);
    t.match(error, { message: complaint });
  };
  await t.test('a descriptor that was closed behind its owner', (t) => found(t, ({ kernel }, fd) => void kernel.close(fd), /two channels own descriptor \d+/));
  await t.test('bytes of which nobody is told', (t) => found(t, ({ kernel }, fd) => void kernel.epollRemove(3, fd), /5 bytes wait/));
  await t.test('a registration that is nobody\'s', (t) => found(t, ({ kernel }) => void kernel.epollAdd(3, kernel.eventfdCreate(), 1, 99, 7), /slot 99, generation 7, which nobody has/));
  await t.test('a descriptor that is left open', async (t) => {
    const simulation = await serving({ conditions: FAIR });
    simulation.kernel.eventfdCreate();
    await t.rejects(simulation.close(), /left descriptors open: \d+ \(EventFile\)/);
  });
});

t.test('a deadline ends a shutdown also when nothing else would ever happen', async (t) => {
  const simulation = await serving({ conditions: { sendBufferBytes: 1000, receiveBufferBytes: 1000 } });
  const peer = simulation.connect({ port: 7000 });
  peer.pause();
  peer.send(Buffer.alloc(10_000));
  await simulation.settle();
  t.match(await simulation.close({ deadlineMs: 300 }), { forced: 1 });
});

t.test('time passes as far as it was told, and no further for a request that is lost', async (t) => {
  const simulation = new Simulation({ conditions: { lostConnects: 1 } });
  const outcomes: unknown[] = [];
  const dialled = simulation.reactor.connect({ host: '127.0.0.1', port: 9000, connectTimeoutMs: 500 }, {});
  dialled.catch(({ code }: { code: string }) => outcomes.push(code));
  await simulation.advance(400);
  t.same(outcomes, []);
  await simulation.advance(200);
  t.same(outcomes, ['EL_CONNECT_TIMEOUT']);
  await simulation.close();
});

t.test('a peer whose requests are all lost gives up, as one of Linux does', async (t) => {
  const simulation = new Simulation({ conditions: { lostConnects: 1 } });
  const begin = simulation.kernel.now();
  const peer = simulation.connect({ port: 7000 });
  await simulation.settle();
  t.equal(peer.error, 'ETIMEDOUT');
  t.equal(Math.round((simulation.kernel.now() - begin) / 1000), 127, 'tcp_syn_retries of tcp(7)');
  await simulation.close();
});

t.test('what is no time and no address is refused at once', async (t) => {
  const simulation = new Simulation();
  for (const ms of [Number.NaN, -1, Number.POSITIVE_INFINITY]) await t.rejects(simulation.advance(ms), { code: 'EL_OPTION_INVALID' });
  await t.rejects(simulation.until(() => false, Number.NaN), { code: 'EL_OPTION_INVALID' });
  for (const address of [{ port: 7000, host: 'localhost' }, { port: 65_536 }, { port: -1 }]) {
    t.throws(() => simulation.connect(address), { code: 'EL_ADDRESS_INVALID' });
    t.throws(() => simulation.listen(address), { code: 'EL_ADDRESS_INVALID' });
  }
  await simulation.close();
});

t.test('who waits in vain is told why: nothing is planned, or handlers wait for what is not of this world', async (t) => {
  const foreign = definePlugin({
    name: 'foreign',
    options: z.strictObject({}),
    setup: () => ({ onData: () => new Promise<void>(() => {}) }),
  });
  const simulation = new Simulation();
  await t.rejects(simulation.until(() => false), /nothing more is planned/);
  simulation.reactor.setInterval(() => {}, 1000).unref();
  await t.rejects(simulation.until(() => false, 5000), /not within 5000 ms/);
  await simulation.reactor.use(foreign).listen({ port: 7000 });
  simulation.connect({ port: 7000 }).send('x');
  await t.rejects(simulation.until(() => false, 5000), /promises that handlers wait for: 1, .*reactor\.delay/);
  await simulation.close();
});

t.test('a peer sends what waits in order, however small the pieces are', async (t) => {
  const simulation = await serving({ conditions: { sendBufferBytes: 100, receiveBufferBytes: 100 } });
  const peer = simulation.connect({ port: 7000 });
  const pieces = Array.from({ length: 2000 }, (_, index) => `${index},`);
  for (const piece of pieces) peer.send(piece);
  t.equal(peer.unsent, pieces.join('').length);
  await simulation.settle();
  t.equal(peer.unsent, 0);
  t.equal(peer.take().toString(), pieces.join(''));
  await simulation.close();
});
