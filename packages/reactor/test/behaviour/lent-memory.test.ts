/** Whose memory is whose: what a handler is lent is the loop's again when it returns, and what it hands over is its own again at once. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { type Connection, LengthPrefixDecoder, LineDecoder } from '../../src/index.js';
import { DIRECT_WRITE_BYTES } from '../../src/limits.js';
import { dial, openReactor, serve, until } from '../support/setting.js';

const isPoisoned = (bytes: Buffer) => bytes.length > 0 && bytes.every((byte) => byte === 0xdb);

t.test('a chunk that is kept is spoiled when its handler has returned, has thrown, or awaits for the first time', async (t) => {
  const inside: string[] = [];
  const afterwards: boolean[] = [];
  const kept: Buffer[] = [];
  const keep = (chunk: Buffer) => {
    inside.push(chunk.toString());
    kept.push(chunk);
    return chunk.toString();
  };
  const { port } = await serve(t, {
    onData(_connection, chunk) {
      if (keep(chunk) === 'throw') throw new Error('thrown');
      if (chunk.toString() !== 'await') return undefined;
      return Promise.resolve().then(() => void afterwards.push(isPoisoned(chunk)));
    },
  }, { debug: true });
  for (const text of ['return', 'throw', 'await']) (await dial(t, port)).socket.write(text);
  await until(() => kept.length === 3 && afterwards.length === 1, 'the handlers');
  t.same(inside.sort(), ['await', 'return', 'throw'], 'within the handler it is what was sent');
  t.same(afterwards, [true]);
  t.ok(kept.every(isPoisoned));
});

t.test('bytes that were put aside for a connection that another handler has paused are whole, and lent like all others', async (t) => {
  const connections: Connection[] = [];
  const seen: string[] = [];
  const kept: Buffer[] = [];
  const { port, reactor } = await serve(t, {
    onOpen: (connection) => void connections.push(connection),
    onData(connection, chunk) {
      for (const other of connections) if (other !== connection && seen.length === 0) other.pause();
      seen.push(chunk.toString());
      kept.push(chunk);
    },
  }, { debug: true });
  const clients = [await dial(t, port), await dial(t, port)];
  await until(() => connections.length === 2, 'both connections');
  // Both are received in one batch, before the first handler runs.
  for (const client of clients) client.socket.write('hello');
  await until(() => seen.length === 1, 'the first handler');
  t.equal(reactor.counters.bytesRead, 5);
  for (const connection of connections) connection.resume();
  await until(() => seen.length === 2, 'the second handler');
  t.same(seen, ['hello', 'hello']);
  t.ok(kept.every(isPoisoned));
});

t.test('a datagram that is kept is spoiled when its receiver has returned', async (t) => {
  const reactor = openReactor(t, { debug: true });
  const inside: string[] = [];
  const kept: Buffer[] = [];
  const { address } = await reactor.openDatagram({}, (_socket, payload) => {
    inside.push(payload.toString());
    kept.push(payload);
    if (inside.length === 2) throw new Error('thrown');
  });
  const sender = createSocket('udp4');
  t.teardown(() => sender.close());
  for (const text of ['first', 'the second']) sender.send(text, address.port, '127.0.0.1');
  await until(() => kept.length === 2, 'both');
  t.same(inside, ['first', 'the second']);
  t.ok(kept.every(isPoisoned));
});

t.test('what a decoder keeps is its own; a frame that lay whole in a chunk is lent like the chunk', async (t) => {
  const lines: { inside: string; line: Buffer }[] = [];
  const { port } = await serve(t, {
    onData(connection, chunk) {
      for (const line of connection.state.decode(chunk)) lines.push({ inside: line.toString(), line });
    },
  }, { debug: true, state: () => new LineDecoder() });
  const client = await dial(t, port);
  client.socket.write('whole\nbegun, ');
  await until(() => lines.length === 1, 'the first line');
  client.socket.write('ended\n');
  await until(() => lines.length === 2, 'the second line');
  t.same(lines.map(({ inside }) => inside), ['whole', 'begun, ended']);
  t.same(lines.map(({ line }) => isPoisoned(line)), [true, false], 'one that was put together is the decoder\'s');
  t.equal(lines[1]?.line.toString(), 'begun, ended');
});

t.test('a frame that comes byte by byte is put together of bytes that were copied', async (t) => {
  const frames: string[] = [];
  const { port } = await serve(t, {
    onData(connection, chunk) {
      for (const frame of connection.state.decode(chunk)) frames.push(frame.toString());
      connection.write('.');
    },
  }, { debug: true, state: () => new LengthPrefixDecoder({ headerBytes: 2, endian: 'big' }) });
  const client = await dial(t, port);
  for (const byte of Buffer.from('\0\u0005hello\0\u0003you')) await client.echo(String.fromCharCode(byte));
  t.same(frames, ['hello', 'you']);
});

async function sentBy(t: Test, write: (connection: Connection) => void): Promise<Buffer> {
  const { port, reactor } = await serve(t, { onOpen: (connection) => (write(connection), connection.end()) }, { debug: true });
  const client = await dial(t, port);
  await until(() => client.ended, 'all that was written');
  t.equal(reactor.counters.failed, 0);
  return client.received;
}

t.test('what was written may be overwritten at once, whether it was gathered, sent, or queued for a socket that is full', async (t) => {
  // Far more than both sockets' buffers take together.
  for (const bytes of [1, DIRECT_WRITE_BYTES - 1, DIRECT_WRITE_BYTES, 12 * 1024 * 1024]) {
    const memory = Buffer.alloc(bytes, 'a');
    const received = await sentBy(t, (connection) => {
      connection.write(memory);
      memory.fill('b');
    });
    t.equal(received.length, bytes);
    t.ok(received.every((byte) => byte === 0x61), `${bytes} bytes`);
  }
});

t.test('a chunk may be written back as it is, in debug mode too, be it long or short', async (t) => {
  const { port } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) }, { debug: true });
  const client = await dial(t, port);
  for (const length of [1, DIRECT_WRITE_BYTES, 1024 * 1024]) t.equal(await client.echo('x'.repeat(length)), 'x'.repeat(length));
});

t.test('a datagram that was sent may be overwritten at once', async (t) => {
  const receiver = createSocket('udp4');
  t.teardown(() => receiver.close());
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const heard: string[] = [];
  receiver.on('message', (message) => heard.push(message.toString()));
  const reactor = openReactor(t, { debug: true });
  const socket = await reactor.openDatagram({}, () => {});
  // Within a turn they are gathered.
  reactor.post(() => {
    const memory = Buffer.from('a');
    for (let i = 0; i < 3; i++) {
      socket.send(memory, { address: '127.0.0.1', port: receiver.address().port });
      memory[0] = (memory[0] as number) + 1;
    }
    memory.fill(0);
  });
  await until(() => heard.length === 3, 'the datagrams');
  t.same(heard.sort(), ['a', 'b', 'c']);
});
