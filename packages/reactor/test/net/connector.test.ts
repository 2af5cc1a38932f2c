import { getEventListeners } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { constants } from 'node:os';
import { queryObjects } from 'node:v8';
import t, { type Test } from 'tap';
import type { Connection } from '../../src/index.js';
import { AF_INET, EINPROGRESS, EMFILE, EPOLLOUT, SOCKADDR_STORAGE_BYTES, SOCK_STREAM } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { decodeAddress, encodeAddress } from '../../src/net/address.js';
import { Connector } from '../../src/net/connector.js';
import { blackHole } from '../support/black-hole.js';
import { start } from '../support/child.js';
import { type Setting, descriptors, openReactor, quiet, until, using } from '../support/setting.js';

const native = nativeKernel();
const { errno } = constants;
/** Head start and timeout that no test outlives: what happens, happens for another reason. */
const NEVER_MS = 600_000;
const PATIENT = { host: 'name.test', attemptDelayMs: NEVER_MS, connectTimeoutMs: NEVER_MS };

/** A server by node:net that keeps what it accepts, and whose port is free at the other addresses of the loopback. */
async function netServer(t: Test, host = '127.0.0.1'): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => void socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  t.teardown(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

/** A reactor that notes the addresses it connects to, and a plugin on it. */
function dialler(t: Test, { kernel, ...setting }: Setting = {}) {
  const tried: string[] = [];
  const below = { ...native, ...kernel };
  const connect: typeof native.connect = (fd, bytes, length) => {
    tried.push(decodeAddress(bytes)?.address as string);
    return below.connect(fd, bytes, length);
  };
  const opened: Connection[] = [];
  const reactor = openReactor(t, { ...setting, kernel: { ...kernel, connect } });
  const plugin = using(reactor, { onOpen: (connection: Connection) => void opened.push(connection) });
  return { reactor, plugin, tried, opened };
}

const answers = (...addresses: string[]) => async () => addresses;
const never = () => new Promise<never>(() => {});
const backTo = (before: number) => until(() => descriptors() === before, 'the descriptors');

t.test('an address that refuses is followed by the next at once, not after its head start', async (t) => {
  const { port } = await netServer(t);
  const { plugin, tried, opened } = dialler(t);
  const before = descriptors();
  const connection = await plugin.connect({ ...PATIENT, port, lookup: answers('127.0.0.2', '127.0.0.3', '127.0.0.1', '127.0.0.4') });
  t.same(tried, ['127.0.0.2', '127.0.0.3', '127.0.0.1'], 'and none is tried that is not needed');
  t.equal(connection.remoteAddress, '127.0.0.1');
  t.same(opened, [connection]);
  connection.destroy();
  await backTo(before);
});

t.test('an address that hangs is followed by the next after its head start, and given up when that has answered', async (t) => {
  const { port } = await netServer(t);
  blackHole(t, encodeAddress('127.0.0.2', port));
  const { plugin, tried, opened } = dialler(t);
  const before = descriptors();
  const connection = await plugin.connect({ ...PATIENT, port, attemptDelayMs: 10, lookup: answers('127.0.0.2', '127.0.0.1') });
  t.same(tried, ['127.0.0.2', '127.0.0.1']);
  t.equal(connection.remoteAddress, '127.0.0.1');
  connection.destroy();
  await backTo(before);
  t.same(opened, [connection]);
});

t.test('a name with both families is tried in both, the preferred one first', async (t) => {
  const { port } = await netServer(t, '::1');
  const { plugin, tried } = dialler(t);
  const before = descriptors();
  const connection = await plugin.connect({ ...PATIENT, port, lookup: answers('127.0.0.1', '127.0.0.2', '::1') });
  t.same(tried, ['127.0.0.1', '::1']);
  t.match(connection, { remoteAddress: '::1', localAddress: '::1', remotePort: port });
  const other = await plugin.connect({ ...PATIENT, port, lookup: answers('::1', '127.0.0.1') });
  t.same(tried, ['127.0.0.1', '::1', '::1']);
  connection.destroy();
  other.destroy();
  await backTo(before);
});

t.test('when all addresses fail, the error names each with its reason; a single one has its own error', async (t) => {
  const { server, port } = await netServer(t);
  server.close();
  const connect: typeof native.connect = (fd, bytes, length) =>
    decodeAddress(bytes)?.family === 'IPv6' ? -errno.ENETUNREACH : native.connect(fd, bytes, length);
  const { plugin, reactor } = dialler(t, { kernel: { connect } });
  const before = descriptors();
  const lookup = answers('127.0.0.1', '::1', '127.0.0.2');
  const failure = (await plugin.connect({ ...PATIENT, port, lookup }).catch((error: unknown) => error)) as Error;
  t.match(failure, { code: 'EL_CONNECT_FAILED', cause: { errors: [{ code: 'ECONNREFUSED' }, { code: 'ENETUNREACH' }, { code: 'ECONNREFUSED' }] } });
  const parts = [`name.test:${port}`, `127.0.0.1:${port}: ECONNREFUSED`, `[::1]:${port}: ENETUNREACH`, `127.0.0.2:${port}: ECONNREFUSED`];
  for (const part of parts) t.match(failure.message, part);
  await t.rejects(plugin.connect({ ...PATIENT, port, lookup: answers('127.0.0.2') }), { code: 'ECONNREFUSED', address: `127.0.0.2:${port}` });
  t.equal(descriptors(), before);
  t.match(reactor.counters, { connected: 0, closed: 0 });
});

t.test('when none answers, the timeout ends it and tells what has failed before', async (t) => {
  const { port } = await netServer(t);
  for (const address of ['127.0.0.2', '127.0.0.3']) blackHole(t, encodeAddress(address, port));
  const { plugin, tried } = dialler(t);
  const before = descriptors();
  const lookup = answers('127.0.0.4', '127.0.0.2', '127.0.0.3');
  await t.rejects(plugin.connect({ ...PATIENT, port, attemptDelayMs: 10, connectTimeoutMs: 150, lookup }), {
    code: 'EL_CONNECT_TIMEOUT', message: new RegExp(`name\\.test:${port} .*150 ms.*127\\.0\\.0\\.4:${port}: ECONNREFUSED`),
  });
  t.equal(tried[0], '127.0.0.4');
  t.equal(descriptors(), before);
  const six = blackHole(t, encodeAddress('::1', 0)).port;
  const literal = plugin.connect({ ...PATIENT, host: '::1', port: six, connectTimeoutMs: 20 });
  await t.rejects(literal, { code: 'EL_CONNECT_TIMEOUT', message: `[::1]:${six} has` });
});

t.test('the timeout counts from the begin of the lookup, whose late answer then starts nothing', async (t) => {
  const { plugin, tried } = dialler(t);
  const before = descriptors();
  let answer: (addresses: string[]) => void = () => {};
  const late = () => new Promise<string[]>((resolve) => (answer = resolve));
  const dialled = plugin.connect({ ...PATIENT, port: 9, connectTimeoutMs: 20, lookup: late });
  await t.rejects(dialled, { code: 'EL_CONNECT_TIMEOUT', message: /name\.test:9/ });
  answer(['127.0.0.1']);
  await quiet(3);
  t.same(tried, []);
  t.equal(descriptors(), before);
});

/** Keeps the first dial out of the epoll set until the second one enters it, so that one batch of events tells of both. */
function pairedDials(): Pick<typeof native, 'epollAdd'> {
  let first: Parameters<typeof native.epollAdd> | undefined;
  return {
    epollAdd(...args) {
      if (args[2] !== EPOLLOUT) return native.epollAdd(...args);
      if (first === undefined) first = args;
      else native.epollAdd(...first);
      return first === args ? 0 : native.epollAdd(...args);
    },
  };
}

t.test('when two answer in one batch, the first is taken and the other given up', async (t) => {
  const { port } = await netServer(t, '0.0.0.0');
  const { plugin, tried, opened, reactor } = dialler(t, { kernel: pairedDials() });
  const before = descriptors();
  const connection = await plugin.connect({ ...PATIENT, attemptDelayMs: 10, port, lookup: answers('127.0.0.2', '127.0.0.3') });
  t.same(tried, ['127.0.0.2', '127.0.0.3']);
  t.same(opened, [connection]);
  t.match(reactor.counters, { connected: 1, staleEvents: 1 }, 'the other had an event in that batch');
  connection.destroy();
  await backTo(before);
});

t.test('a reactor closed in the turn in which a dial succeeds rejects that dial', async (t) => {
  const { port } = await netServer(t);
  const before = descriptors();
  const reactor = openReactor(t, { kernel: pairedDials() });
  const opened: number[] = [];
  const plugin = using(reactor, { onOpen: (connection: Connection) => void (opened.push(connection.id), reactor.close()) });
  const dialled = [1, 2].map(() => plugin.connect({ ...PATIENT, host: '127.0.0.1', port }).catch((reason: unknown) => reason));
  t.match(await Promise.all(dialled), [{ code: 'EL_REACTOR_CLOSED' }, { code: 'EL_REACTOR_CLOSED' }]);
  t.equal(opened.length, 1, 'the second has not opened');
  await reactor.close();
  await backTo(before);
});

t.test('a peer that resets while it is dialled is a failed attempt', async (t) => {
  const { bytes } = encodeAddress('127.0.0.1', 0);
  const listener = native.socket(AF_INET, SOCK_STREAM);
  native.bind(listener, bytes, bytes.length);
  native.listen(listener, 8);
  const bound = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  native.getsockname(listener, bound, bound.length);
  // Closing a listener resets the connections that nobody has accepted.
  const connect: typeof native.connect = (...args) => (native.connect(...args), native.close(listener), -EINPROGRESS);
  const { plugin } = dialler(t, { kernel: { connect } });
  const before = descriptors();
  const port = decodeAddress(bound)?.port as number;
  await t.rejects(plugin.connect({ ...PATIENT, host: '127.0.0.1', port }), { code: 'ECONNRESET', syscall: 'connect' });
  t.equal(descriptors(), before - 1, 'the listener is gone, and nothing has come');
});

t.test('a signal that is aborted before ends it with its reason, and nothing is looked up', async (t) => {
  const { plugin, tried } = dialler(t);
  const before = descriptors();
  const reason = new Error('changed my mind');
  const lookup = () => Promise.reject(t.fail('nothing is to be looked up'));
  await t.rejects(plugin.connect({ ...PATIENT, port: 9, signal: AbortSignal.abort(reason), lookup }), reason);
  await quiet(3);
  t.same(tried, []);
  t.equal(descriptors(), before);
});

t.test('an abort during the lookup, and one during an attempt, end it at once with the reason', async (t) => {
  const { port } = await netServer(t);
  for (const address of ['127.0.0.2', '127.0.0.3']) blackHole(t, encodeAddress(address, port));
  const { plugin, tried } = dialler(t);
  const before = descriptors();
  for (const [lookup, attempts] of [[never, 0], [answers('127.0.0.2', '127.0.0.3'), 2]] as const) {
    const abort = new AbortController();
    const dialled = plugin.connect({ ...PATIENT, port, attemptDelayMs: 10, signal: abort.signal, lookup });
    await until(() => tried.length === attempts, 'the attempts');
    abort.abort('enough');
    t.equal(descriptors(), before, 'the descriptors are back when abort returns');
    t.equal(await dialled.catch((reason: unknown) => reason), 'enough');
  }
});

t.test('an abort after success changes nothing, not even from onOpen', async (t) => {
  const { port } = await netServer(t);
  const abort = new AbortController();
  const plugin = using(openReactor(t), { onOpen: () => abort.abort() });
  const connection = await plugin.connect({ ...PATIENT, host: '127.0.0.1', port, signal: abort.signal });
  await quiet(3);
  t.equal(connection.phase, 'open');
  const later = new AbortController();
  const other = await plugin.connect({ ...PATIENT, host: '127.0.0.1', port, signal: later.signal });
  later.abort();
  await quiet(3);
  t.equal(other.phase, 'open');
});

t.test('a reactor closed while a name is looked up, or an attempt under way, rejects the dial', async (t) => {
  const { port } = await netServer(t);
  for (const address of ['127.0.0.2', '127.0.0.3']) blackHole(t, encodeAddress(address, port));
  const before = descriptors();
  for (const [lookup, attempts] of [[never, 0], [answers('127.0.0.2', '127.0.0.3'), 2]] as const) {
    const { reactor, plugin, tried } = dialler(t);
    const dialled = plugin.connect({ ...PATIENT, port, attemptDelayMs: 10, lookup }).catch((reason: unknown) => reason);
    await until(() => tried.length === attempts, 'the attempts');
    await reactor.close();
    t.match(await dialled, { code: 'EL_REACTOR_CLOSED' });
    t.equal(descriptors(), before);
  }
});

t.test('a lookup that rejects after the dial is over, or on a closed reactor, is nobody\'s unhandled rejection', async (t) => {
  const { reactor, plugin } = dialler(t);
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const lookup = () => Promise.reject(new Error('no such name'));
  await t.rejects(plugin.connect({ ...PATIENT, port: 9, signal: AbortSignal.abort(new Error('over')), lookup }), { message: 'over' });
  await reactor.close();
  await t.rejects(plugin.connect({ ...PATIENT, port: 9, lookup }), { code: 'EL_REACTOR_CLOSED' });
  await quiet(3);
  t.same(unhandled, []);
});

t.test('a reactor closed by onOpen closes the connection, and the dial rejects with that', async (t) => {
  const { port } = await netServer(t);
  const before = descriptors();
  const reactor = openReactor(t);
  const closed: unknown[] = [];
  const onClose = (_connection: Connection, reason: Error | undefined) => void closed.push(reason);
  const plugin = using(reactor, { onOpen: () => void reactor.close(), onClose });
  await t.rejects(plugin.connect({ ...PATIENT, host: '127.0.0.1', port }), { code: 'EL_REACTOR_CLOSED' });
  await reactor.close();
  t.match(closed, [{ code: 'EL_REACTOR_CLOSED' }]);
  await backTo(before);
});

t.test('onOpen that throws or destroys rejects the dial with that, and the other addresses are left alone', async (t) => {
  const { port } = await netServer(t);
  const reason = new Error('not this one');
  const before = descriptors();
  for (const [onOpen, expected] of [
    [() => { throw reason; }, { code: 'EL_HANDLER_FAILED', cause: reason }],
    [(connection: Connection) => connection.destroy(reason), reason],
    [(connection: Connection) => connection.destroy(), { code: 'EL_CONNECTION_CLOSED', message: new RegExp(`127\\.0\\.0\\.1:${port}`) }],
  ] as const) {
    const tried: number[] = [];
    const kernel = { connect: (...args: Parameters<typeof native.connect>) => (tried.push(args[0]), native.connect(...args)) };
    const reactor = openReactor(t, { kernel });
    await t.rejects(using(reactor, { onOpen }).connect({ ...PATIENT, port, lookup: answers('127.0.0.1', '127.0.0.2') }), expected);
    t.equal(tried.length, 1);
    await reactor.close();
  }
  await backTo(before);
});

t.test('out of descriptors at one address, the next is tried all the same', async (t) => {
  const { port } = await netServer(t);
  let sockets = 0;
  const { plugin } = dialler(t, { kernel: { socket: (family, type) => (sockets++ === 0 ? -EMFILE : native.socket(family, type)) } });
  const before = descriptors();
  const connection = await plugin.connect({ ...PATIENT, port, lookup: answers('127.0.0.2', '127.0.0.1') });
  t.equal(connection.remoteAddress, '127.0.0.1');
  connection.destroy();
  await backTo(before);
});

t.test('a dial that is over leaves nothing behind: no timer, no listener of its signal, nothing to hear of the end of the reactor', async (t) => {
  const { server, port } = await netServer(t);
  blackHole(t, encodeAddress('127.0.0.2', port));
  const { plugin, tried } = dialler(t);
  const abort = new AbortController();
  const { signal } = abort;
  (await plugin.connect({ ...PATIENT, port, signal, attemptDelayMs: 10, lookup: answers('127.0.0.2', '127.0.0.1') })).destroy();
  server.close();
  await t.rejects(plugin.connect({ ...PATIENT, port, signal, lookup: answers('127.0.0.1') }), { code: 'ECONNREFUSED' });
  t.same(getEventListeners(signal, 'abort'), []);
  const aborted = plugin.connect({ ...PATIENT, port, signal, lookup: answers('127.0.0.2', '127.0.0.3') });
  await until(() => tried.length === 4, 'the attempt');
  abort.abort(new Error('enough'));
  await t.rejects(aborted, { message: 'enough' });
  await quiet(1);
  t.equal(queryObjects(Connector), 0);
});

t.test('a dial that is over does not keep the process alive', async (t) => {
  const child = start(t, `
    import { createServer } from 'node:net';
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address();
    const dialler = createReactor().use(plugin({}));
    const patient = { host: 'name.test', port, connectTimeoutMs: ${NEVER_MS}, attemptDelayMs: ${NEVER_MS} };
    await dialler.connect({ ...patient, lookup: async () => ['127.0.0.1', '127.0.0.2'] }).then((connection) => connection.end());
    server.close();
    await dialler.connect({ ...patient, lookup: () => Promise.reject(new Error('no')) }).catch(() => {});
    await dialler.connect({ ...patient, lookup: () => new Promise(() => {}), signal: AbortSignal.timeout(10) }).catch(() => {});
    process.stdout.write('done');
  `);
  t.same(await child.finished, { code: 0, signal: null }, child.stderr);
  t.equal(child.stdout, 'done');
});
