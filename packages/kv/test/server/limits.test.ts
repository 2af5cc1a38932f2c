/** What clients may ask for and leave lying: each limit holds, can be set, and is counted and told of. */
import { readFileSync } from 'node:fs';
import { type Log, createReactor, definePlugin } from '@edgeloop/reactor';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { type KvOptions, kv } from '../../src/index.js';
import { LIMITS, type Limit, LimitWatch } from '../../src/server/limit-watch.js';
import { PARAMETERS } from '../../src/server/parameters.js';
import { kvOptions } from '../../src/server/settings.js';
import { until } from '../support/conditions.js';
import { LocalServer } from '../support/local-server.js';
import { type Argument, RespClient } from '../support/resp-client.js';
import type { Leaf, Reply } from '../support/resp-decoder.js';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly event: string;
  readonly limit?: Limit;
}

const GUIDE = readFileSync(new URL('../../../../../docs/guides/kv-operate.md', import.meta.url), 'utf8');

/** A log of which the lines about limits are kept. */
function lines(): { log: Log; written: Line[] } {
  const written: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    if ('limit' in fields) written.push({ level, message, ...fields } as Line);
  };
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), child: () => log, isLevelEnabled: () => true };
  return { log, written };
}

/** A server with an operator, whose connections are made one by one. */
async function start(t: Test, options: KvOptions = {}): Promise<{ written: Line[]; operator: RespClient; connect: () => Promise<RespClient> }> {
  const { log, written } = lines();
  const reactor = createReactor({ log });
  t.teardown(() => reactor.close());
  const { address } = await reactor.use(kv, options).listen({ host: '127.0.0.1', port: 0 });
  const connect = async (): Promise<RespClient> => {
    const client = await RespClient.connect({ host: address.address, port: address.port });
    t.teardown(() => client.close());
    return client;
  };
  const operator = await connect();
  if (options.requirepass !== undefined) await operator.call('AUTH', options.requirepass);
  return { written, operator, connect };
}

const value = (reply: Reply | undefined): string => (reply as Leaf).value;

/** What a line of INFO says. */
async function info(client: RespClient, name: string): Promise<string | undefined> {
  return new RegExp(`^${name}:(.*)\r$`, 'm').exec(value(await client.call('INFO')))?.[1];
}

/** Sends something that ends the connection, and resolves with what came before. */
async function fatal(client: RespClient, request: Argument): Promise<string[]> {
  client.sendRaw(request);
  await until(async () => !client.isOpen);
  return (await client.receive(1)).map(value);
}

t.test('replies above the hard limit end their client at once, and nothing behind them is served', async (t) => {
  const { operator, connect, written } = await start(t);
  await operator.call('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 1000000 0 0');
  await operator.call('SET', 'large', 'x'.repeat(1_500_000));
  for (let i = 0; i < 15; i++) await operator.call('RPUSH', 'list', ...Array.from({ length: 10 }, () => 'y'.repeat(10_000)));
  await operator.call('SET', 'small', 'z'.repeat(100_000));
  for (const [name, commands] of Object.entries({ one: [['GET', 'large']], parts: [['LRANGE', 'list', '0', '-1']] })) {
    const client = await connect();
    const replies = await client.pipeline([...commands, ['SET', 'behind', '1']]);
    t.equal(replies.at(-2)?.type, 'missing', name);
    t.equal(value(await operator.call('EXISTS', 'behind')), '0');
  }
  t.equal(await info(operator, 'client_output_buffer_limit_disconnections'), '2');
  t.equal(await info(operator, 'limit_output_buffer'), '2');
  t.match(written.filter(({ limit }) => limit === 'output_buffer')[0], { level: 'warn', event: 'kv.limit', class: 'normal', bound: 'hard', bytes: Number });
  const client = await connect();
  const small = await client.pipeline(Array.from({ length: 20 }, () => ['GET', 'small']));
  t.ok(small.every((reply) => value(reply).length === 100_000), 'replies below are no business of the limit: who takes them may have many');
  t.match(await client.call('CLIENT', 'LIST'), { value: /^(.*\n){2}$/ }, 'nothing is left of those that were ended');
});

t.test('however low the limit, replies of ordinary size end nobody', async (t) => {
  const { operator } = await start(t, { clientOutputBufferLimit: { normal: { hard: 1, soft: 1 } } });
  await operator.call('SET', 'a', 'x'.repeat(10_000));
  t.equal(value(await operator.call('GET', 'a')).length, 10_000);
});

t.test('subscribers have a limit of their own, which counts the message that is above it as received', async (t) => {
  const { operator, connect, written } = await start(t);
  await operator.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 100000 0 0');
  await operator.call('SET', 'large', 'x'.repeat(200_000));
  t.equal(value(await operator.call('GET', 'large')).length, 200_000, 'of class normal');
  const subscriber = await connect();
  await subscriber.call('SUBSCRIBE', 'c');
  t.equal(value(await operator.call('PUBLISH', 'c', 'm'.repeat(200_000))), '1');
  t.equal(value(await operator.call('PUBLISH', 'c', 'm')), '0');
  await until(async () => !subscriber.isOpen);
  t.same(subscriber.pushes, []);
  t.match(written, [{ limit: 'output_buffer', class: 'pubsub' }]);
});

t.test('who monitors is of class normal', async (t) => {
  const { operator, connect } = await start(t, { clientOutputBufferLimit: { normal: { hard: 1_000_000 }, slave: { hard: 1 } } });
  const monitor = await connect();
  await monitor.call('MONITOR');
  await operator.call('SET', 'a', 'x'.repeat(100_000));
  t.equal(value((await monitor.receive(1))[0]).length > 100_000, true);
  await operator.call('SET', 'a', 'x'.repeat(2_000_000));
  await until(async () => !monitor.isOpen);
  t.same((await monitor.receive(1)).map(({ type }) => type), ['missing']);
});

t.test('a client that does not read is ended once it is above the soft limit for too long, written to or not; CLIENT LIST shows what waits', (t) => {
  const server = new LocalServer();
  const { settings, keyspace, outputGuard, limitWatch } = server.server;
  settings.clientOutputBufferLimit = { ...settings.clientOutputBufferLimit, normal: { hard: 0, soft: 100_000, softSeconds: 10 } };
  const { client } = server.connect();
  const connection = client.connection as unknown as { bytesQueued: number; destroy(): void };
  let ends = 0;
  connection.destroy = () => void ends++;
  const startMs = keyspace.nowMs;
  const queuedAfter = (seconds: number, bytes: number): number => {
    keyspace.advance(startMs + seconds * 1000);
    connection.bytesQueued = bytes;
    outputGuard.beat();
    return ends;
  };
  t.equal(queuedAfter(0, 120_000), 0);
  t.match(server.connect().send('CLIENT LIST'), /obl=16384 oll=7 omem=103616 tot-mem=120000 events=rw/);
  t.equal(queuedAfter(10, 120_000), 0);
  t.equal(queuedAfter(11, 90_000), 0, 'it has read');
  t.equal(queuedAfter(12, 120_000), 0);
  t.equal(queuedAfter(22, 120_000), 0);
  t.equal(queuedAfter(22.001, 120_000), 1);
  t.ok(client.closing);
  t.equal(limitWatch.hits.output_buffer, 1);
  t.end();
});

t.test('requests that pile up above the limit end the client', async (t) => {
  const { operator, connect, written } = await start(t, { clientQueryBufferLimit: 1024 * 1024 });
  const client = await connect();
  t.equal((await client.pipeline([['SET', 'a', 'x'.repeat(3_000_000)]]))[0]?.type, 'missing');
  t.equal(await info(operator, 'client_query_buffer_limit_disconnections'), '1');
  t.match(written, [{ level: 'warn', limit: 'query_buffer', bytes: Number }]);
  t.equal(value(await operator.call('CONFIG', 'SET', 'client-query-buffer-limit', '4mb')), 'OK');
  t.equal(value(await (await connect()).call('SET', 'a', 'x'.repeat(3_000_000))), 'OK');
});

for (const [limit, options, within, above, error] of [
  ['bulk_length', { protoMaxBulkLen: 2 ** 20 }, `*2\r\n$4\r\nECHO\r\n$${2 ** 20}\r\n`, `*2\r\n$4\r\nECHO\r\n$${2 ** 20 + 1}\r\n`, 'invalid bulk length'],
  ['multibulk_length', { maxMultibulkLength: 100 }, '*100\r\n', '*101\r\n', 'invalid multibulk length'],
  ['inline_length', { maxInlineLength: 2000 }, 'x'.repeat(2000), 'x'.repeat(2001), 'too big inline request'],
  ['unauthenticated', { requirepass: 'p', unauthenticatedMaxMultibulkLength: 12 }, '*12\r\n', '*13\r\n', 'unauthenticated multibulk length'],
  ['unauthenticated', { requirepass: 'p', unauthenticatedMaxBulkLen: 100 }, '*2\r\n$100\r\n', '*2\r\n$101\r\n', 'unauthenticated bulk length'],
  ['malformed', {}, '*1\r\n', '*1\r\n:1\r\n', "expected '$', got ':'"],
] as const) {
  t.test(`what is above the limit "${limit}" is answered with "${error}" and ends the client`, async (t) => {
    const { operator, connect, written } = await start(t, options);
    const patient = await connect();
    patient.sendRaw(within);
    t.same(await fatal(await connect(), above), [`ERR Protocol error: ${error}`]);
    t.equal(await info(operator, `limit_${limit}`), '1');
    t.equal(await info(operator, 'errorstat_ERR'), 'count=1');
    t.match(written, [{ event: 'kv.limit', limit, problem: `Protocol error: ${error}` }]);
    t.ok(patient.isOpen, 'who is at the limit goes on');
  });
}

t.test('a request may have more arguments than an older Redis takes', async (t) => {
  const { operator } = await start(t);
  const [reply] = await operator.pipeline([['DEL', ...Array.from({ length: 2 ** 20 }, () => '')]]);
  t.equal(value(reply), '0');
});

t.test('what speaks HTTP is ended without an answer, also to what came before', async (t) => {
  const { operator, connect, written } = await start(t);
  for (const request of ['POST / HTTP/1.1\r\n', 'Host: a\r\n', '*1\r\n$5\r\nhOST:\r\n', 'PING\r\npost\r\nPING\r\n']) {
    t.same(await fatal(await connect(), request), ['the connection was closed']);
  }
  t.equal(await info(operator, 'limit_cross_protocol'), '4');
  t.match(written, [{ level: 'warn', limit: 'cross_protocol' }]);
});

t.test('wrong passwords beyond those that are free hold up their client, and nobody else', async (t) => {
  const { operator, connect, written } = await start(t, { requirepass: 'p', authFreeFailures: 1, authPenaltyMs: 1 });
  const client = await connect();
  t.same((await client.pipeline([['AUTH', 'a'], ['AUTH', 'b'], ['AUTH', 'c'], ['AUTH', 'p'], ['PING']])).map(value).slice(3), ['OK', 'PONG']);
  t.equal(await info(operator, 'limit_login_throttle'), '2');
  t.match(written, [{ level: 'warn', limit: 'login_throttle', failures: 2 }]);
});

t.test('who is turned away is counted by the reason', (t) => {
  const server = new LocalServer();
  server.server.settings.maxclients = 1;
  const first = server.connect();
  t.equal(server.connect().client, undefined);
  t.match(first.send('INFO'), / rejected_connections:1 .* limit_maxclients:1 limit_protected_mode:0 /);
  first.send('CONFIG RESETSTAT');
  t.match(first.send('INFO'), / rejected_connections:0 .* limit_maxclients:0 /);
  t.end();
});

t.test('who is turned away, or disconnected in order, keeps no connection by not ending its side', (t) => {
  const server = new LocalServer();
  server.server.settings.maxclients = 1;
  const [first, refused] = [server.connect(), server.connect()];
  t.equal(refused.received(), '-ERR max number of clients reached');
  first.send('QUIT');
  t.same([first.phase, refused.phase], ['draining', 'draining']);
  server.elapse(1000);
  t.same([first.phase, refused.phase], ['draining', 'draining'], 'something still waits to be sent');
  first.phase = refused.phase = 'closing';
  server.elapse(1000);
  t.same([first.phase, refused.phase], ['closed', 'closed']);
  t.end();
});

t.test('what has piled up while a client waited is served in slices, with others between, and whole before its end', async (t) => {
  const server = new LocalServer();
  server.server.settings.clientTurnBytes = 1024;
  const [waiting, other] = [server.connect(), server.connect()];
  waiting.send('BLPOP list 0');
  const increments = Array.from({ length: 100 }, () => 'INCR count');
  t.equal(waiting.send(...increments), '');
  other.send('RPUSH list x');
  const served = [Number(other.send('GET count').split(' ')[1])];
  const end = server.halfClose(waiting);
  t.type(end, Promise, 'the connection is to stay until all is served');
  while (server.server.limitWatch.hits.turn_budget > (served.length - 1)) {
    server.elapse(0);
    served.push(Number(other.send('GET count').split(' ')[1]));
  }
  await end;
  t.ok(served.length >= 3, served.join(' '));
  t.ok((served[0] as number) > 0 && (served[0] as number) < 100);
  t.equal(served.at(-1), 100);
  t.equal(server.halfClose(waiting), undefined);
});

t.test('a pipeline is served in slices of requests, and of replies, with others between', async (t) => {
  const server = new LocalServer();
  server.server.settings.clientTurnBytes = 1024;
  const [greedy, other] = [server.connect(), server.connect()];
  greedy.send(`SET large ${'x'.repeat(50_000)}`);
  for (const request of ['INCR count', 'GET large']) {
    other.send('SET count 0');
    const replies = greedy.send(...Array.from({ length: 100 }, () => request), 'SET count 100');
    t.ok(server.server.limitWatch.hits.turn_budget > 0, request);
    t.ok(Number(other.send('GET count').split(' ')[1]) < 100, 'not all of it is served in the turn in which it came');
    while (other.send('GET count') !== '$3 100') server.elapse(0);
    const all = replies + greedy.received();
    t.equal(all.split(request === 'GET large' ? '$50000' : ':').length - 1, 100, 'each is answered');
  }
});

t.test('KEYS over many keys is answered later, with others served between; in a transaction at once, and not to who is gone', async (t) => {
  const server = new LocalServer();
  const [asker, other, gone] = [server.connect(), server.connect(), server.connect()];
  const count = 50_000;
  for (let from = 0; from < count; from += 1000) asker.exchange(['MSET', ...Array.from({ length: 1000 }, (_, i) => [`aaaaaaaa${from + i}`, 'v']).flat()]);
  const [all, some] = [asker.send('KEYS *', 'ECHO behind'), gone.send('KEYS *a*a*a*7')];
  t.same([all, some], ['', '']);
  t.equal(other.send('ECHO between'), '$7 between');
  gone.close();
  let reply = '';
  while (reply === '') {
    server.elapse(0);
    reply = asker.received();
  }
  t.equal(reply.split(' ')[0], `*${count}`);
  t.equal(new Set(reply.match(/aaaaaaaa\d+/g)).size, count, 'each once');
  t.ok(reply.endsWith('$6 behind'), 'in its turn');
  t.equal(gone.received(), '');
  asker.send('MULTI', 'KEYS *a*a*a*7');
  t.match(asker.send('EXEC'), /^\*1 \*5000 /);
});

t.test('who is far ahead of what is served is not read from, until it is not', async (t) => {
  const server = new LocalServer();
  const client = server.connect();
  // What came in one piece came while the loop was held.
  client.send(...Array.from({ length: 50_000 }, () => 'INCR count'));
  t.equal(client.client.connection?.paused, true);
  while (client.client.connection?.paused === true) server.elapse(0);
  t.ok(server.server.limitWatch.hits.turn_budget > 1);
  t.equal(client.client.closing, false);
});

t.test('when all requests together that wait are too much, whoever has most of it goes, and nobody else', async (t) => {
  const { operator, connect, written } = await start(t, { maxmemoryClients: 2 * 1024 * 1024 });
  const [small, large, spared] = await Promise.all([connect(), connect(), connect()]);
  await spared.call('CLIENT', 'NO-EVICT', 'ON');
  const announced = '*2\r\n$4\r\nECHO\r\n$3000000\r\n';
  spared.sendRaw(announced + 'x'.repeat(900_000));
  small.sendRaw(announced + 'x'.repeat(400_000));
  large.sendRaw(announced + 'x'.repeat(800_000));
  await until(async () => !large.isOpen);
  t.ok(small.isOpen && spared.isOpen);
  t.equal(await info(operator, 'evicted_clients'), '1');
  t.match(written, [{ level: 'warn', limit: 'clients_memory', bytes: Number }]);
  small.sendRaw('x'.repeat(1_000_000));
  await until(async () => !small.isOpen);
  t.ok(spared.isOpen);
  t.equal(await info(operator, 'evicted_clients'), '2');
});

t.test('a request that has begun has to end in time; who waits, or sends whole ones, has no message to end', async (t) => {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const { address } = await reactor.use(kv, {}).listen({ host: '127.0.0.1', port: 0, messageTimeoutMs: 100 });
  const connect = async (): Promise<RespClient> => {
    const client = await RespClient.connect({ host: address.address, port: address.port });
    t.teardown(() => client.close());
    return client;
  };
  const [slow, whole, waiting] = await Promise.all([connect(), connect(), connect()]);
  waiting.sendRaw('BLPOP list 0\r\nECHO behind\r\n');
  slow.sendRaw('*2\r\n$4\r\nECHO\r\n$5\r\nh');
  whole.sendRaw('*1\r\n$4\r\nPI');
  while (slow.isOpen) {
    // Each of these ends a request, and begins one.
    whole.sendRaw('NG\r\n*1\r\n$4\r\nPI');
    t.equal(value((await whole.receive(1))[0]), 'PONG');
  }
  t.equal(reactor.counters.messageTimeouts, 1);
  t.ok(whole.isOpen && waiting.isOpen);
});

t.test('a client that is gone has nothing served, and nobody waits for that', async (t) => {
  const server = new LocalServer();
  server.server.settings.clientTurnBytes = 1024;
  const [waiting, other] = [server.connect(), server.connect()];
  waiting.send('BLPOP list 0');
  waiting.send(...Array.from({ length: 100 }, () => 'INCR count'));
  other.send('RPUSH list x');
  const end = server.halfClose(waiting);
  waiting.close();
  await end;
  const before = other.send('GET count');
  server.elapse(10);
  t.equal(other.send('GET count'), before);
});

t.test('the first time that a limit is met is told at once, and what follows once a second', async (t) => {
  const { log, written } = lines();
  const reactor = createReactor({ log });
  t.teardown(() => reactor.close());
  const watch = new LimitWatch();
  watch.meet('idle_timeout', 'nobody hears it');
  reactor.use(definePlugin({ name: 'watched', options: z.strictObject({}), setup: ({ floodLog }) => ((watch.log = floodLog), {}) }));
  const told = async () => {
    await until(async () => written.length > 0);
    return written.splice(0);
  };
  for (const peer of ['a', 'b', 'c']) watch.meet('query_buffer', peer);
  watch.meet('maxclients', 'd');
  t.match(written.splice(0), [{ limit: 'query_buffer', peer: 'a' }, { limit: 'maxclients', peer: 'd' }]);
  t.match(await told(), [{ limit: 'query_buffer', peer: 'c', count: 2, message: /\(2 times since the line before\)$/ }]);
  watch.meet('query_buffer', 'e');
  t.match(await told(), [{ peer: 'e', message: LIMITS.query_buffer.message }]);
  watch.meet('query_buffer', 'f');
  t.match(await told(), [{ peer: 'f' }]);
  t.equal(watch.hits.query_buffer, 5);
});

t.test('the guide has each limit, with options and parameters that there are', async (t) => {
  const words = (cell = ''): string[] => [...cell.matchAll(/`([\w-]+)`/g)].map(([, word = '']) => word);
  const table = (GUIDE.split('\n## Limits\n')[1]?.split('\n#')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  const rows = table.map((line) => line.split('|').slice(1).map(words));
  t.same(rows.map(([names]) => names?.[0]), Object.keys(LIMITS));
  for (const [, options = [], parameters = []] of rows) {
    for (const option of options) t.ok(option in kvOptions.shape, option);
    for (const parameter of parameters) t.ok(PARAMETERS.has(parameter), parameter);
  }
});
