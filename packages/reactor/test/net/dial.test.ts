import { type Server, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { Connection } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { LOOPS, TRIGGERS, descriptors, memoryLog, openReactor, quiet, serve, until, using } from '../support/setting.js';

const native = nativeKernel();

async function netServer(t: Test): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => void socket.pipe(socket).on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port of 127.0.0.1 on which nobody listens. */
async function deadPort(t: Test): Promise<number> {
  const { server, port } = await netServer(t);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const loop of LOOPS) {
  for (const trigger of TRIGGERS) {
    t.test(`behaviour 14: a dialled connection talks to a server beside it (${trigger}, ${loop})`, async (t) => {
      const calls: string[] = [];
      const { port } = await netServer(t);
      const plugin = using(openReactor(t, { loop }), {
        onOpen: () => void calls.push('onOpen'),
        onData: (connection: Connection, chunk: Buffer) => {
          calls.push(`${chunk}`);
          connection.end();
        },
        onHalfClose: () => void calls.push('onHalfClose'),
        onClose: (_connection: Connection, reason: Error | undefined) => void calls.push(`onClose ${reason}`),
      });
      const connection = await plugin.connect({ host: '127.0.0.1', port, trigger });
      t.same(calls, ['onOpen'], 'onOpen has been called when the promise resolves');
      t.match(connection, { remoteAddress: '127.0.0.1', remotePort: port, localAddress: '127.0.0.1', phase: 'open' });
      connection.write('hello');
      await until(() => calls.length === 4, 'the end');
      t.same(calls, ['onOpen', 'hello', 'onHalfClose', 'onClose undefined']);
    });
  }

  t.test(`refused is a coded error that names the address, and costs no descriptor (${loop})`, async (t) => {
    const port = await deadPort(t);
    const reactor = openReactor(t, { loop });
    const plugin = using(reactor, { onClose: () => t.fail('there was no connection to close') });
    await plugin.connect({ host: '127.0.0.1', port }).catch(() => {});
    const before = descriptors();
    for (let i = 0; i < 5; i++) await t.rejects(plugin.connect({ host: '127.0.0.1', port }), { code: 'ECONNREFUSED', syscall: 'connect', address: `127.0.0.1:${port}` });
    t.equal(descriptors(), before);
    t.match(reactor.counters, { connected: 0, closed: 0 });
  });
}

t.test('a name that cannot be resolved is a coded error', async (t) => {
  await t.rejects(using(openReactor(t), {}).connect({ host: 'name.invalid', port: 1 }), { code: 'EL_ADDRESS_UNRESOLVED', message: /"name\.invalid"/ });
});

t.test('a reactor closed while dialling rejects the dial', async (t) => {
  const { port } = await netServer(t);
  const before = descriptors();
  const reactor = openReactor(t);
  const plugin = using(reactor, { onOpen: () => t.fail('nothing may open') });
  const dialled = t.rejects(plugin.connect({ host: '127.0.0.1', port }), { code: 'EL_REACTOR_CLOSED' });
  await Promise.resolve();
  await reactor.close();
  await dialled;
  await t.rejects(plugin.connect({ host: '127.0.0.1', port }), { code: 'EL_REACTOR_CLOSED' });
  await quiet(3);
  t.equal(descriptors(), before);
});

t.test('a hundred dials in parallel all come about, and leave no descriptor behind', async (t) => {
  const hears: string[] = [];
  const { port } = await serve(t, { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) });
  const reactor = openReactor(t);
  const plugin = using(reactor, { onData: (connection: Connection, chunk: Buffer) => void hears.push(`${connection.id} ${chunk}`) });
  const before = descriptors();
  const connections = await Promise.all(Array.from({ length: 100 }, () => plugin.connect({ host: '127.0.0.1', port })));
  t.equal(reactor.connectionCount, 100);
  for (const connection of connections) connection.write(`${connection.id}`);
  await until(() => hears.length === 100, 'all echoes');
  t.same(new Set(hears), new Set(connections.map(({ id }) => `${id} ${id}`)));
  for (const connection of connections) connection.end();
  await until(() => reactor.connectionCount === 0, 'all to close');
  await until(() => descriptors() === before, 'the descriptors');
  t.match(reactor.counters, { connected: 100, closed: 100, failed: 0 });
});

t.test('a dial whose system calls fail rejects with the call, and gives the socket back', async (t) => {
  for (const [replaced, syscall] of [
    [{ socket: () => -24 }, 'socket'],
    [{ setsockopt: () => -12 }, 'setsockopt'],
    [{ connect: () => -101 }, 'connect'],
    [{ epollAdd: (...args: Parameters<typeof native.epollAdd>) => ((args[2] & 0x4) !== 0 ? -28 : native.epollAdd(...args)) }, 'epoll_ctl'],
  ] as const) {
    const plugin = using(openReactor(t, { kernel: replaced }), {});
    const before = descriptors();
    await t.rejects(plugin.connect({ host: '127.0.0.1', port: 9 }), { syscall } as Error & { syscall: string });
    t.equal(descriptors(), before, syscall);
  }
});

t.test('connect rejects when onOpen has closed the connection, for the promise says that it is open', async (t) => {
  const { port } = await netServer(t);
  const log = memoryLog();
  const plugin = using(openReactor(t, { log }), {
    onOpen() {
      throw new Error('no');
    },
  });
  await t.rejects(plugin.connect({ host: '127.0.0.1', port }));
});
