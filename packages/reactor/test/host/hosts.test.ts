/** Both hosts: what runs beside the reactor, and that nothing is left when it is closed. */
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { Connection, Hooks } from '../../src/index.js';
import { start } from '../support/child.js';
import { LOOPS, descriptors, dial, openReactor, quiet, serve, until, using } from '../support/setting.js';

const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };

for (const loop of LOOPS) {
  t.test(`timers, promises and node:http run beside the reactor (${loop})`, async (t) => {
    const http = createServer((_request, response) => response.end('from http'));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    t.teardown(() => http.close());
    let ticks = 0;
    const ticker = setInterval(() => ticks++, 1);
    t.teardown(() => clearInterval(ticker));
    const order: string[] = [];
    const { port } = await serve(t, {
      async onData(connection: Connection, chunk: Buffer) {
        const text = chunk.toString();
        process.nextTick(() => order.push('tick'));
        await Promise.resolve();
        order.push('promise');
        const answer = await new Promise<string>((resolve) => {
          get({ port: (http.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, (response) => {
            response.setEncoding('utf8').on('data', (body: string) => resolve(body));
          });
        });
        connection.write(`${text} ${answer}`);
      },
    }, { loop });
    const client = await dial(t, port);
    client.socket.write('hello');
    await until(() => client.text === 'hello from http', 'the answer');
    t.same(order.sort(), ['promise', 'tick']);
    await until(() => ticks >= 3, 'the timer');
  });

  t.test(`reactors beside each other in one process talk to each other (${loop})`, async (t) => {
    const { port, reactor: server } = await serve(t, ECHO, { loop });
    let heard = 0;
    const reactor = openReactor(t, { loop });
    const plugin = using(reactor, {
      onData(connection: Connection, chunk: Buffer) {
        heard += chunk.length;
        if (heard === 1_000_000) connection.end();
      },
    });
    const connection = await plugin.connect({ host: '127.0.0.1', port });
    connection.write(Buffer.alloc(1_000_000));
    await until(() => reactor.connectionCount === 0 && server.connectionCount === 0, 'both ends to close', 20_000);
    t.equal(heard, 1_000_000);
  });

  t.test(`close gives back every descriptor and tells every owner, once, however often it is called (${loop})`, async (t) => {
    const before = descriptors();
    const reasons: (Error | undefined)[] = [];
    const { port, reactor, plugin } = await serve(t, { ...ECHO, onClose: (_connection: Connection, reason: Error | undefined) => void reasons.push(reason) }, { loop });
    const clients = await Promise.all(Array.from({ length: 5 }, () => dial(t, port)));
    for (const client of clients) await client.echo('x');
    const closing = reactor.close();
    t.equal(reactor.close(), closing);
    await closing;
    t.equal(reasons.length, 5);
    t.ok(reasons.every((reason) => (reason as { code?: string } | undefined)?.code === 'EL_REACTOR_CLOSED'));
    t.equal(reactor.connectionCount, 0);
    t.throws(() => using(reactor, {}), { code: 'EL_REACTOR_CLOSED' });
    await t.rejects(plugin.listen({ port: 0 }), { code: 'EL_REACTOR_CLOSED' });
    for (const client of clients) client.socket.destroy();
    await until(() => clients.every(({ closed }) => closed), 'the clients to close');
    await quiet(3);
    t.equal(descriptors(), before);
  });

  t.test(`close may be called in any hook, and while handlers are pending (${loop})`, async (t) => {
    for (const hook of ['onOpen', 'onData', 'onHalfClose', 'onClose', 'pending'] as const) {
      const before = descriptors();
      let closing: Promise<unknown> | undefined;
      let closes = 0;
      let settle: () => void = () => {};
      const close = (name: string) => () => {
        if (name === hook) closing ??= reactor.close();
      };
      const { port, reactor } = await serve(t, {
        onOpen: close('onOpen'),
        onData(connection: Connection) {
          close('onData')();
          connection.write('x');
          if (hook !== 'pending') return undefined;
          setTimeout(() => (closing ??= reactor.close()), 1);
          return new Promise<void>((resolve) => (settle = resolve));
        },
        onHalfClose: close('onHalfClose'),
        onClose() {
          closes++;
          close('onClose')();
        },
      }, { loop });
      const clients = await Promise.all([dial(t, port), dial(t, port)].map((dialled) => dialled.catch(() => undefined)));
      for (const client of clients) client?.socket.end('x');
      await until(() => closing !== undefined, `close in ${hook}`);
      await closing;
      settle();
      const seen = closes;
      await quiet(3);
      t.equal(closes, seen, 'no onClose after the reactor is closed');
      t.equal(closes, reactor.counters.closed);
      for (const client of clients) client?.socket.destroy();
      await until(() => clients.every((client) => client?.closed !== false), 'the clients to close');
      await quiet(3);
      t.equal(descriptors(), before, hook);
    }
  });

  t.test(`a closed reactor keeps no process alive; an open one does (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const listener = await reactor.use(plugin({ onData: (connection, chunk) => { connection.end(chunk); }, onClose: () => reactor.close() })).listen({ port: 0 });
      process.stdout.write(listener.address.port + '\\n');
    `);
    await until(() => child.stdout.endsWith('\n'), 'the port');
    const client = await dial(t, Number(child.stdout));
    client.socket.end('bye');
    t.same(await child.finished, { code: 0, signal: null });
    t.equal(client.text, 'bye');
    t.equal(child.stderr, '');
  });

  t.test(`a broken invariant is not swallowed: it reaches uncaughtException, from a throw and from a rejection (${loop})`, async (t) => {
    for (const how of ["throw new InvariantError('broken')", "return Promise.reject(new InvariantError('broken'))"]) {
      const child = start(t, `
        const reactor = createReactor({ loop: '${loop}' });
        process.on('uncaughtException', (error) => { process.stdout.write(error.name); process.exit(7); });
        const listener = await reactor.use(plugin({ onData() { ${how} } })).listen({ port: 0 });
        process.stdout.write(listener.address.port + '\\n');
      `);
      await until(() => child.stdout.endsWith('\n'), 'the port');
      (await dial(t, Number(child.stdout))).socket.write('x');
      t.same(await child.finished, { code: 7, signal: null });
      t.match(child.stdout, /InvariantError$/);
    }
  });

  t.test(`signals reach the process while the loop is at rest (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      await reactor.use(plugin({})).listen({ port: 0 });
      process.once('SIGTERM', () => reactor.close());
      process.stdout.write('ready');
    `);
    await until(() => child.stdout === 'ready', 'the listener');
    child.process.kill('SIGTERM');
    t.same(await child.finished, { code: 0, signal: null });
  });
}
