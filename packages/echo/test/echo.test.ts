import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type CreateReactorOptions, EdgeloopError, createReactor } from '@edgeloop/reactor';
import t, { type Test } from 'tap';
import { echo } from '../src/index.js';
import { exchange, readBytes } from './support/socket.js';

async function serve(t: Test, options: CreateReactorOptions = {}) {
  const reactor = createReactor(options);
  t.teardown(() => reactor.close());
  const { address } = await reactor.use(echo).listen({ port: 0 });
  return { reactor, port: address.port };
}

t.test('what a client sends comes back, until the client ends', async (t) => {
  const { port } = await serve(t);
  for (const text of ['hello', 'two\nlines\n', '']) t.equal((await exchange({ port }, Buffer.from(text))).toString(), text);
});

t.test('a long message comes back whole and in order', async (t) => {
  const { port, reactor } = await serve(t, { debug: true });
  const numbers = Buffer.from(new Uint32Array(1024 * 1024).map((_, i) => i).buffer);
  t.ok((await exchange({ port }, numbers)).equals(numbers));
  t.equal(reactor.counters.bytesRead, numbers.length);
  t.equal(reactor.counters.bytesWritten, numbers.length);
});

t.test('clients do not get each other\'s bytes', async (t) => {
  const { port } = await serve(t);
  const texts = Array.from({ length: 50 }, (_, i) => `client ${i} `.repeat(1000));
  const answers = await Promise.all(texts.map((text) => exchange({ port }, Buffer.from(text))));
  t.strictSame(answers.map(String), texts);
});

t.test('a client gets its answer while its side is open', async (t) => {
  const { port } = await serve(t);
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  for (const word of ['ping', 'pong']) {
    socket.write(word);
    t.equal((await readBytes(socket, 4)).toString(), word);
  }
});

t.test('a client that does not read its answers is not read either', async (t) => {
  const { port, reactor } = await serve(t);
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  // More than all socket buffers together: without backpressure the server would take, and keep, all of it.
  socket.write(Buffer.alloc(64 * 1024 * 1024));
  await sleep(300);
  const [connection] = [...reactor.connections()] as [Connection];
  t.ok(connection.bytesQueued > 0, 'answers wait');
  t.ok(connection.bytesQueued < 256 * 1024, 'and are bounded');
  const { bytesRead } = connection;
  await sleep(100);
  t.equal(connection.bytesRead, bytesRead, 'nothing more is read');
});

t.test('it has no options', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const wrong: object = { loud: true };
  t.throws(() => reactor.use(echo, wrong as Record<string, never>), new EdgeloopError('EL_OPTION_INVALID', 'plugin "echo": there is no option "loud"'));
});
