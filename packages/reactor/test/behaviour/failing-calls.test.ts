/** Whichever call of the kernel fails, and whenever: the reactor lives, leaks nothing, says so with a code, and serves everybody else. */
import t from 'tap';
import { z } from 'zod';
import { type Hooks, adviseHugePages, definePlugin, lockFile } from '../../src/index.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { Outbox } from '../../src/loop/outbox.js';
import { CALL_ERRORS, type Call, type Errno, KERNEL_CALLS, Simulation, type SimulationOptions, failure, intercept } from '../../src/testing/index.js';
import { type Fault, faultsIn, rowsIn } from '../support/failing-calls/fault.js';
import { guarded, play } from '../support/failing-calls/play.js';
import { SCENARIOS } from '../support/failing-calls/scenarios.js';

/** How many calls of a kind fail in a row, where more than one does. */
const ROW = 20;

/** What no reactor calls on the simulated kernel: it has no Unix sockets, a timerfd is never read, and memory, files and threads are no reactor's. */
const ELSEWHERE: readonly Call[] = [
  'getpeername', 'sendDescriptors', 'recvDescriptors', 'replace', 'flock', 'timerfdRead', 'setAffinity', 'getAffinity', 'setThreadName', 'adviseHugePages',
];

/** These are made often, and have so many errors that they would take most of the time. */
const MANIFOLD: readonly Call[] = ['accept', 'close'];

/** In `npm test` every second fault; `npm run test:long` plays all of them. */
const STEP = process.env['LONG_TESTS'] === 'true' ? 1 : 2;

const called = new Set<Call>();

for (const scenario of SCENARIOS) {
  t.test(`whichever call fails, once or ${ROW} times: ${scenario.name}`, async (t) => {
    const wrong: string[] = [];
    const attempt = async (fault: Fault) => {
      try {
        await play(scenario, fault);
      } catch (error) {
        wrong.push(`${fault.call} number ${fault.nth} fails ${fault.times} times with ${fault.errno}: ${(error as Error).stack}`);
      }
    };
    await guarded(async () => {
      const { counts } = await play(scenario);
      for (const call of counts.keys()) called.add(call);
      const faults = [...faultsIn(counts, scenario.thorough === true ? [] : MANIFOLD), ...rowsIn(counts, ROW)];
      for (let index = 0; index < faults.length; index += STEP) await attempt(faults[index] as Fault);
    });
    t.same(wrong, []);
  });
}

t.test('the scenarios make every call that a reactor makes on the simulated kernel', async (t) => {
  t.same(KERNEL_CALLS.filter((call) => !called.has(call)), ELSEWHERE);
});

// --- What went wrong

const echo: Hooks<undefined> = { onData: (connection, chunk) => void connection.write(chunk) };

/** A simulation whose calls fail as `errnoOf` says, which is told how often each was made before; and how often they were made so far. */
function failing(errnoOf: (call: Call, made: number) => Errno | undefined, options: SimulationOptions = {}) {
  const counts = new Map<Call, number>();
  let kernel!: Kernel;
  const before = (call: Call): number | undefined => {
    const made = counts.get(call) ?? 0;
    counts.set(call, made + 1);
    const errno = errnoOf(call, made);
    return errno === undefined ? undefined : failure(errno);
  };
  const simulation = new Simulation({ ...options, intercept: (simulated) => (kernel = intercept(simulated, { before })) });
  const serve = (hooks: Hooks<undefined>, trigger: 'edge' | 'level' | 'oneshot' = 'level') =>
    simulation.reactor.use(definePlugin({ name: 'failing', options: z.strictObject({}), setup: () => hooks })).listen({ port: 7000, trigger });
  return { simulation, kernel, serve, made: (call: Call) => counts.get(call) ?? 0 };
}

t.test('a connection that could not be armed again threw out of the turn, and the others were not served', async (t) => {
  const reasons: unknown[] = [];
  const { simulation, serve } = failing((call, made) => (call === 'epollModify' && made === 1 ? 'ENOMEM' : undefined));
  await serve({ ...echo, onClose: (_connection, reason) => void reasons.push(reason) }, 'oneshot');
  const peers = Array.from({ length: 3 }, () => simulation.connect({ port: 7000 }));
  await simulation.settle();
  for (const peer of peers) peer.send('hello');
  await simulation.settle();
  t.match(reasons, [{ code: 'ENOMEM', syscall: 'epoll_ctl' }]);
  t.equal(peers.filter((peer) => !peer.over && peer.take().equals(Buffer.from('hello'))).length, 2);
  await simulation.close();
});

t.test('a socket that could not be asked for its error threw a RangeError out of the turn', async (t) => {
  const reasons: unknown[] = [];
  const { simulation, serve } = failing((call) => (call === 'getsockopt' ? 'ENOBUFS' : undefined));
  await serve({ onClose: (_connection, reason) => void reasons.push(reason) });
  const peer = simulation.connect({ port: 7000 });
  await simulation.settle();
  peer.reset();
  await simulation.settle();
  t.match(reasons, [{ code: 'ENOBUFS', syscall: 'getsockopt' }]);
  await simulation.close();
});

t.test('a listener that could not be armed again after its rest ended the process, or was deaf for good', async (t) => {
  const { simulation, serve } = failing((call, made) => {
    if (call === 'accept' && made === 0) return 'ENOMEM';
    return call === 'epollModify' && made < 3 ? 'ENOMEM' : undefined;
  });
  await serve(echo);
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  await simulation.advance(500);
  t.equal(peer.take().toString(), 'hello');
  await simulation.close();
});

t.test('a listener that is forbidden to accept kept the loop busy', async (t) => {
  const { simulation, serve, made } = failing((call) => (call === 'accept' && simulation.world.timeline.nowMs < 2000 ? 'EPERM' : undefined));
  await serve(echo);
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  await simulation.advance(500);
  t.ok(made('epollWait') < 50, `${made('epollWait')} turns in half a second`);
  await simulation.advance(1000);
  t.equal(peer.take().toString(), 'hello');
  await simulation.close();
});

t.test('a listener took a rest for errors that accept(2) says are the connection\'s own', async (t) => {
  for (const errno of ['EHOSTDOWN', 'ENONET'] as const) {
    const { simulation, serve } = failing((call, made) => (call === 'accept' && made === 0 ? errno : undefined));
    await serve(echo);
    const peer = simulation.connect({ port: 7000 });
    peer.send('hello');
    await simulation.settle();
    t.equal(peer.take().toString(), 'hello', errno);
    t.equal(simulation.reactor.counters.acceptPauses, 0, errno);
    await simulation.close();
  }
});

t.test('a shutdown gave up the clients in the backlog of a listener that rested', async (t) => {
  const { simulation, serve } = failing((call, made) => (call === 'accept' && made === 0 ? 'ENOMEM' : undefined));
  await serve(echo);
  const peer = simulation.connect({ port: 7000 });
  peer.send('hello');
  await simulation.settle();
  t.equal(simulation.reactor.counters.acceptPauses, 1);
  await simulation.close({ deadlineMs: 1000 });
  t.equal(peer.error, undefined);
  t.equal(peer.take().toString(), 'hello');
});

t.test('a signal was not given back when the signalfd could not be changed', async (t) => {
  const { simulation } = failing((call, made) => (call === 'signalfd' && made === 2 ? 'ENOMEM' : undefined));
  const { reactor, kernel } = simulation;
  const subscription = reactor.onSignal('SIGHUP', () => {});
  reactor.onSignal('SIGUSR2', () => {});
  subscription.close();
  t.throws(() => kernel.raise(1), /nobody has claimed/);
  await simulation.close();
});

t.test('a message whose wake-up was interrupted was never received, nor was any after it', async (t) => {
  const received: string[] = [];
  const { simulation, kernel } = failing((call, made) => (call === 'eventfdSignal' && made < 3 ? 'EINTR' : undefined));
  const inbox = simulation.reactor.openInbox<string>((message) => received.push(message));
  const outbox = new Outbox<string>(kernel, inbox.address());
  outbox.post('first');
  await simulation.settle();
  outbox.post('second');
  await simulation.settle();
  t.same(received, ['first', 'second']);
  outbox.close();
  await simulation.close();
});

t.test('an inbox that could not be taken out of the epoll set would have been reported for ever through a sender\'s duplicate', async (t) => {
  const { simulation, kernel, made } = failing((call) => (call === 'epollRemove' ? 'ENOMEM' : undefined));
  const inbox = simulation.reactor.openInbox<string>(() => {});
  const outbox = new Outbox<string>(kernel, inbox.address());
  outbox.post('wakes the loop');
  inbox.close();
  t.equal(made('eventfdRead'), 1, 'nothing is left to report');
  outbox.close();
  await simulation.close();
});

t.test('a reactor could not be closed when epoll_ctl failed', async (t) => {
  const { simulation, serve } = failing((call) => (call === 'epollRemove' ? 'ENOMEM' : undefined));
  await serve(echo);
  simulation.connect({ port: 7000 });
  await simulation.settle();
  t.match(await simulation.close(), { forced: 1 });
});

t.test('advice about memory that the kernel cannot follow is an error with a code, or no advice', async (t) => {
  const native: Partial<Kernel> = nativeKernel();
  const { adviseHugePages: original } = native;
  t.teardown(() => Object.assign(native, { adviseHugePages: original }));
  for (const errno of CALL_ERRORS.adviseHugePages) {
    native.adviseHugePages = () => failure(errno);
    if (errno === 'EINVAL') t.equal(adviseHugePages(Buffer.alloc(8)), false);
    else t.throws(() => adviseHugePages(Buffer.alloc(8)), { code: errno, syscall: 'madvise' });
  }
});

t.test('a lock that somebody else has is an answer, an interruption is no end, and all else is an error', async (t) => {
  const native: Partial<Kernel> = nativeKernel();
  const { flock: original } = native;
  t.teardown(() => Object.assign(native, { flock: original }));
  for (const errno of CALL_ERRORS.flock) {
    let calls = 0;
    native.flock = () => (calls++ === 0 ? failure(errno) : 0);
    // Node has no name for this one.
    if (errno === 'ENOLCK') t.throws(() => lockFile(0), { code: /37/, syscall: 'flock' });
    else t.equal(lockFile(0), errno === 'EINTR');
  }
});
