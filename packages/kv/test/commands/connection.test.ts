import t, { type Test } from 'tap';
import type { Client } from '../../src/client/client.js';
import { type KvOptions, throwAwayKv } from '../../src/index.js';
import { refusalOf } from '../../src/plugin/admission.js';
import { until } from '../support/conditions.js';
import { Console, dialogue } from '../support/console.js';
import { LocalServer } from '../support/local-server.js';
import { RespClient } from '../support/resp-client.js';
import type { Leaf, Reply } from '../support/resp-decoder.js';

/** Starts a server and connects to it as often as asked for. */
async function connect(t: Test, count: number, options: KvOptions = {}): Promise<RespClient[]> {
  const server = await throwAwayKv(options);
  t.teardown(() => server.close());
  const clients: RespClient[] = [];
  while (clients.length < count) clients.push(await RespClient.connect(server));
  t.teardown(() => clients.forEach((client) => client.close()));
  return clients;
}

const value = (reply: Reply): string => (reply as Leaf).value;
const values = (replies: readonly Reply[]): string[] => replies.map(value);

t.test('without the password nothing is served but what says who one is', async (t) => {
  const [client] = (await connect(t, 1, { requirepass: 'secret' })) as [RespClient];
  const replies = await client.pipeline([['GET', 'a'], ['HELLO', '3'], ['AUTH', 'wrong'], ['AUTH', 'nobody', 'secret'], ['NOSUCH'], ['GET'], ['AUTH', 'secret'], ['GET', 'a']]);
  t.strictSame(values(replies), [
    'NOAUTH Authentication required.',
    'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate '
      + 'the client and select the RESP protocol version at the same time',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    "ERR unknown command 'NOSUCH', with args beginning with: ",
    "ERR wrong number of arguments for 'get' command",
    'OK',
    '',
  ]);
});

t.test('HELLO says who one is, chooses the protocol and gives a name at once', async (t) => {
  const [client] = (await connect(t, 1, { requirepass: 'secret' })) as [RespClient];
  const reply = await client.call('HELLO', '3', 'AUTH', 'default', 'secret', 'SETNAME', 'me');
  t.equal(reply.type, 'map');
  t.equal(value(await client.call('CLIENT', 'GETNAME')), 'me');
  t.match(await client.call('CLIENT', 'INFO'), { type: 'verbatim', value: / name=me .* user=default .* resp=3 / });
});

t.test('who has not said who they are may not send much', async (t) => {
  for (const [request, error] of [
    ['*11\r\n', 'ERR Protocol error: unauthenticated multibulk length'],
    ['*2\r\n$4\r\nAUTH\r\n$16385\r\n', 'ERR Protocol error: unauthenticated bulk length'],
  ] as const) {
    const [client] = (await connect(t, 1, { requirepass: 'secret' })) as [RespClient];
    client.sendRaw(request);
    t.strictSame(values(await client.receive(1)), [error]);
    await until(async () => !client.isOpen);
  }
  const [client] = (await connect(t, 1, { requirepass: 'secret' })) as [RespClient];
  t.strictSame(values(await client.pipeline([['AUTH', 'secret'], ['DEL', ...Array.from({ length: 20 }, String)]])), ['OK', '0']);
});

t.test('wrong passwords cost time after some of them, and a right one ends that', async (t) => {
  const console = new Console();
  console.run('CONFIG SET requirepass secret');
  for (let i = 0; i < 8; i++) console.run('AUTH wrong');
  t.notOk(console.client.held);
  console.run('AUTH wrong');
  t.ok(console.client.held);
  console.client.held = false;
  console.run('AUTH secret');
  console.run('AUTH wrong');
  t.notOk(console.client.held);
});

t.test('who has to wait because of wrong passwords may not send much meanwhile', async (t) => {
  const local = new LocalServer();
  local.server.users.setDefaultPassword('secret');
  const client = local.connect();
  client.send(...Array.from({ length: 9 }, () => 'AUTH wrong'));
  const waiting = `AUTH ${'x'.repeat(10_000)}`;
  for (let i = 0; i < 50; i++) client.send(waiting);
  t.notOk(client.client.closing);
  for (let i = 0; i < 100; i++) client.send(waiting);
  t.ok(client.client.closing);
});

t.test('a password of another length is as wrong as any, and one without a password takes any', async (t) => {
  dialogue(t, new Console(), [
    ['AUTH x', '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?'],
    ['AUTH default x', '+OK'],
    ['CONFIG SET requirepass secret', '+OK'],
    ['AUTH default x', '-WRONGPASS invalid username-password pair or user is disabled.'],
    ['AUTH default secret', '+OK'],
    ['AUTH a b c', '-ERR syntax error'],
  ]);
});

t.test('without a password, only those of the same machine are let in', async (t) => {
  const { server } = new Console();
  const refused = (remoteAddress: string): boolean => refusalOf(server, { remoteAddress } as Parameters<typeof refusalOf>[1])?.limit === 'protected_mode';
  t.strictSame(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '', '/run/kv.sock', '@kv'].map(refused), [false, false, false, false, false, false, false]);
  t.strictSame(['192.0.2.1', '10.0.0.1', '2001:db8::1', '::ffff:192.0.2.1', '1::127.0.0.1'].map(refused), [true, true, true, true, true]);
  server.settings.protectedMode = false;
  t.notOk(refused('192.0.2.1'));
});

t.test('more clients than there may be are turned away', async (t) => {
  const server = await throwAwayKv({ maxclients: 1 });
  t.teardown(() => server.close());
  const first = await RespClient.connect(server);
  t.teardown(() => first.close());
  t.equal(value(await first.call('PING')), 'PONG');
  const second = await RespClient.connect(server);
  t.strictSame(values(await second.receive(1)), ['ERR max number of clients reached']);
  t.match(value(await first.call('INFO', 'stats')), /rejected_connections:1\r/);
});

t.test('CLIENT REPLY turns replies off, on, and skips one', async (t) => {
  dialogue(t, new Console(), [
    ['CLIENT REPLY OFF', ''],
    ['SET a 1', ''],
    ['NOSUCH', ''],
    ['CLIENT REPLY SKIP', ''],
    ['GET a', ''],
    ['CLIENT REPLY ON', '+OK'],
    ['CLIENT REPLY SKIP', ''],
    ['GET a', ''],
    ['GET a', '$1 1'],
    ['CLIENT REPLY SKIP', ''],
    ['CLIENT REPLY ON', '+OK'],
    ['CLIENT REPLY MAYBE', '-ERR syntax error'],
  ]);
});

t.test('CLIENT KILL ends others at once and oneself after the reply', async (t) => {
  const [killer, waiting, named] = (await connect(t, 3)) as [RespClient, RespClient, RespClient];
  const id = value(await waiting.call('CLIENT', 'ID'));
  const address = / addr=(\S+)/.exec(value(await named.call('CLIENT', 'INFO')))?.[1] as string;
  t.equal(value(await killer.call('CLIENT', 'KILL', 'ID', id, 'SKIPME', 'no')), '1');
  t.equal(value(await killer.call('CLIENT', 'KILL', address)), 'OK');
  await until(async () => !waiting.isOpen && !named.isOpen);
  t.equal(value(await killer.call('CLIENT', 'KILL', address)), 'ERR No such client');
  t.equal(value(await killer.call('CLIENT', 'KILL', 'TYPE', 'normal')), '0');
  t.strictSame(values(await killer.pipeline([['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'], ['PING']])), ['1', 'the connection was closed']);
});

t.test('a pause of writes lets reads through, and what waited is served when it ends', async (t) => {
  const [pauser, other] = (await connect(t, 2)) as [RespClient, RespClient];
  t.equal(value(await pauser.call('CLIENT', 'PAUSE', '100000', 'WRITE')), 'OK');
  other.send([['GET', 'a'], ['SET', 'a', '1'], ['GET', 'a']]);
  t.strictSame(values(await other.receive(1)), ['']);
  other.send([['PING']]);
  await until(async () => / qbuf=[1-9]/.test(value(await pauser.call('CLIENT', 'LIST'))));
  t.equal(value(await pauser.call('GET', 'a')), '');
  t.equal(value(await pauser.call('CLIENT', 'UNPAUSE')), 'OK');
  t.strictSame(values(await other.receive(3)), ['OK', '1', 'PONG']);
});

t.test('a pause may be longer than any timer, and ends when it is told to', async (t) => {
  const [pauser, other] = (await connect(t, 2)) as [RespClient, RespClient];
  t.equal(value(await pauser.call('CLIENT', 'PAUSE', '9223372036854775807', 'WRITE')), 'OK');
  other.send([['SET', 'a', '1']]);
  t.equal(value(await pauser.call('GET', 'a')), '');
  t.equal(value(await pauser.call('CLIENT', 'UNPAUSE')), 'OK');
  t.strictSame(values(await other.receive(1)), ['OK']);
});

t.test('a pause of all ends by itself', async (t) => {
  const [pauser, other] = (await connect(t, 2)) as [RespClient, RespClient];
  pauser.send([['CLIENT', 'PAUSE', '20'], ['PING']]);
  t.strictSame(values(await pauser.receive(2)), ['OK', 'PONG']);
  t.equal(value(await other.call('PING')), 'PONG');
});

t.test('CLIENT UNBLOCK ends a wait as its time would, or with an error', async (t) => {
  const [other, waiting] = (await connect(t, 2)) as [RespClient, RespClient];
  const id = value(await waiting.call('CLIENT', 'ID'));
  for (const [how, reply] of [['TIMEOUT', ''], ['ERROR', 'UNBLOCKED client unblocked via CLIENT UNBLOCK']] as const) {
    waiting.send([['BZPOPMIN', 'z', '0']]);
    await until(async () => value(await other.call('INFO', 'clients')).includes('blocked_clients:1\r'));
    t.match(value(await other.call('CLIENT', 'LIST', 'ID', id)), / flags=b .* cmd=bzpopmin /);
    t.equal(value(await other.call('CLIENT', 'UNBLOCK', id, how)), '1');
    t.strictSame(values(await waiting.receive(1)), [reply]);
  }
  t.equal(value(await other.call('CLIENT', 'UNBLOCK', id)), '0');
});

t.test('what a browser was made to send ends the connection without an answer', async (t) => {
  for (const line of ['POST / HTTP/1.1\r\n', 'Host: localhost\r\n']) {
    const [client] = (await connect(t, 1)) as [RespClient];
    client.sendRaw(`${line}SET a 1\r\n`);
    t.strictSame(values(await client.receive(1)), ['the connection was closed']);
  }
});

t.test('QUIT is answered, and nothing behind it is served', async (t) => {
  const [client, other] = (await connect(t, 2)) as [RespClient, RespClient];
  t.strictSame(values(await client.pipeline([['MULTI'], ['QUIT'], ['SET', 'a', '1']])), ['OK', 'OK', 'the connection was closed']);
  t.equal(value(await other.call('EXISTS', 'a')), '0');
});

t.test('CLIENT LIST shows the command that was sent last, also one that is queued, refused or not there', async (t) => {
  const [other, client] = (await connect(t, 2)) as [RespClient, RespClient];
  const id = value(await client.call('CLIENT', 'ID'));
  for (const [command, shown] of [
    ['PING', 'ping'], ['SET a', 'set'], ['NOSUCH', 'NULL'], ['CLIENT NOSUCH', 'NULL'], ['MULTI', 'multi'], ['GET a', 'get'], ['EXEC', 'exec'],
  ] as const) {
    await client.call(...command.split(' '));
    t.match(value(await other.call('CLIENT', 'LIST', 'ID', id)), ` cmd=${shown} `, command);
  }
});

t.test('RESET puts everything back', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['HELLO 3 SETNAME me', '%7 $6 server $5 redis $7 version $6 7.0.15 $5 proto :3 $2 id :1 $4 mode $10 standalone $4 role $6 master $7 modules *0'],
    ['SELECT 3', '+OK'],
    ['CLIENT NO-EVICT ON', '+OK'],
    ['MULTI', '+OK'],
    ['RESET', '+RESET'],
    ['CLIENT GETNAME', '$-1'],
    ['EXEC', '-ERR EXEC without MULTI'],
  ]);
  t.match(console.run('CLIENT INFO'), / flags=e db=0 .* resp=2 /, 'but NO-EVICT holds, as in Redis');
});

t.test('MONITOR shows what is run, but no passwords and no administration', async (t) => {
  const [monitor, client] = (await connect(t, 2)) as [RespClient, RespClient];
  t.equal(value(await monitor.call('MONITOR')), 'OK');
  await client.pipeline([
    ['SET', 'a', '"\\\n\xff'], ['AUTH', 'default', 'secret'], ['CONFIG', 'GET', 'save'], ['MULTI'], ['GET', 'a'], ['EXEC'],
    ['EVAL', "return redis.call('DEL', KEYS[1])", '1', 'a'], ['HELLO', '2', 'AUTH', 'default', 'x', 'SETNAME', 'me'], ['NOSUCH'], ['ECHO', 'end'],
  ]);
  const shown = values(await monitor.receive(9)).map((line) => line.replace(/^\d{10}\.\d{6} /, '').replace(/127\.0\.0\.1:\d+/, 'client'));
  t.strictSame(shown, [
    '[0 client] "SET" "a" "\\"\\\\\\n\\xff"',
    '[0 client] "AUTH" "(redacted)" "(redacted)"',
    '[0 client] "MULTI"',
    '[0 client] "GET" "a"',
    '[0 client] "EXEC"',
    `[0 client] "EVAL" "return redis.call('DEL', KEYS[1])" "1" "a"`,
    '[0 lua] "DEL" "a"',
    '[0 client] "HELLO" "2" "AUTH" "(redacted)" "(redacted)" "SETNAME" "me"',
    '[0 client] "ECHO" "end"',
  ]);
});

t.test('who says nothing for longer than `timeout` is disconnected, unless they wait for a key', async (t) => {
  const { server } = new Console();
  const ended: number[] = [];
  const connection = (id: number): Client['connection'] => ({ id, remoteAddress: '', remotePort: 0, destroy: () => ended.push(id) }) as unknown as Client['connection'];
  const [idle, busy, waiting] = [1, 2, 3].map((id) => server.addClient(connection(id))) as [Client, Client, Client];
  idle.lastActiveMs = waiting.lastActiveMs = Date.now() - 60_000;
  busy.lastActiveMs = Date.now();
  waiting.waiting = {} as NonNullable<Client['waiting']>;
  server.settings.timeout = 30;
  server.heartbeat.beat();
  t.strictSame(ended, [1]);
  t.equal(server.limitWatch.hits.idle_timeout, 1);
});

t.test('more words than a subcommand takes are an error, as Redis words it', async (t) => {
  const wrong = (name: string, parent: string): string => `-ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${parent} HELP.`;
  dialogue(t, new Console(), [
    ['ACL LOG 1 2', wrong('LOG', 'ACL')],
    ['acl Cat a b', wrong('Cat', 'ACL')],
    ['ACL GENPASS 1 2', wrong('GENPASS', 'ACL')],
    ['CLIENT UNBLOCK 1 ERROR x', wrong('UNBLOCK', 'CLIENT')],
    ['CLIENT PAUSE 1 ALL x', wrong('PAUSE', 'CLIENT')],
    ['SLOWLOG GET 1 2', wrong('GET', 'SLOWLOG')],
    ['PUBSUB CHANNELS a b', wrong('CHANNELS', 'PUBSUB')],
  ]);
});

t.test('RESET turns replies on again, but the one that is to be skipped is', async (t) => {
  dialogue(t, new Console(), [
    ['CLIENT REPLY OFF', ''],
    ['RESET', '+RESET'],
    ['CLIENT REPLY SKIP', ''],
    ['RESET', ''],
    ['PING', '+PONG'],
  ]);
});

t.test('who wants no replies is told of subscriptions all the same, as of their messages', async (t) => {
  const [listener, speaker] = (await connect(t, 2)) as [RespClient, RespClient];
  listener.send([['CLIENT', 'REPLY', 'OFF'], ['SUBSCRIBE', 'a'], ['PING'], ['UNSUBSCRIBE'], ['SUBSCRIBE', 'b']]);
  t.match(await listener.receive(3), [
    { items: [{ value: 'subscribe' }, { value: 'a' }, { value: '1' }] },
    { items: [{ value: 'unsubscribe' }, { value: 'a' }, { value: '0' }] },
    { items: [{ value: 'subscribe' }, { value: 'b' }, { value: '1' }] },
  ]);
  t.equal(value(await speaker.call('PUBLISH', 'b', 'x')), '1');
  await until(async () => listener.pushes.length === 1);
});
