import t, { type Test } from 'tap';
import { MessageChannel, MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { queryObjects } from 'node:v8';
import type { Connection } from '../../src/index.js';
import { type InboxHandle, openOutbox } from '../../src/index.js';
import { Outbox } from '../../src/loop/outbox.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { MESSAGE_BUDGET_CALLS } from '../../src/limits.js';
import { start } from '../support/child.js';
import { LOOPS, descriptors, dial, openReactor, quiet, serve, until } from '../support/setting.js';

const native = nativeKernel();
const REACTOR = JSON.stringify(new URL('../../src/index.js', import.meta.url).href);

/** A thread that runs `source` with an `outbox`; `post` tries again while the inbox is full. */
function sender(t: Test, inbox: InboxHandle<never>, source: string): Worker {
  const address = inbox.address();
  const worker = new Worker(`
    const { workerData } = require('node:worker_threads');
    import(${REACTOR}).then(({ openOutbox }) => {
      const outbox = openOutbox(workerData);
      const post = (message) => {
        for (;;) {
          try { return outbox.post(message); } catch (error) { if (error.code !== 'EL_QUEUE_FULL') throw error; }
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        }
      };
      ${source}
    });
  `, { eval: true, execArgv: [], workerData: address, transferList: [address.port] });
  t.teardown(() => worker.terminate());
  worker.on('error', (error) => t.fail(error.message));
  return worker;
}

const exited = (worker: Worker) => new Promise<number>((resolve) => worker.once('exit', resolve));

for (const loop of LOOPS) {
  t.test(`messages of several threads all arrive, each sender's in order, with far fewer wake-ups (${loop})`, async (t) => {
    const [senders, each] = [4, 30_000];
    let wakeUps = 0;
    const reactor = openReactor(t, { loop, kernel: { eventfdRead: (fd) => (wakeUps++, native.eventfdRead(fd)) } });
    const next = new Array<number>(senders).fill(0);
    let misplaced = 0;
    const inbox = reactor.openInbox<{ from: number; number: number }>(({ from, number }) => {
      if (next[from] !== number) misplaced++;
      next[from] = number + 1;
    });
    const workers = next.map((_, from) => sender(t, inbox, `for (let number = 0; number < ${each}; number++) post({ from: ${from}, number }); outbox.close();`));
    const exits = workers.map(exited);
    await until(() => next.every((count) => count === each), 'all messages', 60_000);
    t.equal(misplaced, 0);
    t.ok(wakeUps < (senders * each) / 10, `${wakeUps} looks for ${senders * each} messages`);
    t.same(await Promise.all(exits), [0, 0, 0, 0]);
    t.equal(inbox.close(), 0, 'none is under way any more');
  });

  t.test(`a sender whose thread is ended before it has woken the loop keeps nobody else from it (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const received: string[] = [];
    const inbox = reactor.openInbox<string>((message) => received.push(message));
    const ended = () => {
      throw new Error('the thread is ended');
    };
    const late = new Outbox<string>({ ...native, eventfdSignal: ended }, inbox.address());
    const other = openOutbox<string>(inbox.address());
    t.teardown(() => [late, other].forEach((outbox) => outbox.close()));
    await quiet();
    t.throws(() => late.post('first'), { message: 'the thread is ended' });
    await quiet();
    t.same(received, [], 'nobody has woken the loop');
    other.post('second');
    await until(() => received.length === 2, 'both messages');
    other.post('third');
    await until(() => received.length === 3, 'the next one');
    t.same(received.toSorted(), ['first', 'second', 'third']);
  });

  t.test(`an inbox without messages does not turn the loop, and a flood of them starves nobody (${loop})`, async (t) => {
    const { reactor, port } = await serve(t, { onData: (connection: Connection, chunk: Buffer) => connection.write(chunk) }, { loop });
    const perTurn = new Map<number, number>();
    let received = 0;
    const inbox = reactor.openInbox(() => {
      received++;
      perTurn.set(reactor.counters.turns, (perTurn.get(reactor.counters.turns) ?? 0) + 1);
    });
    const worker = sender(t, inbox, 'let going = true; outbox.post(0); const flood = () => { for (let i = 0; i < 1000; i++) post(i); setImmediate(flood); }; flood();');
    await until(() => received > 5000, 'the flood');
    const client = await dial(t, port);
    for (let i = 0; i < 20; i++) t.equal(await client.echo('ping'), 'ping');
    await worker.terminate();
    t.ok(Math.max(...perTurn.values()) <= MESSAGE_BUDGET_CALLS);
  });

  t.test(`what was posted just before close, exit or the end of a thread arrives (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    let received: number[] = [];
    const inbox = reactor.openInbox<number>((number) => received.push(number));
    for (const end of ['outbox.close()', 'process.exit()', 'return']) {
      received = [];
      const worker = sender(t, inbox, `for (let i = 0; i < 2000; i++) outbox.post(i); ${end};`);
      await exited(worker);
      await until(() => received.length === 2000, `all messages before ${end}`);
      t.ok(received.every((number, i) => number === i));
    }
    t.equal(inbox.close(), 0);
  });

  t.test(`a full inbox refuses in the sender, and what it has accepted arrives (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const received: number[] = [];
    const inbox = reactor.openInbox<number>((number) => received.push(number), { capacity: 10 });
    const outbox = openOutbox<number>(inbox.address());
    let accepted = 0;
    const refusals: unknown[] = [];
    // From this thread, which the loop shares, so that nothing is received meanwhile.
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 15; i++) {
        try {
          outbox.post(accepted);
          accepted++;
        } catch (error) {
          refusals.push((error as { code: string }).code);
        }
      }
      await until(() => received.length === accepted, 'what was accepted');
    }
    t.equal(accepted, 30);
    t.same(refusals, new Array(15).fill('EL_QUEUE_FULL'));
    t.same(received, Array.from({ length: 30 }, (_, i) => i));
    outbox.close();
  });

  t.test(`a message that cannot be cloned is the sender's error, and takes no place (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const received: unknown[] = [];
    const inbox = reactor.openInbox((message) => received.push(message), { capacity: 2 });
    const outbox = openOutbox(inbox.address());
    for (let i = 0; i < 5; i++) t.throws(() => outbox.post(() => {}), { name: 'DataCloneError' });
    outbox.post('a');
    outbox.post(undefined);
    t.throws(() => outbox.post('c'), { code: 'EL_QUEUE_FULL' });
    await until(() => received.length === 2, 'the messages');
    t.same(received, ['a', undefined]);
    t.equal(inbox.close(), 0);
    outbox.close();
  });

  t.test(`what is in the transfer list moves: memory and ports (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const received: { memory: ArrayBuffer; port: MessagePort }[] = [];
    const inbox = reactor.openInbox<{ memory: ArrayBuffer; port: MessagePort }>((message) => received.push(message));
    const outbox = openOutbox<unknown>(inbox.address());
    const memory = new Uint8Array([1, 2, 3]).buffer;
    const { port1, port2 } = new MessageChannel();
    outbox.post({ memory, port: port1 }, [memory, port1] as Transferable[]);
    t.equal(memory.byteLength, 0, 'it is gone here');
    await until(() => received.length === 1, 'the message');
    t.same(new Uint8Array((received[0] as { memory: ArrayBuffer }).memory), [1, 2, 3]);
    const heard = new Promise((resolve) => port2.once('message', resolve));
    received[0]?.port.postMessage('through the port', []);
    t.equal(await heard, 'through the port');
    port2.close();
    outbox.close();
  });

  t.test(`a closed inbox says so to its senders, to late ones too, and gives everything back (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const before = descriptors();
    const inbox = reactor.openInbox(() => t.fail('nothing is received after close'));
    const outbox = openOutbox(inbox.address());
    const late = inbox.address();
    for (let i = 0; i < 3; i++) outbox.post(i);
    t.notOk(inbox.closed);
    t.equal(inbox.close(), 3, 'the messages that were under way');
    t.equal(inbox.close(), 0);
    t.ok(inbox.closed);
    t.throws(() => outbox.post('x'), { code: 'EL_INBOX_CLOSED' });
    t.throws(() => openOutbox(late), { code: 'EL_INBOX_CLOSED' });
    t.throws(() => openOutbox(inbox.address()), { code: 'EL_INBOX_CLOSED' });
    outbox.close();
    outbox.close();
    await quiet(3);
    t.equal(descriptors(), before);
  });

  t.test(`an outbox that is closed posts no more, and another one to the same inbox does (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const received: unknown[] = [];
    const inbox = reactor.openInbox((message) => received.push(message));
    const [one, other] = [openOutbox(inbox.address()), openOutbox(inbox.address())];
    one.post('one');
    one.close();
    t.throws(() => one.post('late'), { code: 'EL_INBOX_CLOSED' });
    other.post('other');
    await until(() => received.length === 2, 'both messages');
    t.same(new Set(received), new Set(['one', 'other']));
    other.close();
  });

  t.test(`an inbox may be closed while it has more than a turn's worth of messages, also by its own receiver (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    for (const who of ['receiver', 'timer', 'task']) {
      let received = 0;
      const inbox = reactor.openInbox(() => {
        received++;
        if (received === 1 && who === 'timer') reactor.setTimeout(() => inbox.close(), 0);
        if (received === 1 && who === 'task') reactor.post(() => inbox.close());
        if (received === 10 && who === 'receiver') inbox.close();
      });
      const outbox = openOutbox(inbox.address());
      for (let i = 0; i < 20_000; i++) outbox.post(i);
      await until(() => inbox.closed, `the ${who} to close`);
      const seen = received;
      await reactor.delay(5);
      t.equal(received, seen, 'nothing after close');
      if (who === 'receiver') t.equal(received, 10);
      outbox.close();
    }
  });

  t.test(`closing the reactor closes its inboxes (${loop})`, async (t) => {
    const before = descriptors();
    const reactor = openReactor(t, { loop });
    const inbox = reactor.openInbox(() => {});
    const outbox = openOutbox(inbox.address());
    await reactor.close();
    t.ok(inbox.closed);
    t.throws(() => outbox.post(1), { code: 'EL_INBOX_CLOSED' });
    t.throws(() => reactor.openInbox(() => {}), { code: 'EL_REACTOR_CLOSED' });
    outbox.close();
    await quiet(3);
    t.equal(descriptors(), before);
  });

  t.test(`what a receiver throws reaches uncaughtException, and the messages behind it arrive (${loop})`, async (t) => {
    const child = start(t, `
      import { openOutbox } from ${REACTOR};
      const reactor = createReactor({ loop: '${loop}' });
      const seen = [];
      process.on('uncaughtException', (error) => { seen.push(error.message); finish(); });
      const inbox = reactor.openInbox((message) => { if (message < 2) throw new Error('thrown for ' + message); seen.push(String(message)); finish(); });
      const outbox = openOutbox(inbox.address());
      const finish = () => { if (seen.length === 4) { process.stdout.write(seen.sort().join()); outbox.close(); inbox.close(); } };
      for (let i = 0; i < 4; i++) outbox.post(i);
    `);
    t.same(await child.finished, { code: 0, signal: null });
    t.equal(child.stdout, '2,3,thrown for 0,thrown for 1');
  });

  t.test(`senders that come and go leave nothing behind: no descriptor, and no port to look into (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const before = descriptors();
    let received = 0;
    const inbox = reactor.openInbox(() => received++);
    const ports = () => queryObjects(MessagePort, { format: 'count' });
    const portsBefore = ports();
    const count = 500;
    for (let i = 0; i < count; i++) {
      const outbox = openOutbox(inbox.address());
      outbox.post(i);
      outbox.close();
    }
    await until(() => received === count, 'all messages');
    await quiet();
    t.equal(descriptors(), before + 1, 'the inbox alone');
    t.ok(ports() < portsBefore + 10, `${ports()} ports, ${portsBefore} before`);
  });
}

for (const capacity of [0, -1, 1.5, Number.NaN, '5']) {
  t.test(`a capacity of ${capacity} is refused`, async (t) => {
    t.throws(() => openReactor(t).openInbox(() => {}, { capacity: capacity as number }), { code: 'EL_OPTION_INVALID', message: /"capacity"/ });
  });
}

t.test('a message wakes a dedicated loop out of its wait', async (t) => {
  let timedOut = 0;
  const reactor = openReactor(t, {
    loop: 'dedicated',
    kernel: {
      // The wait has an end only so that this test has one, too.
      epollWait(epoll, triples, capacity, timeoutMs) {
        const count = native.epollWait(epoll, triples, capacity, timeoutMs === 0 ? 0 : 20_000);
        if (timeoutMs !== 0 && count === 0) timedOut++;
        return count;
      },
    },
  });
  const count = 50;
  await new Promise<void>((resolve) => {
    let received = 0;
    const inbox = reactor.openInbox(() => {
      if (++received < count) return;
      inbox.close();
      resolve();
    });
    // One at a time, with rests between, in which the loop goes back to its wait.
    sender(t, inbox, `let left = ${count}; const one = () => { outbox.post(left); if (--left > 0) setTimeout(one, 3); else outbox.close(); }; one();`);
  });
  t.equal(timedOut, 0);
});

t.test('a closed inbox gives out no address', async (t) => {
  const reactor = openReactor(t);
  const inbox = reactor.openInbox(() => {});
  inbox.close();
  t.throws(() => inbox.address(), { code: 'EL_INBOX_CLOSED' });
});
