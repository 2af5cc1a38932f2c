/** `beforeOutput`: what it does has happened before any byte leaves. */
import t from 'tap';
import { z } from 'zod';
import { type Connection, definePlugin } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { DIRECT_WRITE_BYTES } from '../../src/limits.js';
import { ROUGH, Random, Simulation, intercept } from '../../src/testing/index.js';
import { start } from '../support/child.js';
import { LOOPS, type Setting, dial, loopOf, openReactor, quiet, serve, until } from '../support/setting.js';

const LARGE = Buffer.alloc(2 * DIRECT_WRITE_BYTES, 'x');

/** A kernel that notes its sends among what else is noted. */
function noting(): { notes: string[]; kernel: NonNullable<Setting['kernel']> } {
  const notes: string[] = [];
  const native = nativeKernel();
  const kernel: Setting['kernel'] = {
    send: (...call) => (notes.push('send'), native.send(...call)),
    sendMany: (...call) => (notes.push('send'), native.sendMany(...call)),
    sendDatagrams: (...call) => (notes.push('send'), native.sendDatagrams(...call)),
  };
  return { notes, kernel };
}

for (const loop of LOOPS) {
  t.test(`it is called once before the replies to many, and before a large one (${loop})`, async (t) => {
    const { notes, kernel } = noting();
    const hooks = {
      onData(connection: Connection, chunk: Buffer) {
        notes.push('data');
        connection.write(chunk.toString() === 'large' ? LARGE : 'small');
      },
      beforeOutput: () => void notes.push('hook'),
    };
    const { port, reactor } = await serve(t, hooks, { loop, kernel });
    const client = await dial(t, port);
    client.socket.write('large');
    await until(() => client.receivedBytes === LARGE.length, 'the large reply');
    t.same(notes.slice(notes.indexOf('data'), notes.indexOf('data') + 3), ['data', 'hook', 'send']);

    const [first, second] = [await dial(t, port), await dial(t, port)];
    notes.length = 0;
    // Both are there when the loop looks.
    reactor.post(() => {
      first.socket.write('a');
      second.socket.write('b');
    });
    await until(() => first.receivedBytes + second.receivedBytes === 10, 'the small replies');
    notes.forEach((note, i) => note === 'send' && t.equal(notes[i - 1], 'hook'));
    t.ok(notes.includes('send'));
  });

  t.test(`while it returns false nothing leaves, and what is destroyed meanwhile never does (${loop})`, async (t) => {
    const connections: Connection[] = [];
    let timer: Promise<void> | undefined;
    const { port, reactor } = await serve(t, {
      onData(connection: Connection, chunk: Buffer) {
        connections.push(connection);
        connection.write(chunk.toString() === 'large' ? LARGE : 'small');
      },
      beforeOutput() {
        if (connections.length < 2) return connections.length === 0;
        timer ??= new Promise<void>((resolve) => {
          reactor.setTimeout(() => (connections[0]?.destroy(), resolve()), 1);
        }).then(() => void (connections.length = 0));
        return false;
      },
    }, { loop });
    const [first, second] = [await dial(t, port), await dial(t, port)];
    first.socket.write('large');
    second.socket.write('b');
    await until(() => second.receivedBytes === 5, 'what was not destroyed');
    t.equal(first.receivedBytes, 0);
  });

  t.test(`what happens outside the loop is followed by a turn that calls it, though nothing is sent (${loop})`, async (t) => {
    const { notes, kernel } = noting();
    let told = false;
    const plugin = definePlugin({
      name: 'writer',
      options: z.strictObject({}),
      setup: ({ post, closed }) => {
        void closed.then(() => (told = true));
        return { beforeOutput: () => void notes.push('hook'), api: { change: () => post(() => void notes.push('changed')) } };
      },
    });
    const reactor = openReactor(t, { loop, kernel });
    const { api } = reactor.use(plugin);
    await quiet();
    api.change();
    await until(() => notes.lastIndexOf('hook') > notes.indexOf('changed') && notes.includes('changed'), 'the hook after the change');
    t.notOk(notes.includes('send'));
    t.notOk(told);
    await reactor.close();
    t.ok(told, 'the plugin hears of the end before the program goes on');
    t.throws(() => api.change(), { code: 'EL_REACTOR_CLOSED' });
  });

  t.test(`while it throws nothing leaves, not even what is large, and each error reaches uncaughtException (${loop})`, async (t) => {
    const child = start(t, `
      import { connect } from 'node:net';
      import { buffer } from 'node:stream/consumers';
      let [errors, failures] = [0, 0];
      process.on('uncaughtException', ({ message }) => { if (message === 'the log cannot be written') errors++; });
      const reactor = createReactor({ loop: '${loop}' });
      const host = reactor.use(plugin({
        onData(connection, chunk) {
          if (chunk.length === 1) failures = 20;
          connection.write('small ');
          connection.write(Buffer.alloc(${LARGE.length}, 'x'));
          // Gathered until a block is full, which is sent at once.
          for (let i = 0; i < 100; i++) connection.write(Buffer.alloc(1000, 'y'));
        },
        beforeOutput() {
          if (failures > 0 && failures-- > 0) throw new Error('the log cannot be written');
        },
      }));
      const { address } = await host.listen({ port: 0 });
      const socket = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
      let errorsAtFirst = -1;
      socket.on('data', () => { if (errorsAtFirst < 0) errorsAtFirst = errors; });
      socket.end('1');
      const received = await buffer(socket);
      const whole = received.equals(Buffer.concat([Buffer.from('small '), Buffer.alloc(${LARGE.length}, 'x'), Buffer.alloc(100_000, 'y')]));
      await reactor.close();
      process.stdout.write(JSON.stringify({ whole, errors, errorsAtFirst }));
    `);
    t.same(await child.finished, { code: 0, signal: null }, child.stderr);
    t.same(JSON.parse(child.stdout), { whole: true, errors: 20, errorsAtFirst: 20 });
  });
}

t.test('the loop looks out for Node while a plugin waits for a promise', async (t) => {
  let settle: (value: number) => void = () => {};
  const plugin = definePlugin({
    name: 'waiter',
    options: z.strictObject({}),
    setup: ({ waitFor }) => ({ api: waitFor(new Promise<number>((resolve) => (settle = resolve))) }),
  });
  const reactor = openReactor(t, { loop: 'dedicated' });
  const { api } = reactor.use(plugin);
  t.equal(loopOf(reactor).pendingPromises, 1);
  settle(7);
  t.equal(await api, 7);
  t.equal(loopOf(reactor).pendingPromises, 0);
});

/** A reply says how often something was changed; the hook does what a log would do. Sizes on both sides of all that is gathered. */
async function simulated(seed: number): Promise<{ ahead: number; sends: number }> {
  let [changed, logged, ahead, sends] = [0, 0, 0, 0];
  const random = new Random(seed);
  const logger = definePlugin({
    name: 'logger',
    options: z.strictObject({}),
    setup: () => ({
      onData(connection) {
        changed++;
        connection.write(Buffer.alloc(random.below(3 * DIRECT_WRITE_BYTES)));
      },
      onClose: () => void changed++,
      beforeOutput: () => void (logged = changed),
    }),
  });
  const before = (call: string) => {
    if (call !== 'send' && call !== 'sendDatagrams') return undefined;
    sends++;
    if (logged !== changed) ahead++;
    return undefined;
  };
  const simulation = new Simulation({ seed, conditions: ROUGH, intercept: (kernel) => intercept(kernel, { before }) });
  const socket = await simulation.reactor.openDatagram({ port: 0 }, () => {});
  await simulation.reactor.use(logger).listen({ port: 7000 });
  const ticker = simulation.reactor.setInterval(() => (changed++, socket.send('tick', { address: '127.0.0.1', port: 9 })), 3);
  const peers = Array.from({ length: 4 }, () => simulation.connect({ port: 7000 }));
  for (const peer of peers) {
    for (let i = 0; i < 5; i++) peer.send(random.bytes(1 + random.below(5000)));
    peer.end();
  }
  await simulation.until(() => peers.every(({ over }) => over));
  ticker.cancel();
  await simulation.close();
  return { ahead, sends };
}

t.test('on a rough network, too, no byte is ahead of it', async (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { ahead, sends } = await simulated(seed);
    t.ok(sends > 4);
    t.equal(ahead, 0, `seed ${seed}`);
  }
});
