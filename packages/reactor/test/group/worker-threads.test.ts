/** Threads that follow one another, where two wishes meet. */
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { ledgered } from '../../src/group/ledgered-kernel.js';
import { EMFILE } from '../../src/kernel/abi.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { DescriptorLedger } from '../../src/structures/descriptor-ledger.js';
import { complete, counted, openGroup } from '../support/group-setting.js';
import { dial, until } from '../support/setting.js';

t.test('who replaces a worker that is just being replaced is refused, and the first one hears of the end', async (t) => {
  const { group } = await openGroup(t, { workers: 1 });
  const first = group.replace(0, { deadlineMs: 1000 });
  await t.rejects(group.replace(0), { code: 'EL_WORKER_FAILED', message: /worker 0 is draining/ });
  while (group.workers[0]?.restarts !== 1) await setImmediate();
  await t.rejects(group.replace(0), { code: 'EL_WORKER_FAILED', message: /worker 0 is starting/ });
  await first;
  await group.replace(0, { deadlineMs: 1000 });
  t.equal(group.workers[0]?.restarts, 2);
  await group.close();
});

t.test('a group that is closed while a worker rests from its crashes keeps no process alive', async (t) => {
  const { group, port } = await openGroup(t, { accept: 'handoff' });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await complete(group);
  (await dial(t, port)).socket.write('die');
  await until(() => group.workers.some(({ phase }) => phase === 'crashed'), 'the crash', 20_000);
  await group.close();
  t.equal(timers(), before);
});

t.test('a deadline that is longer than Node has timers for is no reason to end a worker at once', async (t) => {
  const { group, port } = await openGroup(t, { workers: 1 });
  const client = await dial(t, port);
  const served = group.replace(0, { deadlineMs: 2 ** 31 });
  client.socket.end('x'.repeat(100_000));
  await served;
  t.equal(client.receivedBytes, 100_000);
  t.same(counted(group, 'orphaned'), [0]);
  await group.close();
});

t.test('a thread that hangs can be ended while no descriptor is to be had', async (t) => {
  const { group, port } = await openGroup(t, { workers: 1, reactor: { loop: 'embedded' } });
  const kernel = nativeKernel();
  const original = { ...kernel };
  t.teardown(() => Object.assign(kernel, original));
  const client = await dial(t, port);
  client.socket.write('hang');
  await until(() => group.workers[0]?.lagging === true, 'the lag');
  // Behind the order, so that its loop has something to tell.
  client.socket.end('more');
  Object.assign(kernel, { epollCreate: () => -EMFILE });
  await group.close();
  t.same(counted(group, 'orphaned'), [1]);
});

t.test('the epoll set of a thread that is to be ended is either closed by the thread or taken from it: its number may be somebody else\'s soon', async (t) => {
  const closed: number[] = [];
  const kernel = { epollCreate: () => 7, close: (fd: number) => closed.push(fd) } as unknown as Kernel;
  const open = () => {
    const cell = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const ledger = new DescriptorLedger(DescriptorLedger.sized(8).memory);
    const own = ledgered(kernel, ledger, 0, cell);
    t.equal(own.epollCreate(), 7);
    return { cell, close: (fd: number) => own.close(fd), ledger };
  };
  const orderly = open();
  orderly.close(7);
  t.same([closed.splice(0), orderly.cell[0], orderly.ledger.takeAll(0)], [[7], -1, []], 'closed: there is nothing to take');
  orderly.close(7);
  t.same(closed.splice(0), [7], 'the next descriptor of this number is like any other');

  const taken = open();
  t.equal(Atomics.exchange(taken.cell, 0, -1), 7);
  taken.close(7);
  t.same([closed, taken.ledger.takeAll(0)], [[], [7]], 'taken: left for who takes care of what the thread leaves');
});
