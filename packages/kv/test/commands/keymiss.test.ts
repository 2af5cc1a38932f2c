/** What subscribers are told of keys that are missing. `KV_TEST_TARGET=redis` holds the tests themselves to Redis. */
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';
import { RespClient } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

const MISSED = ['message', '__keyevent@0__:keymiss', 'missing'];

/** A client that hears of each miss, its own included. */
async function listener(t: Test): Promise<RespClient> {
  const client = await RespClient.connect(await startKv(t));
  t.teardown(() => client.close());
  await client.pipeline([['HELLO', '3'], ['CONFIG', 'SET', 'notify-keyspace-events', 'Em'], ['SUBSCRIBE', '__keyevent@0__:keymiss']]);
  return client;
}

t.test('XREAD looks for a key twice, which shows where it is missing', async (t) => {
  const client = await listener(t);
  t.same(plain(await client.call('XREAD', 'STREAMS', 'missing', '0')), null);
  await client.call('PING');
  t.same(client.pushes.map(plain).slice(-2), [MISSED, MISSED]);
});

t.test('LCS misses both keys before it complains of either', async (t) => {
  const client = await listener(t);
  await client.call('RPUSH', 'list', 'a');
  t.same(plain(await client.call('LCS', 'list', 'missing')), '-ERR The specified keys must contain string values');
  await client.call('PING');
  t.same(client.pushes.map(plain).at(-1), MISSED);
});
