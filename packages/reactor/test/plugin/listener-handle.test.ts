/** What changes for connections when the options of their listener do. The clock is the test's, and stands still unless moved. */
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { Connection, Hooks, ListenerChanges } from '../../src/index.js';
import { EAGAIN, SOL_SOCKET } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { Client, LOOPS, type Setting, TRIGGERS, descriptorOf, dial, loopOf, serve, until, using } from '../support/setting.js';
import { SlowReader } from '../support/slow-reader.js';

const SO_SNDBUF = 7; // socket.h; the reactor itself does not set it
const KB = 1024;
const MB = 1024 * KB;
const DAY_MS = 24 * 3600 * 1000;
const BULK = Buffer.alloc(8 * MB);
const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };

/** A server whose time is moved by hand, and which notes with what its connections end. */
async function open(t: Test, hooks: Hooks<undefined>, { kernel, ...setting }: Setting & { listen?: object } = {}) {
  let nowMs = 1_000_000;
  const ends: (string | undefined)[] = [];
  const messages: string[] = [];
  const onClose = (_connection: Connection, reason: Error | undefined) => {
    ends.push((reason as { code?: string } | undefined)?.code);
    messages.push(reason?.message ?? '');
  };
  const server = await serve(t, { ...hooks, onClose }, { ...setting, kernel: { ...kernel, now: () => nowMs } });
  const { reactor } = server;
  /** What is due at the new time has happened when this is over, and is told. */
  const advance = async (ms: number) => {
    nowMs += ms;
    for (let turns = 0; turns < 3; turns++) await new Promise<void>((resolve) => reactor.post(resolve));
  };
  const connections = () => [...reactor.connections()];
  return { ...server, ends, messages, advance, connections };
}

type Opened = Awaited<ReturnType<typeof open>>;

interface Deadline {
  readonly option: keyof ListenerChanges;
  readonly code: string;
  /** Has the deadline run, for a client that has just connected. */
  readonly run: (client: SlowReader, server: Opened) => Promise<void>;
}

const hooks: Hooks<undefined> = {
  onData(connection, chunk) {
    if (chunk.toString() === 'bulk') connection.write(BULK);
    else if (chunk.toString() === 'begin') connection.beginMessage();
  },
};

const DEADLINES: Deadline[] = [
  { option: 'handshakeTimeoutMs', code: 'EL_HANDSHAKE_TIMEOUT', run: async () => {} },
  { option: 'messageTimeoutMs', code: 'EL_MESSAGE_TIMEOUT', run: (client, server) => read(client, server, 'begin') },
  { option: 'writeTimeoutMs', code: 'EL_WRITE_TIMEOUT', run: (client, server) => read(client, server, 'bulk') },
  { option: 'idleTimeoutMs', code: 'EL_IDLE_TIMEOUT', run: (client, server) => read(client, server, 'x') },
  { option: 'lifetimeMs', code: 'EL_LIFETIME_EXCEEDED', run: (client, server) => read(client, server, 'x') },
];

async function read(client: SlowReader, { reactor }: Opened, text: string): Promise<void> {
  const before = reactor.counters.bytesRead;
  client.send(text);
  await until(() => reactor.counters.bytesRead === before + text.length, `"${text}" to be read`);
}

for (const loop of LOOPS) {
  for (const { option, code, run } of DEADLINES) {
    const opened = async (t: Test, limitMs: number) => {
      // A full socket stays full: what a busy kernel delivers late would count as progress, at a time which is not the test's.
      const kernel = { send: () => -EAGAIN };
      const server = await open(t, hooks, { loop, kernel, listen: { [option]: limitMs } });
      const client = new SlowReader(t, server.port);
      await until(() => server.reactor.connectionCount === 1, 'the connection');
      await run(client, server);
      return { ...server, client };
    };

    t.test(`${option} that is shortened ends who is beyond it at once, and others when it has passed (${loop})`, async (t) => {
      const { listener, ends, messages, advance } = await opened(t, 60_000);
      await advance(2000);
      listener.reconfigure({ [option]: 5000 });
      await advance(2900);
      t.same(ends, []);
      listener.reconfigure({ [option]: 4000 });
      await advance(1);
      t.same(ends, [code]);
      t.match(messages[0], `(${option} is 4000)`);
    });

    t.test(`${option} that is lengthened is put off, and one that is switched off never comes (${loop})`, async (t) => {
      const { listener, ends, advance } = await opened(t, 1000);
      await advance(900);
      listener.reconfigure({ [option]: 30_000 });
      await advance(29_000);
      t.same(ends, []);
      listener.reconfigure({ [option]: 0 });
      await advance(DAY_MS);
      t.same(ends, []);
      listener.reconfigure({ [option]: DAY_MS });
      await advance(1);
      t.same(ends, [code], 'on again, it counts from the beginning');
    });

    t.test(`${option} that is switched on where there was no deadline ends a connection that was open before (${loop})`, async (t) => {
      const { listener, ends, advance, client, ...server } = await opened(t, 0);
      t.equal(loopOf(server.reactor).clock.pending, 0);
      await advance(500);
      listener.reconfigure({ [option]: 1000 });
      if (option === 'messageTimeoutMs') await read(client, { ...server, listener, ends, advance }, 'begin');
      t.equal(loopOf(server.reactor).clock.pending, 1);
      await advance(400);
      t.same(ends, []);
      await advance(601);
      t.same(ends, [code]);
      t.equal(loopOf(server.reactor).clock.pending, 0);
    });
  }
}

t.test('a connection that had no deadline counts idleTimeoutMs from its last byte', async (t) => {
  const server = await open(t, hooks);
  const client = new SlowReader(t, server.port);
  await server.advance(DAY_MS);
  await read(client, server, 'x');
  await server.advance(900);
  server.listener.reconfigure({ idleTimeoutMs: 1000 });
  await server.advance(50);
  t.same(server.ends, []);
  await server.advance(51);
  t.same(server.ends, ['EL_IDLE_TIMEOUT']);
});

t.test('a connection that had no deadline counts lifetimeMs from its beginning, whenever its last byte came', async (t) => {
  const server = await open(t, hooks);
  const client = new SlowReader(t, server.port);
  await until(() => server.reactor.connectionCount === 1, 'the connection');
  await server.advance(900);
  await read(client, server, 'x');
  server.listener.reconfigure({ lifetimeMs: 1000 });
  await server.advance(99);
  t.same(server.ends, []);
  await server.advance(1);
  t.same(server.ends, ['EL_LIFETIME_EXCEEDED']);
});

t.test('a connection that had no deadline counts handshakeTimeoutMs from its beginning', async (t) => {
  const server = await open(t, hooks);
  await dial(t, server.port);
  await until(() => server.reactor.connectionCount === 1, 'the connection');
  await server.advance(900);
  server.listener.reconfigure({ handshakeTimeoutMs: 1000 });
  await server.advance(99);
  t.same(server.ends, []);
  await server.advance(1);
  t.same(server.ends, ['EL_HANDSHAKE_TIMEOUT']);
});

t.test('a deadline that is switched on while a handler is at work does not hold that against the peer', async (t) => {
  let finish = () => {};
  const { port, listener, ends, advance, reactor } = await open(t, { onData: () => new Promise<void>((resolve) => (finish = resolve)) });
  (await dial(t, port)).socket.write('x');
  await until(() => reactor.counters.bytesRead === 1, 'the handler');
  listener.reconfigure({ idleTimeoutMs: 1000 });
  await advance(DAY_MS);
  finish();
  await advance(0);
  await advance(900);
  t.same(ends, []);
  await advance(101);
  t.same(ends, ['EL_IDLE_TIMEOUT']);
});

t.test('who connects after a change has the new deadlines', async (t) => {
  const { port, listener, ends, advance, reactor } = await open(t, hooks, { listen: { idleTimeoutMs: 60_000 } });
  listener.reconfigure({ idleTimeoutMs: 1000 });
  await dial(t, port);
  await until(() => reactor.connectionCount === 1, 'the connection');
  await advance(999);
  t.same(ends, []);
  await advance(2);
  t.same(ends, ['EL_IDLE_TIMEOUT']);
});

t.test('a change is for the connections of one listener, not for another\'s, nor for those that the plugin has dialled', async (t) => {
  const { port, plugin, listener, reactor, ends, advance } = await open(t, ECHO);
  const other = await plugin.listen({ port: 0 });
  await dial(t, port);
  await dial(t, other.address.port);
  const elsewhere = await serve(t, {});
  const dialled = await plugin.connect({ host: '127.0.0.1', port: elsewhere.port });
  await until(() => reactor.connectionCount === 3, 'all of them');
  listener.reconfigure({ idleTimeoutMs: 1000 });
  await advance(DAY_MS);
  t.same(ends, ['EL_IDLE_TIMEOUT']);
  t.equal(dialled.phase, 'open');
  listener.reconfigure({ maxConnectionsPerAddress: 1, idleTimeoutMs: 0 });
  await (await dial(t, port)).echo('x');
  t.equal(reactor.counters.refusedByAddress, 0, 'the other listener has a connection of the same address, which does not count here');
});

/** Connections that have much queued, over a socket that takes little. Of what a client asks for, that much is written. */
function supplier(drains: Connection[] = []): Hooks<undefined> {
  return {
    onOpen: (connection) => void nativeKernel().setsockopt(descriptorOf(connection), SOL_SOCKET, SO_SNDBUF, 16 * 1024),
    onData: (connection, chunk) => void connection.write(Buffer.alloc(Number(`${chunk}`))),
    onDrain: (connection) => void drains.push(connection),
  };
}

async function queued(t: Test, server: Opened, length: number): Promise<{ reader: SlowReader; connection: Connection }> {
  const known = new Set(server.connections());
  const reader = new SlowReader(t, server.port, 32 * KB);
  reader.send(String(length));
  const fresh = () => server.connections().find((connection) => !known.has(connection));
  await until(() => (fresh()?.bytesQueued ?? 0) > 0, 'a queue');
  return { reader, connection: fresh() as Connection };
}

for (const loop of LOOPS) {
  for (const trigger of TRIGGERS) {
    t.test(`a high-water mark that is lowered stops reading of who is above it, until that has drained (${trigger}, ${loop})`, async (t) => {
      const drains: Connection[] = [];
      const server = await open(t, supplier(drains), { loop, listen: { trigger, highWaterBytes: 800 * KB } });
      const { reader, connection } = await queued(t, server, 400 * KB);
      t.equal(connection.write('x'), true);
      server.listener.reconfigure({ highWaterBytes: 200 * KB });
      const before = connection.bytesRead;
      reader.send('1000');
      await server.advance(1);
      await server.advance(1);
      t.equal(connection.bytesRead, before, 'nothing is read');
      t.equal(connection.write('x'), false);
      t.same(drains, []);
      await until(() => (reader.read(), connection.bytesRead > before), 'reading to go on');
      t.same(drains, [connection]);
      await until(() => (reader.read(), reader.receivedBytes === 400 * KB + 2 + 1000), 'all of the bytes');
    });

    t.test(`a low-water mark that is raised above what is queued has reading go on at once (${trigger}, ${loop})`, async (t) => {
      const drains: Connection[] = [];
      const server = await open(t, supplier(drains), { loop, listen: { trigger, highWaterBytes: 200 * KB } });
      const { reader, connection } = await queued(t, server, 400 * KB);
      const before = connection.bytesRead;
      reader.send('1000');
      await server.advance(1);
      t.equal(connection.write('x'), false);
      t.equal(connection.bytesRead, before, 'nothing is read');
      server.listener.reconfigure({ lowWaterBytes: 600 * KB, highWaterBytes: 800 * KB });
      await until(() => connection.bytesRead === before + 4, 'the next request, though the client has taken nothing');
      t.same(drains, [connection]);
      t.equal(connection.write('x'), true);
      t.equal(reader.receivedBytes, 0);
    });
  }
}

t.test('a maxQueuedBytes that is lowered closes who has more, and only them; one that is raised lets more be queued', async (t) => {
  const server = await open(t, supplier());
  const greedy = await queued(t, server, 4 * MB);
  const modest = await queued(t, server, MB);
  server.listener.reconfigure({ maxQueuedBytes: 2 * MB });
  await server.advance(1);
  t.same(server.ends, ['EL_SLOW_CONSUMER']);
  t.match(server.messages[0], '(maxQueuedBytes)');
  t.same([greedy.connection.phase, modest.connection.phase], ['closed', 'open']);
  t.match(server.reactor.counters, { slowConsumers: 1, closed: 1, bytesDiscarded: greedy.connection.bytesDiscarded });
  server.listener.reconfigure({ maxQueuedBytes: 64 * MB });
  modest.connection.write(Buffer.alloc(32 * MB));
  t.equal(modest.connection.phase, 'open');
  t.ok(modest.connection.bytesQueued > 32 * MB);
});

t.test('a handler may reconfigure its own listener, and be ended by that', async (t) => {
  const server = await open(t, {
    onData(connection) {
      connection.write(BULK);
      server.listener.reconfigure({ lowWaterBytes: 0, highWaterBytes: 1, maxQueuedBytes: 1 });
      t.equal(connection.phase, 'closed');
      t.equal(connection.write('more'), false);
    },
  });
  (await dial(t, server.port)).socket.pause().write('x');
  await until(() => server.ends.length === 1, 'the end');
  t.same(server.ends, ['EL_SLOW_CONSUMER']);
  t.equal(loopOf(server.reactor).pool.queuedBytes, 0);
});

// --- Who comes in

async function dialFrom(t: Test, port: number, localAddress: string): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const client = new Client(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return client;
}

/** Whether a client that comes from an address is let in; one that is not is gone again. */
async function comesIn(t: Test, { port, reactor }: Opened, address = '127.0.0.1'): Promise<Client | undefined> {
  const judged = () => reactor.counters.accepted + reactor.counters.refusedByTotal + reactor.counters.refusedByAddress + reactor.counters.refusedByRate;
  const before = { judged: judged(), accepted: reactor.counters.accepted };
  const client = await dialFrom(t, port, address);
  await until(() => judged() > before.judged, 'a decision');
  return reactor.counters.accepted > before.accepted ? client : undefined;
}

async function leaves({ reactor }: Opened, client: Client | undefined): Promise<void> {
  const before = reactor.connectionCount;
  client?.reset();
  await until(() => reactor.connectionCount === before - 1, 'a place');
}

t.test('connections above a lowered maxConnections stay, and nobody takes their place; a raised one lets more in', async (t) => {
  const server = await open(t, ECHO);
  const clients = [await comesIn(t, server), await comesIn(t, server), await comesIn(t, server)];
  server.listener.reconfigure({ maxConnections: 2 });
  for (const client of clients) t.equal(await client?.echo('still here'), 'still here');
  t.notOk(await comesIn(t, server));
  await leaves(server, clients[0]);
  t.notOk(await comesIn(t, server), 'two of two are left');
  await leaves(server, clients[1]);
  t.ok(await comesIn(t, server));
  t.notOk(await comesIn(t, server));
  server.listener.reconfigure({ maxConnections: 3 });
  t.ok(await comesIn(t, server));
  t.notOk(await comesIn(t, server));
  server.listener.reconfigure({ maxConnections: 0 });
  for (let i = 0; i < 10; i++) t.ok(await comesIn(t, server));
});

t.test('maxConnectionsPerAddress that is switched on counts who came before, and gives each place back once', async (t) => {
  const server = await open(t, ECHO);
  const [one, other] = ['127.0.0.1', '127.0.0.2'];
  const early = [await comesIn(t, server, one), await comesIn(t, server, one), await comesIn(t, server, one), await comesIn(t, server, other)];
  server.listener.reconfigure({ maxConnectionsPerAddress: 2 });
  t.notOk(await comesIn(t, server, one));
  t.ok(await comesIn(t, server, other));
  t.notOk(await comesIn(t, server, other));
  await leaves(server, early[0]);
  t.notOk(await comesIn(t, server, one), 'two of two are left');
  await leaves(server, early[1]);
  t.ok(await comesIn(t, server, one));
  t.notOk(await comesIn(t, server, one));
  server.listener.reconfigure({ maxConnectionsPerAddress: 0 });
  await leaves(server, early[2]);
  t.ok(await comesIn(t, server, one));
  t.ok(await comesIn(t, server, one));
  server.listener.reconfigure({ maxConnectionsPerAddress: 4 });
  t.ok(await comesIn(t, server, one), 'the fourth');
  t.notOk(await comesIn(t, server, one));
  t.equal(server.reactor.connectionCount, 6);
});

t.test('maxAcceptsPerSecond can be switched on, changed and switched off, and no change of it fills the bucket', async (t) => {
  const server = await open(t, ECHO);
  const letIn = async (tries: number) => {
    let count = 0;
    for (let i = 0; i < tries; i++) if ((await comesIn(t, server)) !== undefined) count++;
    return count;
  };
  t.equal(await letIn(5), 5);
  server.listener.reconfigure({ maxAcceptsPerSecond: 3 });
  t.equal(await letIn(5), 3);
  server.listener.reconfigure({ maxAcceptsPerSecond: 10 });
  t.equal(await letIn(2), 0);
  await server.advance(500);
  t.equal(await letIn(7), 5);
  await server.advance(60_000);
  server.listener.reconfigure({ maxAcceptsPerSecond: 2 });
  t.equal(await letIn(5), 2);
  server.listener.reconfigure({ maxAcceptsPerSecond: 0 });
  t.equal(await letIn(5), 5);
});

t.test('a change of one option leaves the others as they are, and so does undefined', async (t) => {
  const server = await open(t, ECHO, { listen: { maxConnections: 1, idleTimeoutMs: 1000 } });
  t.ok(await comesIn(t, server));
  server.listener.reconfigure({ idleTimeoutMs: 500 });
  server.listener.reconfigure({ idleTimeoutMs: undefined, maxConnections: undefined });
  server.listener.reconfigure({});
  t.notOk(await comesIn(t, server));
  await server.advance(501);
  t.same(server.ends, ['EL_IDLE_TIMEOUT']);
});

t.test('changes of which one is wrong are refused together, each wrong one is named, and nothing changes', async (t) => {
  const server = await open(t, ECHO, { listen: { highWaterBytes: 1000, lowWaterBytes: 100 } });
  const refused: [object, RegExp][] = [
    [{ idleTimeoutMs: -1 }, /^listener\.reconfigure: "idleTimeoutMs": .*, but got -1$/],
    [{ maxConnections: 1.5, lifetimeMs: '5' }, /"maxConnections": .*got 1\.5.*"lifetimeMs": .*got '5'|"lifetimeMs".*"maxConnections"/],
    [{ trigger: 'level' }, /^listener\.reconfigure: "trigger": cannot change while the listener is open; it takes a new listener$/],
    [{ port: 'x', backlog: 5, maxConnections: -1 }, /"port": cannot change.*"backlog": cannot change.*"maxConnections": .*got -1$/],
    [{ maxConections: 1 }, /there is no option "maxConections"/],
    [{ constructor: 1 }, /there is no option "constructor"/],
    [{ lowWaterBytes: 1000 }, /"lowWaterBytes": must be below highWaterBytes \(1000\), but got 1000/],
    [{ highWaterBytes: 100 }, /"lowWaterBytes": must be below highWaterBytes \(100\)/],
    [{ maxQueuedBytes: 999 }, /"highWaterBytes": must not be above maxQueuedBytes \(999\)/],
    [null as never, /the options: .*got null/],
    [5 as never, /the options: .*got 5/],
  ];
  t.ok(await comesIn(t, server));
  for (const [changes, message] of refused) {
    const all = typeof changes === 'object' && changes !== null ? { maxConnectionsPerAddress: 1, writeTimeoutMs: 1, idleTimeoutMs: 1, ...changes } : changes;
    t.throws(() => server.listener.reconfigure(all), { code: 'EL_OPTION_INVALID', message });
  }
  await server.advance(DAY_MS);
  t.same(server.ends, []);
  t.ok(await comesIn(t, server));
});

t.test('a listener on a Unix socket can be changed too, but has no addresses to count by', async (t) => {
  const server = await open(t, ECHO);
  const path = `@edgeloop-reconfigure-${process.pid}`;
  const listener = await server.plugin.listen({ path });
  const dialler = using((await serve(t, {})).reactor, {});
  await dialler.connect({ path });
  await until(() => server.reactor.connectionCount === 1, 'the connection');
  t.throws(() => listener.reconfigure({ maxConnectionsPerAddress: 1 }), { code: 'EL_OPTION_INVALID', message: /no option "maxConnectionsPerAddress"/ });
  t.throws(() => listener.reconfigure({ mode: 0o600 } as object), { code: 'EL_OPTION_INVALID', message: /"mode": cannot change/ });
  listener.reconfigure({ maxConnections: 1, idleTimeoutMs: 1000 });
  await dialler.connect({ path });
  await until(() => server.reactor.counters.refusedByTotal === 1, 'the refusal');
  await server.advance(1001);
  t.same(server.ends, ['EL_IDLE_TIMEOUT']);
});

t.test('the connections of a listener that is closed can be given other deadlines, and after the reactor nothing is left to change', async (t) => {
  const { port, listener, reactor, ends, advance } = await open(t, ECHO);
  await dial(t, port);
  await until(() => reactor.connectionCount === 1, 'the connection');
  listener.close();
  t.ok(listener.closed);
  listener.reconfigure({ lifetimeMs: 1000 });
  await advance(1001);
  t.same(ends, ['EL_LIFETIME_EXCEEDED']);
  await reactor.close();
  t.doesNotThrow(() => listener.reconfigure({ lifetimeMs: 1 }), 'so that a reload that comes too late does no harm');
});
