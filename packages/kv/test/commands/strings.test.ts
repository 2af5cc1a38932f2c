import t from 'tap';
import { startKv } from '../support/kv-server.js';
import { RespClient } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

t.test('LCS misses both keys before it complains of either', async (t) => {
  const client = await RespClient.connect(await startKv(t));
  t.teardown(() => client.close());
  await client.pipeline([['HELLO', '3'], ['RPUSH', 'list', 'a'], ['CONFIG', 'SET', 'notify-keyspace-events', 'Em'], ['SUBSCRIBE', '__keyevent@0__:keymiss']]);
  t.same(plain(await client.call('LCS', 'list', 'missing')), '-ERR The specified keys must contain string values');
  await client.call('PING');
  t.same(client.pushes.map(plain).at(-1), ['message', '__keyevent@0__:keymiss', 'missing']);
});
