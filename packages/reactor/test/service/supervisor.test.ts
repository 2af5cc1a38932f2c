import t, { type Test } from 'tap';
import { EAGAIN } from '../../src/kernel/abi.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { STATUS_BYTES } from '../../src/limits.js';
import type { Reactor } from '../../src/reactor.js';
import { Supervisor } from '../../src/service/index.js';
import { start } from '../support/child.js';
import { NotifyReceiver, notifyPath } from '../support/notify-receiver.js';
import { LOOPS, descriptors, memoryLog, openReactor, until } from '../support/setting.js';

const SERVICE = new URL('../../src/service/index.js', import.meta.url).href;
const READY = { READY: '1', MAINPID: String(process.pid) };
const EXTENSION = { EXTEND_TIMEOUT_USEC: '30000000' };
const native = nativeKernel();

function supervised(t: Test, { env = {}, reactor = openReactor(t), kernel = native }: { env?: NodeJS.ProcessEnv; reactor?: Reactor; kernel?: Kernel } = {}) {
  const receiver = new NotifyReceiver(t);
  const { lines, ...log } = memoryLog();
  const supervisor = Supervisor.fromEnvironment(reactor, { NOTIFY_SOCKET: receiver.path, ...env }, { log, kernel });
  return { receiver, lines, supervisor, reactor };
}

/** A reactor whose intervals beat when the test says. */
function beating(t: Test) {
  const beats = new Map<number, () => void>();
  const reactor = openReactor(t);
  const setInterval = reactor.setInterval.bind(reactor);
  reactor.setInterval = (callback, periodMs) => {
    beats.set(periodMs, callback);
    return setInterval(() => {}, periodMs);
  };
  return { reactor, beat: (periodMs: number) => (beats.get(periodMs) as () => void)() };
}

t.test('the life of a service is told step by step', async (t) => {
  const { receiver, supervisor } = supervised(t);
  t.equal(supervisor.present, true);
  supervisor.ready('serving 127.0.0.1:7000, 0 connections');
  supervisor.status('serving 127.0.0.1:7000, 12 connections');
  supervisor.status('serving 127.0.0.1:7000, 12 connections');
  supervisor.reloading();
  supervisor.ready();
  supervisor.stopping();
  t.same(receiver.takeAll().map(({ MONOTONIC_USEC: _varies, ...rest }) => rest), [
    { ...READY, STATUS: 'serving 127.0.0.1:7000, 0 connections' },
    { STATUS: 'serving 127.0.0.1:7000, 12 connections' },
    { RELOADING: '1', STATUS: 'loading the configuration' },
    { ...READY, STATUS: 'serving 127.0.0.1:7000, 12 connections' },
    { STOPPING: '1', ...EXTENSION, STATUS: 'stopping' },
  ], 'a status that has not changed is not told again');
});

t.test('the process that another one has taken over from names that one, and says nothing any more', async (t) => {
  const before = descriptors();
  const { receiver, supervisor, reactor } = supervised(t);
  supervisor.ready('serving');
  receiver.takeAll();
  supervisor.handOver(4711);
  supervisor.status('draining');
  supervisor.stopping();
  t.same(receiver.takeAll(), [{ MAINPID: '4711' }]);
  t.equal(supervisor.present, false);
  receiver.close();
  await reactor.close();
  await until(() => descriptors() === before, 'all descriptors to be given back');
});

t.test('a service that ends is not said to be ready again, though its configuration is loaded anew', async (t) => {
  const { receiver, supervisor } = supervised(t);
  supervisor.stopping();
  supervisor.reloading();
  supervisor.ready('serving');
  t.same(receiver.takeAll(), [{ STOPPING: '1', ...EXTENSION, STATUS: 'stopping' }]);
});

t.test('the time of a reload is that of the monotonic clock in microseconds, as Type=notify-reload compares it', async (t) => {
  const { receiver, supervisor } = supervised(t);
  const before = process.hrtime.bigint() / 1000n;
  supervisor.reloading();
  const told = BigInt(receiver.take()?.['MONOTONIC_USEC'] ?? 0);
  t.ok(before <= told && told <= process.hrtime.bigint() / 1000n);
});

t.test('a status that is a function is asked again now and then, and told if it has changed', async (t) => {
  const { reactor, beat } = beating(t);
  const { receiver, supervisor } = supervised(t, { reactor });
  let connections = 1;
  supervisor.ready(() => `${connections} connections`);
  beat(10_000);
  connections = 2;
  beat(10_000);
  t.same(receiver.takeAll(), [{ ...READY, STATUS: '1 connections' }, { STATUS: '2 connections' }]);
  supervisor.stopping(() => `${connections} left`);
  connections = 0;
  beat(10_000);
  beat(10_000);
  t.same(receiver.takeAll(), [{ STOPPING: '1', ...EXTENSION, STATUS: '2 left' }, { ...EXTENSION, STATUS: '0 left' }, EXTENSION], 'a drain asks for more time');
});

t.test('a status text stays one line and short, so that it cannot assign anything', async (t) => {
  const { receiver, supervisor } = supervised(t);
  supervisor.status('one\nMAINPID=1\r\n\0two');
  t.same(receiver.take(), { STATUS: 'one MAINPID=1 two' });
  supervisor.status('ü'.repeat(STATUS_BYTES) + '\nREADY=1');
  t.same(receiver.take(), { STATUS: 'ü'.repeat(STATUS_BYTES / 2) }, 'cut between characters');
  supervisor.status(`a${'€'.repeat(STATUS_BYTES)}`);
  t.match(receiver.take()?.['STATUS'], /^a€+$/);
});

t.test('without NOTIFY_SOCKET nothing is opened, said or logged', async (t) => {
  const { lines, ...log } = memoryLog();
  const reactor = openReactor(t);
  const before = descriptors();
  for (const env of [{}, { NOTIFY_SOCKET: '' }, { WATCHDOG_USEC: '1000' }]) {
    const supervisor = Supervisor.fromEnvironment(reactor, env, { log });
    t.equal(supervisor.present, false);
    supervisor.ready(() => String(t.fail('nobody wants to know')));
    supervisor.close();
  }
  t.equal(descriptors(), before);
  t.same(lines, []);
});

t.test('the variables are taken out of the environment for children, unless they are to inherit them', async (t) => {
  const reactor = openReactor(t);
  const { lines: _lines, ...log } = memoryLog();
  const variables = { NOTIFY_SOCKET: '/nowhere', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' };
  const env: NodeJS.ProcessEnv = { ...variables, OTHER: 'stays' };
  Supervisor.fromEnvironment(reactor, env, { log, keepEnvironment: true });
  t.same(env, { ...variables, OTHER: 'stays' });
  Supervisor.fromEnvironment(reactor, env, { log });
  t.same(env, { OTHER: 'stays' });
});

t.test('an environment that makes no sense is logged and ignored, and what of it does is used', async (t) => {
  const reactor = openReactor(t);
  const { lines, ...log } = memoryLog();
  t.equal(Supervisor.fromEnvironment(reactor, { NOTIFY_SOCKET: 'vsock:2:1234' }, { log }).present, false);
  t.match(lines, [{ level: 'warn', event: 'supervisor.ignored', message: /vsock:2:1234/ }]);
  const { receiver, supervisor, lines: others } = supervised(t, { env: { WATCHDOG_USEC: 'soon' } });
  supervisor.ready();
  t.same(receiver.take(), READY);
  t.match(others, [{ level: 'warn', event: 'supervisor.ignored', message: /'soon'/ }]);
});

t.test('a supervisor that is gone is logged once, and told all that it has missed when it is back', async (t) => {
  const reactor = openReactor(t);
  const { lines, ...log } = memoryLog();
  const path = notifyPath(t);
  const supervisor = Supervisor.fromEnvironment(reactor, { NOTIFY_SOCKET: path }, { log });
  supervisor.ready('serving');
  supervisor.status('still serving');
  t.match(lines, [{ level: 'warn', event: 'supervisor.unreachable', message: /ENOENT/ }]);
  t.equal(lines.length, 1);
  const receiver = new NotifyReceiver(t, path);
  supervisor.status('serving as ever');
  t.same(receiver.takeAll(), [{ ...READY, STATUS: 'serving as ever' }]);
  receiver.close();
  supervisor.status('serving alone');
  t.match(lines[1], { event: 'supervisor.unreachable', message: /ECONNREFUSED/ }, 'and logged again when it is gone again');
});

t.test('a supervisor that has not read yet is told later, and that is no news', async (t) => {
  const { reactor, beat } = beating(t);
  let full = true;
  const kernel: Kernel = { ...native, sendDatagrams: (...args) => (full ? -EAGAIN : native.sendDatagrams(...args)) };
  const { receiver, supervisor, lines } = supervised(t, { reactor, kernel });
  supervisor.ready('serving');
  beat(10_000);
  t.same(receiver.takeAll(), []);
  full = false;
  beat(10_000);
  beat(10_000);
  t.same(receiver.takeAll(), [{ ...READY, STATUS: 'serving' }]);
  t.same(lines, []);
});

for (const loop of LOOPS) {
  t.test(`the watchdog is fed by the loop, and a blocked loop does not feed it (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const { receiver } = supervised(t, { reactor, env: { WATCHDOG_USEC: '10000', WATCHDOG_PID: String(process.pid) } });
    for (let i = 0; i < 3; i++) t.same(await receiver.next(), { WATCHDOG: '1' });
    receiver.takeAll();
    // Ten intervals, in which nothing but the loop could send.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    t.same(receiver.takeAll(), [], 'a blocked loop is silent');
    t.same(await receiver.next(), { WATCHDOG: '1' }, 'and is heard again when it goes on');
  });
}

t.test('the end of the reactor gives back the socket, and so does close; nothing is said thereafter', async (t) => {
  const before = descriptors();
  const reactor = openReactor(t);
  const { receiver, supervisor } = supervised(t, { reactor, env: { WATCHDOG_USEC: '1000' } });
  const opened = descriptors();
  supervisor.close();
  supervisor.close();
  t.equal(descriptors(), opened - 1);
  receiver.takeAll();
  supervisor.stopping();
  t.same(receiver.takeAll(), []);

  const { supervisor: other, receiver: ear } = supervised(t, { reactor });
  await reactor.close();
  await until(() => !other.present, 'the end of the supervisor');
  other.ready();
  t.same(ear.takeAll(), []);
  t.equal(descriptors(), before + 2, 'the two receivers are left');
  t.throws(() => supervised(t, { reactor }), { code: 'EL_REACTOR_CLOSED' });
  t.equal(descriptors(), before + 3);
});

for (const loop of LOOPS) {
  t.test(`a program tells of itself from its begin to SIGTERM, and its children know nothing of it (${loop})`, async (t) => {
    const receiver = new NotifyReceiver(t, `@edgeloop-test-${process.pid}-${loop}`);
    const child = start(t, `
      import { execFileSync } from 'node:child_process';
      import { closeOnSignals } from ${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)};
      import { Supervisor } from ${JSON.stringify(SERVICE)};
      const reactor = createReactor({ loop: '${loop}' });
      const quiet = () => {};
      const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
      const supervisor = Supervisor.fromEnvironment(reactor, process.env, { log });
      closeOnSignals(reactor, { onSignal: () => supervisor.stopping() });
      await reactor.use(plugin({})).listen({ port: 0 });
      supervisor.ready(String(execFileSync('env')).includes('NOTIFY_SOCKET') ? 'inherited' : 'serving');
    `, ['env', `NOTIFY_SOCKET=${receiver.path}`, 'WATCHDOG_USEC=3600000000']);
    t.same(await receiver.next(), { READY: '1', MAINPID: String(child.process.pid), STATUS: 'serving' });
    child.process.kill('SIGTERM');
    t.same(await receiver.next(), { STOPPING: '1', ...EXTENSION, STATUS: 'stopping' });
    t.same(await child.finished, { code: 0, signal: null });
    t.same(receiver.takeAll(), []);
  });
}

t.test('telling a supervisor keeps no process alive', async (t) => {
  const receiver = new NotifyReceiver(t);
  const child = start(t, `
    import { Supervisor } from ${JSON.stringify(SERVICE)};
    Supervisor.fromEnvironment(createReactor(), process.env, { log: console }).ready();
  `, ['env', `NOTIFY_SOCKET=${receiver.path}`, 'WATCHDOG_USEC=3600000000']);
  t.same(await child.finished, { code: 0, signal: null });
  t.same(receiver.takeAll(), [{ READY: '1', MAINPID: String(child.process.pid) }]);
});
