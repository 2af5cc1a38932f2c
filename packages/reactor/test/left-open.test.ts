import { once } from 'node:events';
import { type Server, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { ConnectionPool, type LeftOpen, type Reactor, closeOnSignals, definePlugin } from '../src/index.js';
import { MAX_LEFT_CONNECTIONS } from '../src/limits.js';
import { type LogLine, dial, memoryLog, openReactor, serve, until, using } from './support/setting.js';

const FAR_MS = 60_000;
const nothing = () => {};

/** A peer that never ends by itself. */
async function peer(t: Test): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', nothing);
    t.teardown(() => socket.destroy());
  });
  t.teardown(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as { port: number }).port;
}

const kindsOf = (left: readonly LeftOpen[]) => left.map(({ kind, count }) => [kind, count]);

t.test('what nobody has ended is in the report: by kind, plugin and count', async (t) => {
  const port = await peer(t);
  const reactor = openReactor(t);
  const ticking = definePlugin({
    name: 'ticking',
    options: z.strictObject({}),
    setup({ timers }) {
      for (let i = 0; i < 3; i++) timers.setInterval(nothing, FAR_MS);
      return {};
    },
  });
  const host = reactor.use(ticking);
  for (let i = 0; i < 2; i++) await host.connect({ host: '127.0.0.1', port });
  await reactor.openDatagram({}, nothing);
  reactor.openInbox(nothing);
  reactor.setTimeout(nothing, FAR_MS);
  const { leftOpen } = await reactor.close();
  t.same(leftOpen, [
    { kind: 'connection', plugin: 'ticking', count: 2 },
    { kind: 'datagram', count: 1 },
    { kind: 'inbox', count: 1 },
    { kind: 'timeout', count: 1 },
    { kind: 'interval', plugin: 'ticking', count: 3 },
  ]);
});

t.test('what edgeloop opens for itself is not left open by the program', async (t) => {
  const reactor = openReactor(t);
  const [own, inbox] = [reactor.openOwnInbox(nothing), reactor.openInbox(nothing)];
  t.same((await reactor.close()).leftOpen, [{ kind: 'inbox', count: 1 }]);
  t.ok(own.closed && inbox.closed, 'both have ended with the reactor');
});

t.test('nothing is left by who has ended what it began', async (t) => {
  const port = await peer(t);
  const reactor = openReactor(t);
  const connection = await reactor.connect({ host: '127.0.0.1', port }, {});
  const half = await reactor.connect({ host: '127.0.0.1', port }, {});
  const [socket, inbox, timer] = [await reactor.openDatagram({}, nothing), reactor.openInbox(nothing), reactor.setInterval(nothing, FAR_MS)];
  connection.destroy();
  half.end();
  for (const open of [socket, inbox]) open.close();
  timer.cancel();
  await until(() => half.phase === 'closing', 'the FIN');
  t.same((await reactor.close()).leftOpen, [], 'a connection that was ended, and waits for its peer, is not left open');
});

t.test('what close is there to end is not left open, nor what is meant to last as long as the reactor', async (t) => {
  const { port, reactor } = await serve(t, {});
  await dial(t, port);
  await until(() => reactor.connectionCount === 1, 'the connection');
  reactor.setInterval(nothing, FAR_MS).unref();
  reactor.onSignal('SIGUSR2', nothing).close();
  closeOnSignals(reactor, { signals: ['SIGUSR2'] });
  const delayed = t.rejects(reactor.delay(FAR_MS), { code: 'EL_REACTOR_CLOSED' });
  t.match(await reactor.close(), { forced: 1, leftOpen: [] });
  await delayed;
});

t.test('an orderly shutdown ends what was dialled and sockets for datagrams, so they are not left open', async (t) => {
  const { port, reactor } = await serve(t, {});
  await using(reactor, {}).connect({ host: '127.0.0.1', port });
  await reactor.openDatagram({}, nothing);
  const timer = reactor.setInterval(nothing, FAR_MS);
  t.same(kindsOf((await reactor.close({ deadlineMs: FAR_MS })).leftOpen), [['interval', 1]]);
  t.equal(timer.pending, false);
});

t.test('a pool that was not closed has left its connections', async (t) => {
  const port = await peer(t);
  const reactor = openReactor(t);
  const pool = new ConnectionPool(() => reactor.connect({ host: '127.0.0.1', port }, {}));
  const connections = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
  pool.release(connections[0] as never);
  t.same((await reactor.close()).leftOpen, [{ kind: 'connection', plugin: 'connect', count: 3 }]);
});

t.test('handlers whose promises never settle are told with their connections, as far as they fit', async (t) => {
  const { port, reactor } = await serve(t, { onData: () => new Promise(nothing) });
  const many = MAX_LEFT_CONNECTIONS + 2;
  for (let i = 0; i < many; i++) (await dial(t, port)).socket.write('x');
  await until(() => reactor.counters.bytesRead === many, 'the handlers');
  const ids = [...reactor.connections()].map(({ id }) => id);
  const { leftOpen } = await reactor.close({ deadlineMs: 20 });
  t.same(leftOpen, [{ kind: 'handler', plugin: 'test', count: many, connections: ids.slice(0, MAX_LEFT_CONNECTIONS) }]);
});

function leaveThings(reactor: Reactor): void {
  for (let i = 0; i < 2; i++) reactor.setInterval(nothing, FAR_MS);
  reactor.setTimeout(nothing, FAR_MS);
  reactor.openInbox(nothing);
}

t.test('in debug mode it is told where each was opened, one line for each place', async (t) => {
  const port = await peer(t);
  const log = memoryLog();
  const reactor = openReactor(t, { debug: true, log });
  leaveThings(reactor);
  await reactor.openDatagram({}, nothing);
  await reactor.connect({ host: '127.0.0.1', port }, {});
  const { leftOpen } = await reactor.close();
  const counts = Object.fromEntries(kindsOf(leftOpen)) as object;
  t.same(counts, { connection: 1, datagram: 1, inbox: 1, interval: 2, timeout: 1 });
  for (const { kind, openedAt = [] } of leftOpen) {
    t.match(openedAt[0], /^at .*left-open\.test/, `${kind}: the stack begins with the program`);
    if (kind === 'interval' || kind === 'inbox') t.match(openedAt[0], /leaveThings/);
  }
  const lines = log.lines.filter(({ event }) => event === 'shutdown.left_open') as (LogLine & LeftOpen)[];
  t.match(lines, leftOpen.map((entry) => ({ level: ['datagram', 'inbox'].includes(entry.kind) ? 'info' : 'warn', ...entry })));
  t.match(lines.find(({ kind }) => kind === 'interval')?.message, /^left open: 2 × interval, opened at leaveThings/);
});

t.test('in debug mode a pending handler is told with its hook, also where its connection has ended', async (t) => {
  const called: string[] = [];
  const never = (hook: string) => () => (called.push(hook), new Promise(nothing));
  const { port, reactor } = await serve(t, { onHalfClose: never('onHalfClose'), onClose: never('onClose') }, { debug: true });
  const [half, gone] = [await dial(t, port), await dial(t, port)];
  half.socket.end();
  gone.reset();
  await until(() => called.length === 2, 'both hooks');
  const { leftOpen } = await reactor.close({ deadlineMs: 20 });
  t.match(leftOpen.map(({ kind, hook, plugin, count }) => ({ kind, hook, plugin, count })).sort((a, b) => String(a.hook).localeCompare(String(b.hook))), [
    { kind: 'handler', hook: 'onClose', plugin: 'test', count: 1 },
    { kind: 'handler', hook: 'onHalfClose', plugin: 'test', count: 1 },
  ]);
});

t.test('without debug mode no line is written for it, and the report is in the last one', async (t) => {
  const log = memoryLog();
  const reactor = openReactor(t, { log });
  leaveThings(reactor);
  const { leftOpen } = await reactor.close();
  t.match(log.lines.map(({ event }) => event), ['shutdown.begun', 'shutdown.finished']);
  t.match(log.lines.at(-1), { leftOpen });
  t.notOk(leftOpen.some((entry) => 'openedAt' in entry));
});
