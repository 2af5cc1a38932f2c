/** A reactor keeps its process alive while something in it does, in either host, and no longer. */
import t from 'tap';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import type { Connection } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { start } from '../support/child.js';
import { LOOPS, descriptors, dial, openReactor, quiet, serve, until, using } from '../support/setting.js';

const ENDS = { code: 0, signal: null };

/** Programs that have nothing more to do when their last line is done, and must end by themselves. */
const IDLE: Readonly<Record<string, string>> = {
  'nothing at all': '',
  'a plugin': 'reactor.use(plugin({}));',
  'a listener that is closed': 'const listener = await reactor.use(plugin({})).listen({ port: 0 }); listener.close();',
  'an unreferenced timer': 'reactor.setTimeout(() => {}, 86_400_000).unref(); reactor.setInterval(() => {}, 5).unref();',
  'a timer that is unreferenced later': 'const timer = reactor.setTimeout(() => {}, 86_400_000); reactor.setTimeout(() => timer.unref(), 5);',
  'a cancelled timer': 'const timer = reactor.setTimeout(() => {}, 86_400_000); reactor.setTimeout(() => timer.cancel(), 5);',
  'a timer that unreferences itself': 'let beats = 0; const timer = reactor.setInterval(() => { if (++beats === 3) timer.unref(); }, 5);',
  'a signal': "reactor.onSignal('SIGUSR2', () => {});",
  'an inbox that is closed': 'const inbox = reactor.openInbox(() => {}); inbox.address(); reactor.setTimeout(() => inbox.close(), 5);',
  'a reference to a timer that is done': 'const timer = reactor.setTimeout(() => {}, 1).unref(); timer.ref(); reactor.setTimeout(() => timer.unref().ref(), 20);',
};

for (const loop of LOOPS) {
  for (const [what, source] of Object.entries(IDLE)) {
    t.test(`a reactor with ${what} lets its process end (${loop})`, async (t) => {
      const child = start(t, `const reactor = createReactor({ loop: '${loop}' }); ${source}`);
      t.same(await child.finished, ENDS);
      t.equal(child.stderr, '');
    });
  }

  t.test(`a referenced timer keeps the process alive until it is done, also one that was unreferenced (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const done = [];
      reactor.setTimeout(() => done.push('timer'), 30);
      reactor.setTimeout(() => done.push('back'), 60).unref().unref().ref().ref();
      const counted = reactor.setTimeout(() => {}, 86_400_000).unref();
      if (counted.hasRef() || !counted.ref().hasRef()) throw new Error('hasRef is wrong');
      counted.cancel();
      counted.unref();
      process.on('exit', () => process.stdout.write(done.join()));
    `);
    t.same(await child.finished, ENDS);
    t.equal(child.stderr, '');
    t.equal(child.stdout, 'timer,back');
  });

  t.test(`tasks keep the process alive until they have run, those too that tasks and unreferenced timers post (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      let left = 3000;
      const task = () => { if (--left > 0) reactor.post(task); else process.stdout.write('done'); };
      reactor.post(task);
    `);
    t.same(await child.finished, ENDS);
    t.equal(child.stdout, 'done');
  });

  t.test(`work that appears while nothing keeps the loop is done at once: tasks, and timers beyond a turn's budget (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const keeper = setInterval(() => {}, 1000);
      let [fired, tasks] = [0, 0];
      const finish = () => { if (fired === 3000 && tasks === 3) clearInterval(keeper), process.stdout.write('done'); };
      for (let i = 0; i < 3000; i++) reactor.setTimeout(() => { fired++; finish(); }, 20).unref();
      // In a turn of its own, so that nothing else makes another.
      reactor.setTimeout(() => reactor.post(() => { tasks++; reactor.post(() => { tasks++; reactor.post(() => { tasks++; finish(); }); }); }), 200).unref();
      reactor.onSignal('SIGUSR2', () => {});
    `);
    await until(() => child.stdout === 'done', 'the timers and tasks');
    t.same(await child.finished, ENDS);
  });

  t.test(`a signal's listener posts to a loop that rests (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const keeper = setInterval(() => {}, 1000);
      reactor.onSignal('SIGUSR2', () => reactor.post(() => { clearInterval(keeper); process.stdout.write('posted'); }));
      setTimeout(() => process.stdout.write('ready '), 20);
    `);
    await until(() => child.stdout === 'ready ', 'the listener');
    child.process.kill('SIGUSR2');
    t.same(await child.finished, ENDS);
    t.equal(child.stdout, 'ready posted');
  });

  t.test(`closing the last connection lets the process end, and a dialled one keeps it (${loop})`, async (t) => {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      await reactor.use(plugin({ onData: (_connection, chunk) => void process.stdout.write(chunk) })).connect({ host: '127.0.0.1', port: ${(server.address() as AddressInfo).port} });
    `);
    const socket = await accepted;
    for (const word of ['still', 'here']) {
      socket.write(word);
      await until(() => child.stdout.endsWith(word), `the child to say ${word}`);
      await quiet(150);
    }
    socket.end();
    t.same(await child.finished, ENDS);
    t.equal(child.stdout, 'stillhere');
    socket.destroy();
  });

  t.test(`an accepted connection keeps the process when its listener is closed (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const echo = reactor.use(plugin({ onOpen: () => { listener.close(); }, onData: (connection, chunk) => { connection.write(chunk); } }));
      const listener = await echo.listen({ port: 0 });
      process.stdout.write(listener.address.port + '\\n');
    `);
    await until(() => child.stdout.endsWith('\n'), 'the port');
    const client = await dial(t, Number(child.stdout));
    t.equal(await client.echo('a'), 'a');
    await quiet(150);
    t.equal(await client.echo('b'), 'b');
    t.equal(child.process.exitCode, null);
    client.socket.end();
    t.same(await child.finished, ENDS);
  });

  t.test(`an inbox keeps the process alive, and what is not edgeloop's keeps it too (${loop})`, async (t) => {
    const child = start(t, `
      const reactor = createReactor({ loop: '${loop}' });
      const inbox = reactor.openInbox(() => {});
      setTimeout(() => process.stdout.write('waited '), 150);
      setTimeout(() => { inbox.close(); setTimeout(() => process.stdout.write('node'), 50); }, 300);
    `);
    t.same(await child.finished, ENDS);
    t.equal(child.stdout, 'waited node');
  });

  t.test(`a worker that ends with an open reactor, in which something is due, leaves the process going (${loop})`, async (t) => {
    const child = start(t, `
      import { Worker } from 'node:worker_threads';
      for (let i = 0; i < 5; i++) {
        const worker = new Worker(\`
          import(\${JSON.stringify(${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)})}).then(({ createReactor }) => {
            const reactor = createReactor({ loop: '${loop}' });
            for (let i = 0; i < 100; i++) reactor.setInterval(() => {}, 1 + (i % 5)).unref();
            reactor.setTimeout(() => {}, 20);
          })\`, { eval: true, execArgv: [] });
        process.stdout.write(String(await new Promise((resolve) => worker.once('exit', resolve))));
      }
    `);
    t.same(await child.finished, ENDS);
    t.equal(child.stderr, '');
    t.equal(child.stdout, '00000');
  });

  t.test(`resting and waking many times loses no wake-up and leaks no descriptor (${loop})`, async (t) => {
    const opened = descriptors();
    const keeper = setInterval(() => {}, 1000);
    t.teardown(() => clearInterval(keeper));
    const reactor = openReactor(t, { loop });
    await quiet(3);
    const before = descriptors();
    for (let i = 0; i < 300; i++) {
      await new Promise<void>((resolve) => reactor.post(resolve));
      await new Promise<void>((resolve) => void reactor.setTimeout(resolve, 0).unref());
      await reactor.delay(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.ok(descriptors() <= before, `${descriptors()} descriptors, ${before} before`);
    await reactor.close();
    await quiet(3);
    t.equal(descriptors(), opened);
  });
}

t.test('a dedicated loop that rests does not spin, and waits in its own epoll_wait again when something keeps it', async (t) => {
  const waits: number[] = [];
  const native = nativeKernel();
  const reactor = openReactor(t, {
    loop: 'dedicated',
    kernel: { epollWait: (epoll, triples, capacity, timeoutMs) => (waits.push(timeoutMs), native.epollWait(epoll, triples, capacity, timeoutMs)) },
  });
  await quiet(20);
  t.ok(reactor.counters.turns <= 3, `${reactor.counters.turns} turns at rest`);
  t.ok(waits.every((timeoutMs) => timeoutMs === 0), 'at rest it is libuv that waits');
  const server = await serve(t, { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) });
  waits.length = 0;
  const connection = await using(reactor, {}).connect({ host: '127.0.0.1', port: server.port });
  await until(() => waits.some((timeoutMs) => timeoutMs > 0), 'a wait of its own');
  connection.destroy();
  await until(() => reactor.connectionCount === 0, 'the end of the connection');
  await quiet(3);
  const { turns } = reactor.counters;
  await quiet(20);
  t.ok(reactor.counters.turns - turns <= 1, 'it rests again');
});
