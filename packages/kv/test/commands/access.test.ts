import t, { type Test } from 'tap';
import { throwAwayKv } from '../../src/index.js';
import { until } from '../support/conditions.js';
import { Console } from '../support/console.js';
import { RespClient } from '../support/resp-client.js';
import type { Leaf, Reply } from '../support/resp-decoder.js';

/** Connections of an administrator, and of as many others, who all are the user bob: he may do everything. */
async function connect(t: Test, count: number): Promise<[RespClient, ...RespClient[]]> {
  const server = await throwAwayKv();
  t.teardown(() => server.close());
  const open = async (): Promise<RespClient> => {
    const client = await RespClient.connect(server);
    t.teardown(() => client.close());
    return client;
  };
  const admin = await open();
  await admin.call('ACL', 'SETUSER', 'bob', 'on', '>secret', '+@all', '~*', '&*');
  const bobs: RespClient[] = [];
  while (bobs.length < count) bobs.push(await open());
  for (const bob of bobs) await bob.call('AUTH', 'bob', 'secret');
  return [admin, ...bobs];
}

const value = (reply: Reply): string => (reply as Leaf).value;

t.test('what a user may no longer do when EXEC comes is not done, though it was queued', async (t) => {
  const [admin, bob] = (await connect(t, 1)) as [RespClient, RespClient];
  await bob.pipeline([['MULTI'], ['SET', 'a', '1'], ['GET', 'b'], ['PUBLISH', 'c', 'd'], ['PING']]);
  await admin.call('ACL', 'SETUSER', 'bob', '-set', 'resetkeys', '~a', 'resetchannels');
  const denied = 'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. '
    + 'This command is no longer allowed for the following reason: no permission';
  t.match(await bob.call('EXEC'), {
    items: [
      { value: `${denied} to execute the command or subcommand` },
      { value: `${denied} to touch the specified keys` },
      { value: `${denied} to access one of the channels used as arguments` },
      { value: 'PONG' },
    ],
  });
  t.equal(value(await admin.call('EXISTS', 'a')), '0');
  const context = { value: 'context' };
  const multi = { value: 'multi' };
  t.match(await admin.call('ACL', 'LOG'), { items: Array.from({ length: 3 }, () => ({ items: [{}, {}, {}, {}, context, multi] })) });
});

t.test('who listens to what they may no longer hear is disconnected, and nobody else', async (t) => {
  const [admin, ...bobs] = await connect(t, 5);
  const [channel, pattern, shard, other] = bobs as [RespClient, RespClient, RespClient, RespClient];
  await channel.call('SUBSCRIBE', 'news');
  await pattern.call('PSUBSCRIBE', 'n*');
  await shard.call('SSUBSCRIBE', 'news');
  await other.call('SUBSCRIBE', 'weather');
  await admin.call('ACL', 'SETUSER', 'bob', 'resetchannels', '&n*', '&weather');
  t.strictSame(bobs.map(({ isOpen }) => isOpen), [true, true, true, true, true]);
  await admin.call('ACL', 'SETUSER', 'bob', 'resetchannels', '&?*', '&weather');
  await until(async () => !pattern.isOpen);
  t.strictSame(bobs.map(({ isOpen }) => isOpen), [true, false, true, true, true], 'a pattern has to be one of the rules itself');
  await admin.call('ACL', 'SETUSER', 'bob', 'resetchannels', '&weather');
  await until(async () => !channel.isOpen && !shard.isOpen);
  t.strictSame(bobs.map(({ isOpen }) => isOpen), [false, false, false, true, true]);
  t.equal(value(await admin.call('PUBLISH', 'news', 'x')), '0');
});

t.test('who takes something from themselves still gets the reply', async (t) => {
  const [, bob] = (await connect(t, 1)) as [RespClient, RespClient];
  await bob.call('HELLO', '3');
  bob.send([['SUBSCRIBE', 'news']]);
  t.equal(value(await bob.call('ACL', 'SETUSER', 'bob', 'resetchannels')), 'OK');
  await until(async () => !bob.isOpen);
});

t.test('a script does no more than who runs it may do, and can ask what that is', async (t) => {
  const [admin, bob] = (await connect(t, 1)) as [RespClient, RespClient];
  await admin.call('ACL', 'SETUSER', 'bob', 'resetkeys', '~a', 'resetchannels', '&c', '-get', '-config|set');
  const may = async (...command: string[]): Promise<string> => value(await bob.call('EVAL', 'return tostring(redis.acl_check_cmd(unpack(ARGV)))', '0', ...command));
  t.equal(await may('SET', 'a', '1'), 'true');
  t.equal(await may('SET', 'b', '1'), 'false');
  t.equal(await may('GET', 'a'), 'false');
  t.equal(await may('PUBLISH', 'c', 'x'), 'true');
  t.equal(await may('PUBLISH', 'd', 'x'), 'false');
  t.equal(await may('CONFIG', 'GET', 'x'), 'true');
  t.equal(await may('CONFIG', 'SET', 'x', 'y'), 'false');
  t.match(await bob.call('EVAL', "return redis.acl_check_cmd('CONFIG', 'NOSUCH')", '0'), { value: /^ERR Invalid command passed to redis\.acl_check_cmd\(\)/ });
  t.match(await admin.call('ACL', 'LOG'), { items: [] }, 'to ask is no attempt');
  t.match(await bob.call('EVAL', "return redis.call('PUBLISH', 'd', 'x')", '0'), {
    value: /^ERR The user executing the script can't publish to the channel mentioned in the command script: /,
  });
});

t.test('ACL LOG tells of wrong passwords by the name of the command as it was written, and whether a transaction ran it', async (t) => {
  const console = new Console();
  console.run('ACL SETUSER bob on >secret');
  for (const line of ['Auth bob x', 'HELLO 3 AUTH bob x', 'MULTI', 'AUTH bob x', 'EXEC']) console.run(line);
  t.match(console.run('ACL LOG'), /context \$5 multi \$6 object \$4 AUTH .* context \$8 toplevel \$6 object \$5 HELLO .* context \$8 toplevel \$6 object \$4 Auth /);
});

t.test('a password that is no longer asked for is not asked of those either who came before', async (t) => {
  const server = await throwAwayKv({ requirepass: 'secret' });
  t.teardown(() => server.close());
  const [early, keeper] = [await RespClient.connect(server), await RespClient.connect(server)];
  t.teardown(() => [early, keeper].forEach((client) => client.close()));
  t.match(value(await early.call('PING')), /^NOAUTH /);
  await keeper.pipeline([['AUTH', 'secret'], ['CONFIG', 'SET', 'requirepass', '']]);
  t.equal(value(await early.call('PING')), 'PONG');
  t.equal((await early.call('HELLO', '3')).type, 'map');
  await keeper.call('CONFIG', 'SET', 'requirepass', 'secret');
  t.match(value(await early.call('PING')), /^NOAUTH /);
  t.equal(value(await keeper.call('PING')), 'PONG');
});
