/** The server for tests, used as those who had a redis-server for each test use it. */
import { once } from 'node:events';
import { type Socket, createConnection, createServer } from 'node:net';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { createClient } from 'redis';
import { type ThrowAwayKv, throwAwayKv } from '../src/index.js';
import { until, untilBlocked } from './support/conditions.js';
import { encode } from './support/resp-client.js';

/** A client that does not come back when it is cut off. */
function connect(t: Test, { port }: ThrowAwayKv): Redis {
  const client = new Redis(port, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  t.teardown(() => client.disconnect());
  return client;
}

t.test('it is empty, on a port of its own, and gone with the block', async (t) => {
  let port: number;
  {
    await using first = await throwAwayKv();
    await using second = await throwAwayKv();
    t.not(first.port, second.port);
    await connect(t, first).set('a', 1);
    t.equal(await connect(t, second).get('a'), null);
    port = first.port;
  }
  const next = createServer().listen(port, '127.0.0.1');
  await once(next, 'listening');
  next.close();
  t.pass('the port is free');
});

t.test('its url takes clients past the password, whatever is in that', async (t) => {
  await using server = await throwAwayKv({ requirepass: 'pass/word@:?#%' });
  const client = createClient({ url: server.url });
  await client.connect();
  t.equal(await client.ping(), 'PONG');
  client.destroy();
  await t.rejects(connect(t, server).ping(), /NOAUTH/);
});

t.test('close ends clients that are idle, wait for a key, have subscribed, watch or are in a transaction', async (t) => {
  const server = await throwAwayKv();
  const idle = connect(t, server);
  const info = () => idle.info('clients');
  await idle.ping();
  const waits = [connect(t, server).bzpopmin('a', 0), connect(t, server).bzpopmin('a', 60)].map((wait) => t.rejects(wait));
  await untilBlocked(info, waits.length);
  const subscriber = connect(t, server);
  await subscriber.subscribe('news');
  await subscriber.psubscribe('n*');
  const transaction = connect(t, server);
  await transaction.watch('a');
  await transaction.call('MULTI');
  const ends = [idle, subscriber, transaction].map((client) => once(client, 'end'));
  const closed = server.close();
  await Promise.all([...ends, ...waits, closed, server.close()]);
  t.equal(idle.status, 'end');
});

t.test('close does not wait for a client that does not read', async (t) => {
  const server = await throwAwayKv();
  const client = connect(t, server);
  await client.set('a', Buffer.alloc(1024 * 1024));
  client.stream.pause();
  const replies = Promise.allSettled(Array.from({ length: 20 }, () => client.get('a')));
  const other = connect(t, server);
  await other.ping();
  await server.close();
  client.disconnect();
  await replies;
  t.pass('it has closed');
});

t.test('a value of 40 MB comes back, though the client takes it in pieces', async (t) => {
  await using server = await throwAwayKv();
  const client = connect(t, server);
  await client.set('a', Buffer.alloc(40e6, 'x'));
  t.equal((await client.getBuffer('a'))?.length, 40e6);
});

/** Requests of 20 MB, with replies of about as much: more than sockets hold. */
function longPipeline(): { requests: Buffer; replyBytes: number } {
  const count = 20_000;
  const request = encode([['ECHO', Buffer.alloc(1000, 'x')]]);
  return { requests: Buffer.concat(Array.from({ length: count }, () => request)), replyBytes: count * '$1000\r\n\r\n'.length + count * 1000 };
}

function inputBytes(stats: string): number {
  return Number(/total_net_input_bytes:(\d+)/.exec(stats)?.[1]);
}

async function bytesOf(socket: Socket, upTo: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes >= upTo) break;
  }
  return bytes;
}

t.test('a client may write a long pipeline to its end before it reads the first reply', async (t) => {
  await using server = await throwAwayKv();
  const socket = createConnection(server.port, server.host).pause();
  const { requests, replyBytes } = longPipeline();
  await new Promise((resolve) => socket.write(requests, resolve));
  t.equal(await bytesOf(socket, replyBytes), replyBytes);
});

t.test('a client that ends its side behind a long pipeline gets all replies', async (t) => {
  await using server = await throwAwayKv();
  const socket = createConnection({ port: server.port, host: server.host, allowHalfOpen: true }).pause();
  const { requests, replyBytes } = longPipeline();
  socket.end(requests);
  const other = connect(t, server);
  await until(async () => inputBytes(await other.info('stats')) > requests.length);
  // The end comes to the server right behind the last byte.
  await other.ping();
  t.equal(await bytesOf(socket, Infinity), replyBytes);
});

t.test('options are checked', async (t) => {
  await t.rejects(throwAwayKv({ databases: 0 }), { code: 'EL_OPTION_INVALID', message: /"databases"/ });
});
