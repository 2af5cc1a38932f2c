import t, { type Test } from 'tap';
import { Registry } from '../../src/catalogue/registry.js';
import { commands } from '../../src/commands/index.js';
import { EmbeddedPeer } from '../../src/transfer/embedded-peer.js';
import { Exporter } from '../../src/transfer/exporter.js';
import { Importer } from '../../src/transfer/importer.js';
import type { Answer, Peer, Words } from '../../src/transfer/peer.js';
import { RemotePeer } from '../../src/transfer/remote-peer.js';
import { Console } from '../support/console.js';
import { startKv } from '../support/kv-server.js';
import { run } from '../support/program.js';
import { startRedis } from '../support/redis-server.js';
import { skipWithout } from '../support/required-tool.js';
import { type Address, RespClient, encode } from '../support/resp-client.js';
import { contentsOf } from './contents.js';
import { fill } from './sample.js';

async function connectedTo(t: Test, address: Address): Promise<{ readonly client: RespClient; readonly peer: RemotePeer }> {
  const client = await RespClient.connect(address);
  const peer = await RemotePeer.connect(address);
  t.teardown(() => {
    client.close();
    return peer.close();
  });
  return { client, peer };
}

async function redis(t: Test, ...options: string[]): Promise<Address> {
  const server = await startRedis(...options);
  t.teardown(() => server.stop());
  return server;
}

async function exported(peer: Peer, only?: number): Promise<{ readonly bytes: Buffer; readonly exporter: Exporter }> {
  const chunks: Buffer[] = [];
  const exporter = new Exporter(peer, async (bytes) => void chunks.push(bytes));
  await exporter.run(only);
  return { bytes: Buffer.concat(chunks), exporter };
}

async function imported(peer: Peer, ...chunks: (Buffer | string)[]): Promise<Importer> {
  const importer = new Importer(peer);
  await importer.run(inputOf(chunks));
  return importer;
}

async function* inputOf(chunks: readonly (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

function embedded(): { readonly peer: EmbeddedPeer; readonly console: Console } {
  const console = new Console();
  return { console, peer: new EmbeddedPeer('in this process', { server: console.server, registry: new Registry(commands) }) };
}

t.test('all that a redis-server has goes to a store and a KV server and back to a redis-server, key by key the same', skipWithout('redis-server'), async (t) => {
  const [first, last] = [await redis(t), await redis(t)];
  const [{ client, peer }, store, ours] = [await connectedTo(t, first), embedded(), await connectedTo(t, await startKv(t))];
  await fill(client);
  const before = await contentsOf(client);

  const fromRedis = await exported(peer);
  t.match(fromRedis.exporter.tally, { keys: before.size - 1, expectedKeys: before.size - 1, databases: 3, functionLibraries: 1, omissions: [] });
  t.equal(fromRedis.exporter.tally.bytes, fromRedis.bytes.length);
  for (const _ of ['once', 'and again, which replaces what is there']) t.match((await imported(store.peer, fromRedis.bytes)).tally, { failed: 0, failures: [] });
  const fromStore = await exported(store.peer);
  t.match((await imported(ours.peer, fromStore.bytes)).tally, { failed: 0, failures: [] });
  compare(t, await contentsOf(ours.client), before);

  const fromOurs = await exported(ours.peer);
  t.match(await run(t, 'redis-cli', ['-p', String(last.port), '--pipe'], fromOurs.bytes), { status: 0, stdout: /errors: 0,/ });
  compare(t, await contentsOf((await connectedTo(t, last)).client), before);
});

/** One key at a time, as the whole would be a long message. */
function compare(t: Test, found: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>): void {
  t.same([...found.keys()].toSorted(), [...expected.keys()].toSorted());
  const different = [...expected.keys()].filter((key) => JSON.stringify(found.get(key)) !== JSON.stringify(expected.get(key)));
  for (const key of different) t.same(found.get(key), expected.get(key), key);
  t.same(different, []);
}

t.test('one database is exported alone', async (t) => {
  const { peer, console } = embedded();
  for (const line of ['SET a 1', 'SELECT 2', 'SET b 2']) console.run(line);
  const { bytes } = await exported(peer, 2);
  t.equal(String(bytes), String(encode([['SELECT', '2'], ['SET', 'b', '2']])));
});

t.test('an older Redis, which knows no functions and no PEXPIRETIME, tells deadlines by PTTL', skipWithout('redis-server'), async (t) => {
  const { client, peer } = await connectedTo(t, await redis(t, '--rename-command', 'PEXPIRETIME', '', '--rename-command', 'FUNCTION', ''));
  await client.call('SET', 'a', '1', 'PX', '1000000000');
  const { bytes } = await exported(peer);
  const [, deadline] = /PEXPIREAT\r\n\$1\r\na\r\n\$13\r\n(\d+)\r\n/.exec(String(bytes)) ?? [];
  t.equal(Math.round((Number(deadline) - Date.now()) / 1e6), 1000);
});

/** Runs requests of its own between those of others. */
class Meddler implements Peer {
  readonly name = 'meddler';
  /** What to run after the first request of that name. */
  constructor(readonly peer: Peer, readonly after: string, readonly requests: Words[]) {}

  async call(requests: readonly Words[]): Promise<Answer[]> {
    const answers = await this.peer.call(requests);
    if (requests.some(([name]) => name === this.after)) await this.peer.call(this.requests.splice(0));
    return answers;
  }

  close(): Promise<void> {
    return this.peer.close();
  }
}

for (const [what, after, change, expected] of [
  ['becomes another type before it is read', 'TYPE', [['DEL', 'k'], ['SET', 'k', 'now a string']], '$12 now a string'],
  ['becomes another type between two pieces', 'LRANGE', [['DEL', 'k'], ['SET', 'k', 'now a string']], '$12 now a string'],
  ['is deleted before it is read', 'TYPE', [['DEL', 'k']], '$-1'],
] as const) {
  t.test(`a key that ${what} is exported as it is then`, async (t) => {
    const { peer, console } = embedded();
    console.run(`RPUSH k ${'x '.repeat(150).trim()}`);
    const { bytes } = await exported(new Meddler(peer, after, [...change]));
    const copy = embedded();
    t.match((await imported(copy.peer, bytes)).tally, { failed: 0 });
    t.equal(copy.console.run('GET k'), expected);
  });
}

t.test('a key of a module is left out, and said so', async (t) => {
  const { peer, console } = embedded();
  console.run('MSET a 1 b 2');
  const call = async (requests: readonly Words[]) => {
    const answers = await peer.call(requests);
    return answers.map((answer, i) => (requests[i]?.[0] === 'TYPE' && String(requests[i][1]) === 'a' ? 'ReJSON-RL' : answer));
  };
  const { exporter } = await exported({ name: 'modular', call, close: () => peer.close() });
  t.match(exporter.tally, { keys: 1, omissions: ['"a" is of type ReJSON-RL, which comes from a module'] });
});

t.test('what an import cannot do is counted, the first of it shown, and the rest done', async (t) => {
  const { peer, console } = embedded();
  const wrong = Array.from({ length: 12 }, () => ['INCR', 'text']);
  const { tally } = await imported(peer, encode([['SET', 'text', 'x'], ...wrong, ['SUBSCRIBE', 'news'], ['SET', 'last', 'y']]));
  t.match(tally, { requests: 15, failed: 13 });
  t.equal(tally.failures.length, 10);
  t.equal(tally.failures[0], 'request 14 (SUBSCRIBE news): is for connections, and has no place in data', 'it is not even sent');
  t.equal(tally.failures[1], 'request 2 (INCR text): ERR value is not an integer or out of range');
  t.equal(console.run('GET last'), '$1 y');
});

for (const where of ['a server', 'this process'] as const) {
  t.test(`a transaction that is cut off leaves nothing, and one that fails is told: in ${where}`, async (t) => {
    const peer = where === 'a server' ? (await connectedTo(t, await startKv(t))).peer : embedded().peer;
    const { tally } = await imported(peer, encode([['MULTI'], ['SET', 'a', '1'], ['INCR', 'a'], ['LPUSH', 'a', 'x'], ['EXEC']]));
    t.match(tally, { failed: 1, failures: [/^request 5 \(EXEC\): WRONGTYPE/] });
    await t.rejects(imported(peer, encode([['MULTI'], ['SET', 'b', '1']]), '*2\r\n$3\r\nGE'), /^the input ends within request 3 at byte 42: it was cut off$/);
    t.same(await peer.call([['DISCARD'], ['GET', 'a'], ['GET', 'b']]).then((answers) => answers.slice(1).map((answer) => (answer instanceof Buffer ? answer.toString() : answer))), ['2', null]);
  });
}
