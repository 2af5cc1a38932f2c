import { type Socket, createSocket } from 'node:dgram';
import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import type { DatagramReceiver } from '../../src/index.js';
import { MAX_QUEUED_DATAGRAMS } from '../../src/limits.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { LOOPS, descriptors, dial, memoryLog, openReactor, serve, until } from '../support/setting.js';

const native = nativeKernel();

/** A client by node:dgram that keeps what it gets. */
async function client(t: Test, type: 'udp4' | 'udp6' = 'udp4'): Promise<{ socket: Socket; received: Buffer[]; port: number }> {
  const socket = createSocket(type);
  const received: Buffer[] = [];
  socket.on('message', (message) => received.push(message));
  await new Promise<void>((resolve) => socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1', resolve));
  t.teardown(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, received, port: socket.address().port };
}

const ECHO: DatagramReceiver = (socket, payload, sender) => void socket.send(payload, sender);

for (const loop of LOOPS) {
  t.test(`an echo over UDP answers every datagram to its sender, whole, the empty one too (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const { address } = await reactor.openDatagram({}, ECHO);
    t.match(address, { family: 'IPv4', address: '127.0.0.1' });
    const clients = await Promise.all([client(t), client(t), client(t)]);
    for (const [index, { socket }] of clients.entries()) {
      for (const payload of [`hello from ${index}`, '', 'x'.repeat(60_000)]) socket.send(payload, address.port, '127.0.0.1');
    }
    for (const [index, { received }] of clients.entries()) {
      await until(() => received.length === 3, 'the answers');
      t.same(received.map(String).sort(), ['', `hello from ${index}`, 'x'.repeat(60_000)]);
    }
    t.match(reactor.counters, { datagramsReceived: 9, datagramsSent: 9, datagramsDropped: 0, datagramsTruncated: 0 });
  });
}

t.test('many datagrams are received by few calls, and sent by few', async (t) => {
  const calls = { received: 0, sent: 0 };
  const kernel = {
    recvDatagrams: (...args: Parameters<typeof native.recvDatagrams>) => (calls.received++, native.recvDatagrams(...args)),
    sendDatagrams: (...args: Parameters<typeof native.sendDatagrams>) => (calls.sent++, native.sendDatagrams(...args)),
  };
  const reactor = openReactor(t, { kernel });
  let heard = 0;
  const receiver = await reactor.openDatagram({}, () => void heard++);
  const sender = await reactor.openDatagram({}, () => {});
  // As many as fit the receive buffer: UDP drops the rest.
  const total = 192;
  reactor.post(() => {
    for (let i = 0; i < total; i++) t.equal(sender.send(`${i}`, receiver.address), true);
  });
  await until(() => heard === total, 'the datagrams');
  t.equal(calls.sent, total / 32);
  t.ok(calls.received < total / 8, `${calls.received} calls for ${total} datagrams`);
});

t.test('IPv6, and IPv4 through a dual-stack socket', async (t) => {
  const reactor = openReactor(t);
  const senders: string[] = [];
  const { address } = await reactor.openDatagram({ host: '::' }, (socket, payload, sender) => {
    senders.push(`${sender.family} ${sender.address}`);
    socket.send(payload, { address: sender.address, port: sender.port });
    socket.send(payload, sender);
  });
  const [four, six] = await Promise.all([client(t), client(t, 'udp6')]);
  four.socket.send('four', address.port, '127.0.0.1');
  await until(() => four.received.length === 2, 'the answers over IPv4');
  six.socket.send('six', address.port, '::1');
  await until(() => six.received.length === 2, 'the answers over IPv6');
  t.same([...four.received, ...six.received].map(String), ['four', 'four', 'six', 'six']);
  t.same(senders, ['IPv4 127.0.0.1', 'IPv6 ::1']);
});

t.test('a flood of datagrams does not starve a connection on the same loop', async (t) => {
  const { reactor, port } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) });
  let pingsAnswered = 0;
  // Each datagram is answered by two to itself, so there is never an end to them.
  const { address } = await reactor.openDatagram({}, (socket) => {
    socket.send('again', socket.address);
    socket.send('and again', socket.address);
  });
  const flood = await client(t);
  flood.socket.send('begin', address.port, '127.0.0.1');
  const pinger = await dial(t, port);
  await until(() => reactor.counters.datagramsReceived > 1000, 'the flood');
  for (; pingsAnswered < 20; pingsAnswered++) t.equal(await pinger.echo('ping'), 'ping');
});

t.test('what the socket does not take waits; above the limit it is dropped, counted, and send says so', async (t) => {
  let full = true;
  const kernel = { sendDatagrams: (...args: Parameters<typeof native.sendDatagrams>) => (full ? -11 : native.sendDatagrams(...args)) };
  const reactor = openReactor(t, { kernel });
  const { received, port } = await client(t);
  const socket = await reactor.openDatagram({ maxQueuedBytes: 100 }, () => {});
  const to = { address: '127.0.0.1', port };
  t.equal(socket.send('a'.repeat(60), to), true);
  t.equal(socket.send('b'.repeat(40), to), true);
  t.equal(socket.bytesQueued, 100);
  t.equal(socket.send('c', to), false);
  t.equal(reactor.counters.datagramsDropped, 1);
  full = false;
  // The kernel has never been full, so it would not tell that it is not any more; something that comes does.
  const waker = createSocket('udp4');
  t.teardown(() => waker.close());
  waker.send('x', socket.address.port, '127.0.0.1');
  await until(() => received.length === 2, 'what waited');
  t.same(received.map(String), ['a'.repeat(60), 'b'.repeat(40)]);
  t.equal(socket.bytesQueued, 0);
});

t.test('datagrams without a payload have a limit too, for each takes room', async (t) => {
  const reactor = openReactor(t, { kernel: { sendDatagrams: () => -11 } });
  const socket = await reactor.openDatagram({}, () => {});
  const send = () => socket.send('', { address: '127.0.0.1', port: 9 });
  const accepted = Array.from({ length: MAX_QUEUED_DATAGRAMS }, send);
  t.ok(accepted.every(Boolean));
  t.equal(send(), false);
  t.equal(reactor.counters.datagramsDropped, 1);
});

t.test('a datagram that the kernel refuses is dropped and counted, and those behind it are sent', async (t) => {
  const reactor = openReactor(t);
  const { received, port } = await client(t);
  const socket = await reactor.openDatagram({}, () => {});
  reactor.post(() => {
    socket.send('before', { address: '127.0.0.1', port });
    socket.send('to nobody', { address: '255.255.255.255', port });
    socket.send('after', { address: '127.0.0.1', port });
  });
  await until(() => received.length === 2, 'the two others');
  t.same(received.map(String), ['before', 'after']);
  t.match(reactor.counters, { datagramsSent: 2, datagramsDropped: 1 });
});

t.test('an error of an earlier datagram, which takes the place of a receive, does not hide what waits behind it', async (t) => {
  const ECONNREFUSED = -111;
  let errors = 1;
  const kernel = { recvDatagrams: (...args: Parameters<typeof native.recvDatagrams>) => (errors-- > 0 ? ECONNREFUSED : native.recvDatagrams(...args)) };
  const reactor = openReactor(t, { kernel });
  const heard: string[] = [];
  const { address } = await reactor.openDatagram({}, (_socket, payload) => void heard.push(payload.toString()));
  const { socket } = await client(t);
  socket.send('behind', address.port, '127.0.0.1');
  await until(() => heard.length === 1, 'the datagram');
  t.match(reactor.counters, { datagramErrors: 1, datagramsReceived: 1 });
});

t.test('a datagram longer than the receive buffer is dropped and counted, not cut', async (t) => {
  const reactor = openReactor(t, { readBufferBytes: 100 });
  const heard: string[] = [];
  const { address } = await reactor.openDatagram({}, (_socket, payload) => void heard.push(payload.toString()));
  const { socket } = await client(t);
  socket.send('x'.repeat(101), address.port, '127.0.0.1');
  socket.send('fits', address.port, '127.0.0.1');
  await until(() => heard.length === 1, 'the datagram that fits');
  t.same(heard, ['fits']);
  t.equal(reactor.counters.datagramsTruncated, 1);
});

t.test('a receiver that throws is reported, and the socket goes on; closing within it is fine', async (t) => {
  const log = memoryLog();
  const reactor = openReactor(t, { log });
  const before = descriptors();
  const { address } = await reactor.openDatagram({}, (socket, payload) => {
    if (payload.toString() === 'close') socket.close();
    else throw new Error('went wrong');
  });
  const { socket } = await client(t);
  socket.send('x', address.port, '127.0.0.1');
  await until(() => reactor.counters.handlerFailures === 1, 'the failure');
  const failures = log.lines.filter(({ event }) => event === 'handler.failed');
  t.match(failures, [{ level: 'error', component: 'reactor', port: address.port, err: { code: 'EL_HANDLER_FAILED', cause: { message: 'went wrong' } } }]);
  socket.send('close', address.port, '127.0.0.1');
  await until(() => descriptors() === before + 1, 'the close, with the client still there');
});

t.test('a port that is taken is refused, unless both sockets share it', async (t) => {
  const reactor = openReactor(t);
  const { address } = await reactor.openDatagram({}, ECHO);
  await t.rejects(reactor.openDatagram({ port: address.port }, ECHO), { code: 'EADDRINUSE', syscall: 'bind' });
  const shared = await reactor.openDatagram({ reusePort: true }, ECHO);
  t.equal((await reactor.openDatagram({ reusePort: true, port: shared.address.port }, ECHO)).address.port, shared.address.port);
});

t.test('wrong options, addresses and payloads are coded errors that name the value', async (t) => {
  const reactor = openReactor(t);
  await t.rejects(reactor.openDatagram({ port: 70_000 }, ECHO), { code: 'EL_OPTION_INVALID', message: /openDatagram: "port".*70000/ });
  await t.rejects(reactor.openDatagram({}, 'x' as never), { code: 'EL_OPTION_INVALID', message: /a function is needed, but got string/ });
  const socket = await reactor.openDatagram({}, ECHO);
  await t.rejects(reactor.openDatagram({ host: '192.0.2.1' }, ECHO), { code: 'EADDRNOTAVAIL', syscall: 'bind', address: '192.0.2.1:0' });
  t.throws(() => socket.send(Buffer.alloc(65_508), socket.address), { code: 'EL_DATA_INVALID', message: /at most 65507 bytes, not 65508/ });
  for (const payload of [null, undefined, 5, { length: 5 }, new Uint16Array(2)]) {
    t.throws(() => socket.send(payload as never, socket.address), { code: 'EL_DATA_INVALID', message: /send takes a string or a Uint8Array/ });
  }
  t.equal(socket.bytesQueued, 0);
  for (const port of [-1, 65_536, 1.5, Number.NaN, '80', undefined]) {
    t.throws(() => socket.send('x', { address: '127.0.0.1', port: port as never }), { code: 'EL_ADDRESS_INVALID', message: `not ${inspect(port)}` });
  }
  t.throws(() => socket.send('x', { address: 'nowhere', port: 1 }), { code: 'EL_ADDRESS_INVALID', message: /"nowhere"/ });
  socket.close();
  socket.close();
  t.equal(socket.send('late', socket.address), false);
  await reactor.close();
  await t.rejects(reactor.openDatagram({}, ECHO), { code: 'EL_REACTOR_CLOSED' });
});
