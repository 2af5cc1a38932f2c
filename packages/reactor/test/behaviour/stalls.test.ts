/** Who keeps the loop is named. Nobody does here: the kernel's clock is put forward instead, so no test takes the time. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { type Hooks, definePlugin } from '../../src/index.js';
import { Outbox } from '../../src/loop/outbox.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { STALL_MS } from '../../src/limits.js';
import { type Client, type LogLine, type Setting, dial, memoryLog, openReactor, serve, until } from '../support/setting.js';

const SLOW_MS = 10 * STALL_MS;
const MUCH = Buffer.alloc(8 * 1024 * 1024);

/** A clock that is put forward by `block`, and a log of who has done so. */
function slowClock() {
  let aheadMs = 0;
  const log = memoryLog();
  const setting: Setting = { log, kernel: { now: () => performance.now() + aheadMs } };
  const block = (ms = SLOW_MS) => void (aheadMs += ms);
  return { setting, block, stalls: () => log.lines.filter(({ event }) => event === 'loop.stalled') as (LogLine & { hook: string })[] };
}

async function told(stalls: () => { hook: string }[], hooks: readonly string[]): Promise<void> {
  await until(() => hooks.every((hook) => stalls().some((line) => line.hook === hook)), `stalls by ${hooks.join(', ')}`);
}

t.test('each hook that keeps the loop is named, with its plugin, its connection and how long it took', async (t) => {
  const { setting, block, stalls } = slowClock();
  const hooks = {
    onOpen: () => block(),
    onData: (connection: { write(data: Buffer): boolean }) => (block(), connection.write(MUCH)),
    onDrain: () => block(),
    onHalfClose: () => block(),
    onClose: () => block(),
    onShutdown: () => block(),
  };
  const { port, reactor, plugin } = await serve(t, hooks, { ...setting, state: () => block() });
  const client = await dial(t, port);
  client.socket.write('x');
  await until(() => client.receivedBytes === MUCH.length, 'all that was written');
  const [{ id, remotePort }] = plugin.connections() as unknown as [{ id: number; remotePort: number }];
  client.socket.end();
  await told(stalls, ['state', 'onOpen', 'onData', 'onDrain', 'onHalfClose', 'onClose']);
  await reactor.close({ deadlineMs: 60_000 });
  await told(stalls, ['onShutdown']);

  for (const line of stalls()) {
    t.match(line, { level: 'warn', plugin: 'test', seconds: Number });
    t.ok((line as unknown as { seconds: number }).seconds >= SLOW_MS / 1000);
    if (line.hook === 'onShutdown') t.match(line, { connection: undefined, message: /onShutdown$/ });
    else t.match(line, { connection: id, peer: `127.0.0.1:${remotePort}`, message: `${line.hook} of connection ${id} (127.0.0.1:${remotePort})` });
  }
  t.equal(reactor.counters.stalls, stalls().length);
  t.same(reactor.meters.plugins.read().map(({ stalls: count }) => count), [stalls().length]);
  const counted = reactor.meters.stallsByHook.entries().filter(([, count]) => count > 0).map(([hook]) => hook);
  t.same(counted, ['state', 'onOpen', 'onData', 'onHalfClose', 'onDrain', 'onClose', 'onShutdown']);
});

t.test('a slow disk under the hook before output is not blamed on the message that waits for it', async (t) => {
  const { setting, block, stalls } = slowClock();
  let slow = false;
  const hooks = {
    onData: (connection: { write(data: Buffer): boolean }, chunk: Buffer) => ((slow = true), connection.write(chunk)),
    beforeOutput: () => {
      if (slow) block();
      slow = false;
    },
  };
  const { port, reactor } = await serve(t, hooks as Hooks<undefined>, setting);
  const client = await dial(t, port);
  await client.echo('hello');
  t.match(stalls(), [{ plugin: 'test', hook: 'beforeOutput', message: /beforeOutput$/ }]);
  t.equal(reactor.counters.stalls, 1);
});

t.test('timers, tasks, messages, signals and datagrams that keep the loop are named, too', async (t) => {
  const { setting, block, stalls } = slowClock();
  const reactor = openReactor(t, setting);
  reactor.setTimeout(() => block(), 3);
  reactor.post(() => block());
  const inbox = reactor.openInbox(() => block());
  const outbox = new Outbox<string>(nativeKernel(), inbox.address());
  t.teardown(() => outbox.close());
  outbox.post('hello');
  reactor.onSignal('SIGUSR2', () => block());
  process.kill(process.pid, 'SIGUSR2');
  const { address } = await reactor.openDatagram({}, () => block());
  await send(t, address.port);

  await told(stalls, ['timer', 'task', 'onMessage', 'onSignal', 'onDatagram']);
  const line = (hook: string) => stalls().find((stall) => stall.hook === hook);
  t.match(line('timer'), { level: 'warn', component: 'reactor', delayMs: 3, message: /the program has kept the loop for \d+ ms: a timer of 3 ms/ });
  t.match(line('task'), { component: 'reactor' });
  t.match(line('onMessage'), { component: 'reactor' });
  t.match(line('onSignal'), { component: 'reactor', signal: 'SIGUSR2' });
  t.match(line('onDatagram'), { component: 'reactor', port: address.port });
  t.same(reactor.meters.plugins.read(), [], 'and no plugin is accused');
});

t.test('a timer is told apart by the plugin that has made it', async (t) => {
  const { setting, block, stalls } = slowClock();
  const reactor = openReactor(t, setting);
  const ticking = definePlugin({ name: 'ticking', options: z.strictObject({}), setup: ({ timers }) => (timers.setTimeout(() => block(), 1), {}) });
  reactor.use(ticking);
  await told(stalls, ['timer']);
  t.match(stalls(), [{ plugin: 'ticking', hook: 'timer', delayMs: 1 }]);
  t.match(reactor.meters.plugins.read(), [{ name: 'ticking', stalls: 1 }]);
});

async function stallInBatch(t: Test, setting: Setting, block: () => void) {
  const onData = (_connection: unknown, chunk: Buffer) => void (chunk.toString() === 'slow' && block());
  const { port, reactor, plugin } = await serve(t, { onData }, setting);
  const clients: Client[] = [];
  for (let i = 0; i < 8; i++) clients.push(await dial(t, port));
  await until(() => reactor.connectionCount === clients.length, 'all to be accepted');
  const slow = [...plugin.connections()].find(({ remotePort }) => remotePort === clients[5]?.socket.localPort);
  /** All are sent before the loop looks. */
  const all = () => clients.forEach(({ socket }, index) => socket.write(index === 5 ? 'slow' : 'fast'));
  return { all, slow, reactor };
}

t.test('where many messages were measured as one nobody is accused, and the next stall is named', async (t) => {
  const { setting, block, stalls } = slowClock();
  const { all, slow, reactor } = await stallInBatch(t, setting, block);
  all();
  await until(() => reactor.counters.stalls === 1, 'the first stall');
  all();
  await until(() => reactor.counters.stalls === 2, 'the second stall');
  await reactor.close();
  t.match(stalls(), [
    { hook: 'onData', calls: 8, connection: undefined, message: /8 calls of onData, measured as one/ },
    { hook: 'onData', calls: undefined, connection: slow?.id },
  ]);
});

t.test('in debug mode the first stall of a batch is named', async (t) => {
  const { setting, block, stalls } = slowClock();
  const { all, slow, reactor } = await stallInBatch(t, { ...setting, debug: true }, block);
  all();
  await until(() => reactor.counters.stalls === 1, 'the stall');
  t.match(stalls(), [{ hook: 'onData', connection: slow?.id }]);
});

t.test('in debug mode a timer is told with the place where it was set', async (t) => {
  const { setting, block, stalls } = slowClock();
  const reactor = openReactor(t, { ...setting, debug: true });
  reactor.setTimeout(() => block(), 1);
  await told(stalls, ['timer']);
  t.match((stalls()[0] as unknown as { openedAt: string[] }).openedAt[0], /stalls\.test/);
});

t.test('what counts as a stall is an option, which may change at any time', async (t) => {
  const { setting, block } = slowClock();
  const { port, reactor } = await serve(t, { onData: (connection, chunk) => (block(), connection.write(chunk)) }, { ...setting, stallMs: 10 * SLOW_MS });
  const client = await dial(t, port);
  await client.echo('a');
  t.equal(reactor.counters.stalls, 0);
  reactor.reconfigure({ stallMs: SLOW_MS / 2 });
  await client.echo('b');
  await until(() => reactor.counters.stalls === 1, 'the stall');
  t.throws(() => reactor.reconfigure({ stallMs: 0 }), { code: 'EL_OPTION_INVALID', message: /"stallMs"/ });
});

async function send(t: Test, port: number): Promise<void> {
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  socket.send('hello', port, '127.0.0.1');
  await once(socket, 'listening');
}
