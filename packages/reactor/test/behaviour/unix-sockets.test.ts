/** Unix sockets, over a path and over an abstract name, against node:net on either side. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Connection, Hooks } from '../../src/index.js';
import { AF_UNIX, SOCK_STREAM } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { encodeUnixAddress } from '../../src/net/address.js';
import { CALL_ERRORS, failure } from '../../src/testing/index.js';
import { blackHole } from '../support/black-hole.js';
import { Client, TRIGGERS, descriptors, openReactor, until, using } from '../support/setting.js';

const native = nativeKernel();
const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };
const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
t.teardown(() => rmSync(folder, { recursive: true }));

let names = 0;
const newFile = () => join(folder, `${names++}`);
/** As long as can be: Node 20 fills up shorter ones with NUL bytes, which count, and makes other names of them. */
const newAbstract = () => `@edgeloop-${process.pid}-${names++}-`.padEnd(108, 'x');
const KINDS = { path: newFile, 'abstract name': newAbstract };

/** Node writes the NUL of an abstract name as it is. */
const nodeName = (path: string) => path.replace(/^@/, '\0');

async function client(t: Test, path: string): Promise<Client> {
  const socket = connect({ path: nodeName(path), allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return new Client(socket);
}

t.test('a client whose name the kernel does not tell is served without it', async (t) => {
  for (const errno of CALL_ERRORS.getpeername) {
    const [path, peers] = [newAbstract(), [] as string[]];
    const reactor = openReactor(t, { kernel: { getpeername: () => failure(errno) } });
    await using(reactor, { ...ECHO, onOpen: ({ remoteAddress }: Connection) => void peers.push(remoteAddress) }).listen({ path });
    t.equal(await (await client(t, path)).echo('hello'), 'hello', errno);
    t.same(peers, ['']);
  }
});

for (const [kind, newName] of Object.entries(KINDS)) {
  for (const trigger of TRIGGERS) {
    t.test(`a client by node:net has its bytes and its end echoed over ${kind} (${trigger})`, async (t) => {
      const path = newName();
      const before = descriptors();
      const reactor = openReactor(t);
      const listener = await using(reactor, ECHO).listen({ path, trigger });
      t.match(listener.address, { family: 'unix', address: path, port: 0 });
      t.equal(existsSync(path), kind === 'path');
      const long = 'long '.repeat(100_000);
      const peer = await client(t, path);
      t.equal(await peer.echo('hello'), 'hello');
      t.ok((await peer.echo(long)) === long);
      peer.socket.end();
      await until(() => peer.ended && peer.closed && reactor.connectionCount === 0, 'the end');
      await reactor.close();
      t.notOk(existsSync(path));
      await until(() => descriptors() === before, 'the descriptors');
    });

    t.test(`a dialled connection talks to a server by node:net over ${kind} (${trigger})`, async (t) => {
      const path = newName();
      const before = descriptors();
      const server = createServer((socket: Socket) => void socket.pipe(socket).on('error', () => {})).listen(nodeName(path));
      await new Promise((resolve) => server.once('listening', resolve));
      const heard: string[] = [];
      const reactor = openReactor(t);
      const plugin = using(reactor, {
        onData: (connection: Connection, chunk: Buffer) => {
          heard.push(`${chunk}`);
          connection.end();
        },
        onClose: (_connection: Connection, reason: Error | undefined) => void heard.push(`closed ${reason}`),
      });
      const connection = await plugin.connect({ path, trigger });
      t.match(connection, { remoteAddress: path, remotePort: 0, localAddress: '', localPort: 0, phase: 'open' });
      connection.write('hello');
      await until(() => heard.length === 2, 'the end');
      t.same(heard, ['hello', 'closed undefined']);
      await reactor.close();
      await new Promise((resolve) => server.close(resolve));
      await until(() => descriptors() === before, 'the descriptors');
    });
  }

  t.test(`both ends of a connection over ${kind} know their addresses, and a client's name if it has one`, async (t) => {
    const seen: (string | undefined)[][] = [];
    const plugin = using(openReactor(t), { onOpen: (connection: Connection) => void seen.push([connection.remoteAddress, connection.localAddress]) });
    const path = newName();
    await plugin.listen({ path });
    const named = newName();
    const fd = native.socket(AF_UNIX, SOCK_STREAM);
    const [own, remote] = [encodeUnixAddress(named).bytes, encodeUnixAddress(path).bytes];
    t.equal(native.bind(fd, own, own.length), 0);
    t.equal(native.connect(fd, remote, remote.length), 0);
    await until(() => seen.length === 1, 'the connection');
    native.close(fd);
    await client(t, path);
    await until(() => seen.length === 2, 'the connection');
    t.same(seen, [[named, path], ['', path]], 'one after the other: no name is left over from the one before');
  });

  t.test(`a backlog that is full is told with EAGAIN, and nobody there with ECONNREFUSED (${kind})`, async (t) => {
    const plugin = using(openReactor(t), {});
    const path = newName();
    blackHole(t, encodeUnixAddress(path));
    const gone = newName();
    const fd = native.socket(AF_UNIX, SOCK_STREAM);
    const { bytes } = encodeUnixAddress(gone);
    native.bind(fd, bytes, bytes.length);
    native.close(fd);
    const before = descriptors();
    await t.rejects(plugin.connect({ path }), { code: 'EAGAIN', syscall: 'connect', address: path });
    await t.rejects(plugin.connect({ path: gone }), { code: 'ECONNREFUSED', syscall: 'connect', address: gone });
    t.equal(descriptors(), before);
  });

  t.test(`a listener that is closed leaves its connections, and its ${kind} free`, async (t) => {
    const plugin = using(openReactor(t), ECHO);
    const path = newName();
    const listener = await plugin.listen({ path });
    const peer = await client(t, path);
    t.equal(await peer.echo('before'), 'before');
    listener.close();
    t.equal(await peer.echo('after'), 'after');
    await t.rejects(plugin.connect({ path }), { code: kind === 'path' ? 'ENOENT' : 'ECONNREFUSED' });
    await plugin.listen({ path });
    t.equal(await (await client(t, path)).echo('again'), 'again');
    t.equal(await peer.echo('still'), 'still');
  });
}

t.test('a path where nothing is, and a file that is no socket, are told by connect', async (t) => {
  const plugin = using(openReactor(t), {});
  const before = descriptors();
  const [missing, file] = [newFile(), newFile()];
  writeFileSync(file, 'precious');
  await t.rejects(plugin.connect({ path: missing }), { code: 'ENOENT', syscall: 'connect', address: missing });
  await t.rejects(plugin.connect({ path: file }), { code: 'ECONNREFUSED', address: file });
  t.equal(readFileSync(file, 'utf8'), 'precious');
  t.equal(descriptors(), before);
});

t.test('an abstract name, of any length, is taken by one at a time', async (t) => {
  const path = `@edgeloop-${process.pid}`;
  const plugin = using(openReactor(t), ECHO);
  await plugin.listen({ path });
  const before = descriptors();
  await t.rejects(plugin.listen({ path }), { code: 'EADDRINUSE', syscall: 'bind', address: path });
  t.equal(descriptors(), before);
  t.match(await plugin.connect({ path }), { phase: 'open', remoteAddress: path });
});

t.test('a Unix dial is called off like any other', async (t) => {
  const path = newFile();
  const reactor = openReactor(t);
  const plugin = using(reactor, { onOpen: () => t.fail('nothing may open') });
  const listener = createServer().listen(path);
  t.teardown(() => listener.close());
  await new Promise((resolve) => listener.once('listening', resolve));
  const abort = new AbortController();
  const before = descriptors();
  const aborted = plugin.connect({ path, signal: abort.signal });
  abort.abort(new Error('no'));
  await t.rejects(aborted, { message: 'no' });
  t.equal(descriptors(), before);
  const dialled = t.rejects(plugin.connect({ path }), { code: 'EL_REACTOR_CLOSED' });
  await reactor.close();
  await dialled;
});

t.test('options of the one kind of socket are refused by name with the other', async (t) => {
  const plugin = using(openReactor(t), {});
  const path = newFile();
  for (const [options, names] of [
    [{ path, port: 0 }, '"port"'], [{ path, host: '::1', noDelay: true }, '"host", "noDelay"'], [{ path, ipv6Only: true }, '"ipv6Only"'],
    [{ path, reusePort: true }, '"reusePort"'], [{ path, keepAliveSeconds: 1, userTimeoutMs: 1 }, '"keepAliveSeconds", "userTimeoutMs"'],
    [{ port: 0, mode: 0o600 }, '"mode"'], [{ port: 0, uid: 0, gid: 0 }, '"uid", "gid"'],
  ] as const) {
    await t.rejects(plugin.listen(options as never), { code: 'EL_OPTION_INVALID', message: `listen: there is no option ${names}` });
  }
  for (const [options, names] of [
    [{ path, port: 1, host: '::1' }, '"port", "host"'], [{ path, lookup: async () => [] }, '"lookup"'],
    [{ path, attemptDelayMs: 100 }, '"attemptDelayMs"'], [{ path, mode: 0o600 }, '"mode"'], [{ path, noDelay: true }, '"noDelay"'], [{ host: '::1', port: 1, mode: 0o600 }, '"mode"'],
  ] as const) {
    await t.rejects(plugin.connect(options as never), { code: 'EL_OPTION_INVALID', message: `connect: there is no option ${names}` });
  }
  t.notOk(existsSync(path));
});

t.test('no options at all are a coded error too', async (t) => {
  const plugin = using(openReactor(t), {});
  for (const nothing of [undefined, null, 7, 'path']) {
    await t.rejects(plugin.listen(nothing as never), { code: 'EL_OPTION_INVALID' });
    await t.rejects(plugin.connect(nothing as never), { code: 'EL_OPTION_INVALID' });
  }
});
