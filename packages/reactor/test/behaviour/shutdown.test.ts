/** The orderly end of a reactor: what is finished, what is left alone, what is forced, and that nothing is left. */
import { connect as connectNet, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { SHUTDOWN_LINGER_MS } from '../../src/limits.js';
import { start } from '../support/child.js';
import { type Client, LOOPS, TRIGGERS, descriptors, dial, loopOf, memoryLog, openReactor, quiet, serve, until, using } from '../support/setting.js';
import { SlowReader } from '../support/slow-reader.js';

/** Longer than any of these tests may take: an end that comes in time has not waited for it. */
const FAR_MS = 60_000;
const NOTHING = { idle: 0, finished: 0, failed: 0, forced: 0, leftOpen: [] };

/** A promise that is settled by hand. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

for (const loop of LOOPS) {
  for (const trigger of TRIGGERS) {
    t.test(`a reply that a handler is still working on arrives whole, and the FIN after it (${trigger}, ${loop})`, async (t) => {
      const { open, opened } = gate();
      let handling = false;
      const onData = async (connection: Connection) => {
        handling = true;
        await opened;
        connection.write('the ');
        await new Promise((resolve) => setTimeout(resolve, 5));
        connection.write('answer');
      };
      const { port, reactor } = await serve(t, { onData }, { loop, listen: { trigger } });
      const client = await dial(t, port);
      client.socket.write('question');
      await until(() => handling, 'the handler');
      const closing = reactor.close({ deadlineMs: FAR_MS });
      await quiet();
      t.notOk(client.ended);
      open();
      await until(() => client.ended, 'the FIN');
      t.equal(client.text, 'the answer');
      client.socket.end();
      t.same(await closing, { ...NOTHING, finished: 1 });
      t.equal(client.error, undefined);
    });

    t.test(`a large reply on its way to a slow reader arrives whole, however large (${trigger}, ${loop})`, async (t) => {
      const { port, reactor } = await serve(t, { onData: (connection) => void connection.write(Buffer.alloc(9_000_000, 'z')) }, { loop, listen: { trigger } });
      const client = await dial(t, port);
      client.socket.pause();
      client.socket.write('go');
      await until(() => [...reactor.connections()].some(({ bytesQueued }) => bytesQueued > 0), 'a queue');
      const closing = reactor.close({ deadlineMs: FAR_MS });
      await quiet();
      t.equal(reactor.connectionCount, 1);
      client.socket.resume();
      await until(() => client.ended, 'the FIN');
      t.equal(client.receivedBytes, 9_000_000);
      client.socket.end();
      t.same(await closing, { ...NOTHING, finished: 1 });
      t.equal(reactor.counters.bytesDiscarded, 0);
    });

    t.test(`what waits in a socket, and in the backlog, when the reactor closes is answered (${trigger}, ${loop})`, async (t) => {
      const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) }, { loop, listen: { trigger } });
      const known = await dial(t, port);
      await known.echo('hello');
      // No turn runs between these lines: the kernel has the requests and the connections, the reactor knows of neither.
      const waiting = Array.from({ length: 5 }, () => new SlowReader(t, port));
      for (const client of waiting) client.send('waiting');
      known.socket.write('request');
      const closing = reactor.close({ deadlineMs: FAR_MS });
      await until(() => waiting.every((client) => (client.read(), client.end !== undefined)), 'the ends of those that waited');
      await until(() => known.ended, 'the end of the other');
      t.same(waiting.map(({ receivedBytes, end }) => `${receivedBytes} ${end}`), Array(5).fill('7 FIN'));
      t.equal(known.text, 'hellorequest');
      known.socket.end();
      for (const client of waiting) client.close();
      t.same(await closing, { ...NOTHING, finished: 6 });
    });
  }

  t.test(`idle connections get a FIN at once; where the peer does not close too, it is given time, but not all of it (${loop})`, async (t) => {
    const { port, reactor } = await serve(t, {}, { loop });
    const polite = await dial(t, port);
    const stubborn = await dial(t, port);
    await until(() => reactor.connectionCount === 2, 'both');
    const beganMs = performance.now();
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await until(() => polite.ended && stubborn.ended, 'the FINs');
    polite.socket.end();
    await until(() => reactor.connectionCount === 1, 'the polite one to be gone');
    t.same(await closing, { ...NOTHING, idle: 2 });
    t.ok(performance.now() - beganMs >= SHUTDOWN_LINGER_MS, 'it was given time');
  });

  t.test(`a connection that had to wait for its plugin is given as much time after its FIN (${loop})`, async (t) => {
    const { open, opened } = gate();
    const { port, reactor } = await serve(t, { onShutdown: () => opened }, { loop });
    const client = await dial(t, port);
    await until(() => reactor.connectionCount === 1, 'the connection');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await new Promise((resolve) => setTimeout(resolve, SHUTDOWN_LINGER_MS * 1.2));
    t.notOk(client.ended, 'left alone so far');
    const openedMs = performance.now();
    open();
    t.same(await closing, { ...NOTHING, idle: 1 });
    t.ok(performance.now() - openedMs >= SHUTDOWN_LINGER_MS);
  });

  t.test(`the deadline ends what is left, and the report tells each connection once (${loop})`, async (t) => {
    const log = memoryLog();
    const never = new Promise<void>(() => {});
    const reasons: string[] = [];
    const { port, reactor } = await serve(t, {
      onData(connection, chunk) {
        if (`${chunk}` === 'hang') return never;
        if (`${chunk}` === 'flood') connection.write(Buffer.alloc(9_000_000));
        return undefined;
      },
      onClose: (_connection, reason) => void reasons.push((reason as { code?: string } | undefined)?.code ?? 'in order'),
    }, { loop, log });
    const [idle, hanging, flooded, slow, rude] = await Promise.all(Array.from({ length: 5 }, () => dial(t, port))) as [Client, Client, Client, Client, Client];
    for (const client of [flooded, slow, rude]) client.socket.pause();
    hanging.socket.write('hang');
    for (const client of [flooded, slow, rude]) client.socket.write('flood');
    await until(() => [...reactor.connections()].filter(({ bytesQueued }) => bytesQueued > 0).length === 3 && reactor.counters.bytesRead === 19, 'the requests');
    const closing = reactor.close({ deadlineMs: 500 });
    slow.socket.resume();
    slow.socket.once('end', () => slow.socket.end());
    idle.socket.once('end', () => idle.socket.end());
    rude.reset();
    t.match(await closing, { idle: 1, finished: 1, failed: 1, forced: 2, leftOpen: [{ kind: 'handler', plugin: 'test', count: 1 }] });
    t.same(reasons.sort(), ['ECONNRESET', 'EL_REACTOR_CLOSED', 'EL_REACTOR_CLOSED', 'in order', 'in order']);
    t.equal(slow.receivedBytes, 9_000_000);
    const forced = log.lines.filter(({ event, level }) => event === 'connection.failed' && level === 'info');
    t.equal(forced.length, 2, 'those that were forced are logged');
    t.ok(forced.some((line) => (line as { bytesDiscarded?: number }).bytesDiscarded), 'with what was lost');
  });

  t.test(`connections that end in one and the same turn are all counted for what they were (${loop})`, async (t) => {
    const { port, reactor } = await serve(t, {}, { loop });
    const clients = await Promise.all(Array.from({ length: 20 }, () => dial(t, port)));
    await until(() => reactor.connectionCount === 20, 'the connections');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await until(() => clients.every(({ ended }) => ended), 'the FINs');
    for (const client of clients) client.socket.end();
    t.same(await closing, { ...NOTHING, idle: 20 });
  });

  t.test(`a second close without a deadline waits no longer, and has the same report (${loop})`, async (t) => {
    const { port, reactor } = await serve(t, { onData: () => new Promise<void>(() => {}) }, { loop });
    const client = await dial(t, port);
    client.socket.write('x');
    await until(() => reactor.counters.bytesRead === 1, 'the handler');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await quiet();
    t.equal(reactor.connectionCount, 1);
    const again = reactor.close();
    t.equal(again, closing);
    t.match(await again, { ...NOTHING, forced: 1, leftOpen: [{ kind: 'handler' }] });
  });

  t.test(`onShutdown is waited for, may write to its plugin's connections, which are left alone meanwhile; others are not (${loop})`, async (t) => {
    const { open, opened } = gate();
    const { reactor, port, plugin } = await serve(t, {
      onData: (connection, chunk) => connection.write(chunk),
      async onShutdown() {
        for (const connection of plugin.connections()) connection.write('going down');
        await opened;
      },
    }, { loop });
    const other = await using(reactor, {}).listen({ port: 0 });
    const patient = await dial(t, port);
    const bystander = await dial(t, other.address.port);
    await until(() => reactor.connectionCount === 2, 'both');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await until(() => bystander.ended, 'the FIN of the other plugin');
    bystander.socket.end();
    await until(() => patient.text === 'going down', 'the word of the plugin');
    t.equal(await patient.echo('still there?'), 'still there?');
    await t.rejects(dial(t, port), { code: 'ECONNREFUSED' });
    t.notOk(patient.ended);
    open();
    await until(() => patient.ended, 'the FIN');
    patient.socket.end();
    t.same(await closing, { ...NOTHING, idle: 1, finished: 1 });
  });

  t.test(`an onShutdown that throws or rejects is reported, and the shutdown goes on (${loop})`, async (t) => {
    for (const onShutdown of [() => { throw new Error('no'); }, () => Promise.reject(new Error('no'))]) {
      const log = memoryLog();
      const { port, reactor } = await serve(t, { onShutdown }, { loop, log });
      const client = await dial(t, port);
      client.socket.once('end', () => client.socket.end());
      await until(() => reactor.connectionCount === 1, 'the connection');
      t.same(await reactor.close({ deadlineMs: FAR_MS }), { ...NOTHING, idle: 1 });
      t.match(log.lines.filter(({ event }) => event === 'handler.failed'), [{ level: 'error', hook: 'onShutdown' }]);
      t.equal(reactor.counters.handlerFailures, 1);
    }
  });

  t.test(`an onShutdown that never ends is ended by the deadline, and its plugin's connections with it (${loop})`, async (t) => {
    const { port, reactor } = await serve(t, { onShutdown: () => new Promise<void>(() => {}) }, { loop });
    await dial(t, port);
    await until(() => reactor.connectionCount === 1, 'the connection');
    t.same(await reactor.close({ deadlineMs: 50 }), { ...NOTHING, forced: 1, leftOpen: [{ kind: 'handler', plugin: 'test', hook: 'onShutdown', count: 1 }] });
  });

  t.test(`a handler may dial while the reactor closes, and is answered; new listeners and plugins are refused (${loop})`, async (t) => {
    // As node:net does by default, it gives up what it was about to answer when the FIN of its client comes first.
    const upstream = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => setTimeout(() => socket.end('from upstream'), 50));
      socket.once('end', () => socket.destroy());
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    t.teardown(() => upstream.close());
    const { port: upstreamPort } = upstream.address() as AddressInfo;
    const { open, opened } = gate();
    let handling = false;
    const { port, reactor, plugin } = await serve(t, {
      async onData(connection) {
        handling = true;
        await opened;
        const dialled = await backend.connect({ host: '127.0.0.1', port: upstreamPort });
        dialled.state = connection;
        dialled.write('question');
        await until(() => dialled.phase === 'closed', 'the upstream');
      },
    }, { loop });
    const backend = using<unknown>(reactor, { onData: ({ state }, chunk) => (state as Connection).write(chunk) });
    const client = await dial(t, port);
    client.socket.write('x');
    await until(() => handling, 'the handler');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await quiet(2);
    open();
    await t.rejects(plugin.listen({ port: 0 }), { code: 'EL_REACTOR_CLOSED' });
    t.throws(() => using(reactor, {}), { code: 'EL_REACTOR_CLOSED' });
    await until(() => client.ended, 'the FIN');
    t.equal(client.text, 'from upstream');
    client.socket.end();
    t.same(await closing, { ...NOTHING, finished: 2 });
    await t.rejects(backend.connect({ host: '127.0.0.1', port: upstreamPort }), { code: 'EL_REACTOR_CLOSED' });
  });

  t.test(`a close without a deadline accepts nobody and asks no plugin: all would end in the same moment (${loop})`, async (t) => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    const { port, reactor } = await serve(t, { onOpen: note('onOpen'), onClose: note('onClose'), onShutdown: note('onShutdown') }, { loop });
    // No turn runs between these lines: the kernel has the connection, the reactor does not know of it.
    const client = new SlowReader(t, port);
    t.same(await reactor.close(), NOTHING);
    t.same(calls, []);
    client.close();
  });

  t.test(`handlers and onShutdown could make no timers and post no tasks while the reactor closes (${loop})`, async (t) => {
    const { open, opened } = gate();
    const reactor = openReactor(t, { loop });
    const plugin = using(reactor, {
      async onData(connection) {
        await opened;
        await reactor.delay(1);
        await new Promise<void>((resolve) => reactor.setTimeout(resolve, 1));
        await new Promise<void>((resolve) => reactor.post(resolve));
        connection.write('the answer');
      },
      onShutdown: () => reactor.delay(1),
    });
    const client = await dial(t, (await plugin.listen({ port: 0 })).address.port);
    client.socket.write('question');
    await until(() => reactor.counters.bytesRead > 0, 'the handler');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    open();
    await until(() => client.ended, 'the FIN');
    t.equal(client.text, 'the answer');
    client.socket.end();
    t.same(await closing, { ...NOTHING, finished: 1 });
    t.equal(reactor.counters.handlerFailures, 0);
    await t.rejects(reactor.delay(1), { code: 'EL_REACTOR_CLOSED' });
  });

  t.test(`a request behind a pause is not taken for idleness (${loop})`, async (t) => {
    let paused: Connection | undefined;
    const { port, reactor } = await serve(t, {
      onOpen(connection) {
        connection.pause();
        paused = connection;
      },
      onData: (connection, chunk) => connection.write(chunk),
    }, { loop });
    const client = await dial(t, port);
    client.socket.write('request');
    await until(() => paused !== undefined, 'the connection');
    const closing = reactor.close({ deadlineMs: FAR_MS });
    await quiet();
    t.notOk(client.ended);
    paused?.resume();
    await until(() => client.ended, 'the FIN');
    t.equal(client.text, 'request');
    client.socket.end();
    t.same(await closing, { ...NOTHING, finished: 1 });
  });

  t.test(`close may be called again by a hook that it calls itself (${loop})`, async (t) => {
    const before = descriptors();
    const { port, reactor } = await serve(t, { onOpen: () => void reactor.close() }, { loop });
    const client = new SlowReader(t, port);
    t.same(await reactor.close({ deadlineMs: FAR_MS }), { ...NOTHING, forced: 1 });
    t.equal(loopOf(reactor).keepAlive.held, false);
    client.close();
    t.equal(descriptors(), before);
  });

  t.test(`nothing is left of a reactor that has come to an end in order, and its process ends (${loop})`, async (t) => {
    const before = descriptors();
    const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) }, { loop });
    const clients = await Promise.all(Array.from({ length: 5 }, () => dial(t, port)));
    for (const client of clients) {
      await client.echo('x');
      client.socket.once('end', () => client.socket.end());
    }
    t.same(await reactor.close({ deadlineMs: FAR_MS }), { ...NOTHING, idle: 5 });
    await until(() => clients.every(({ closed }) => closed), 'the clients to close');
    await quiet(3);
    t.equal(descriptors(), before);
    t.equal(loopOf(reactor).clock.pending, 0);
    t.equal(loopOf(reactor).keepAlive.held, false);

    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const listener = await reactor.use(plugin({ onData: () => new Promise((resolve) => setTimeout(resolve, 20)).then(() => reactor) })).listen({ port: 0 });
      process.once('SIGTERM', () => reactor.close({ deadlineMs: ${FAR_MS} }).then((report) => process.stdout.write(JSON.stringify(report))));
      process.stdout.write(listener.address.port + '\\n');
    `);
    await until(() => child.stdout.endsWith('\n'), 'the port');
    const client = connectNet(Number(child.stdout), '127.0.0.1');
    t.teardown(() => client.destroy());
    await new Promise((resolve) => client.once('connect', resolve));
    child.process.kill('SIGTERM');
    t.same(await child.finished, { code: 0, signal: null });
    t.match(child.stdout, JSON.stringify({ ...NOTHING, idle: 1 }));
  });
}

t.test('close takes a deadline from 0 on, and nothing else', async (t) => {
  const reactor = openReactor(t);
  for (const options of [{ deadlineMs: -1 }, { deadlineMs: Number.NaN }, { deadlineMs: Number.POSITIVE_INFINITY }, { deadlineMs: '5' }, { deadline: 5 }]) {
    t.throws(() => reactor.close(options as object), { code: 'EL_OPTION_INVALID' });
  }
  t.doesNotThrow(() => using(reactor, {}), 'the reactor is open still');
  t.same(await reactor.close({ deadlineMs: FAR_MS }), NOTHING);
});
