/** Who gets the connections: with each strategy and placement, and while a worker lags. And how many threads a connection wakes. */
import { readFileSync, readdirSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { ReactorGroup } from '../../src/index.js';
import { WorkerSlot } from '../../src/group/worker-slot.js';
import { STRATEGIES, counted, openGroup, sum, whoServes } from '../support/group-setting.js';
import { type Client, dial, until } from '../support/setting.js';

/** Connects once, and waits until it is let in; the connection stays. */
async function arrive(t: Test, group: ReactorGroup): Promise<Client> {
  const before = sum(counted(group, 'accepted'));
  const client = await dial(t, group.address.port);
  await until(() => sum(counted(group, 'accepted')) > before, 'the accept');
  return client;
}

async function arriveOneByOne(t: Test, group: ReactorGroup, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < count) clients.push(await arrive(t, group));
  return clients;
}

/** How often the group's threads have gone to sleep, and so were woken since the beginning. */
function sleeps(): number {
  const threads = readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/status`, 'utf8'));
  const workers = threads.filter((status) => status.startsWith('Name:\tedgeloop/'));
  return sum(workers.map((status) => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1])));
}

t.test('exclusive: workers that are idle take turns, and a connection wakes one of them; without EPOLLEXCLUSIVE it wakes all', async (t) => {
  const { group, woken } = await wakeUps(t);
  const accepted = counted(group, 'accepted');
  t.ok(Math.min(...accepted) / Math.max(...accepted) >= 0.5, `${accepted}`);
  t.ok(sum(counted(group, 'listenerEvents')) <= 1.2 * 80);

  const exclusive = Object.getOwnPropertyDescriptor(WorkerSlot.prototype, 'serve') as TypedPropertyDescriptor<WorkerSlot['serve']>;
  t.teardown(() => Object.defineProperty(WorkerSlot.prototype, 'serve', exclusive));
  WorkerSlot.prototype.serve = function shared(plan, sockets) {
    exclusive.value?.call(this, plan, sockets, false);
  };
  const { woken: wokenWithout } = await wakeUps(t);
  t.ok(wokenWithout > 2 * woken, `${wokenWithout} and ${woken} wake-ups for 80 connections`);
});

/** Of four workers that share a socket, by 80 connections, one at a time. */
async function wakeUps(t: Test): Promise<{ group: ReactorGroup; woken: number }> {
  const { group } = await openGroup(t, { accept: 'exclusive', workers: 4 });
  const before = sleeps();
  await arriveOneByOne(t, group, 80);
  const woken = sleeps() - before;
  await group.close();
  return { group, woken };
}

t.test('reuseport: the kernel spreads connections evenly over the sockets', async (t) => {
  const { group } = await openGroup(t);
  await arriveOneByOne(t, group, 400);
  const accepted = counted(group, 'accepted');
  // Each is a toss of a coin: 130 of 400 or less come up once in 10^12 times.
  t.ok(Math.min(...accepted) / Math.max(...accepted) >= 0.5, `${accepted}`);
  await group.close();
});

t.test('handoff, round-robin: to each in turn', async (t) => {
  const { group, port } = await openGroup(t, { accept: 'handoff', placement: 'round-robin', workers: 3 });
  const served: number[] = [];
  while (served.length < 9) served.push(await whoServes(t, port));
  t.same(served, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
  await group.close();
});

t.test('handoff, least-connections: who has lost his connections is given the next ones', async (t) => {
  const { group } = await openGroup(t, { accept: 'handoff' });
  const clients = await arriveOneByOne(t, group, 12);
  t.same(group.workers.map(({ connections }) => connections), [6, 6]);
  // They came to both in turn, beginning with the first.
  for (const client of clients.filter((_, place) => place % 2 === 1)) client.socket.destroy();
  await until(() => group.connectionCount === 6, 'the ends');
  await arriveOneByOne(t, group, 6);
  t.same(counted(group, 'accepted'), [6, 12]);
  await group.close();
});

t.test('handoff, source-hash: one address always comes to the same worker, and others to others', async (t) => {
  const { group, port } = await openGroup(t, { accept: 'handoff', placement: 'source-hash' });
  const addresses = Array.from({ length: 16 }, (_, i) => `127.0.0.${i + 1}`);
  const all = () => Promise.all(addresses.map((address) => whoServes(t, port, address)));
  const first = await all();
  t.same(await all(), first);
  t.same(new Set(first), new Set([0, 1]));
  await group.close();
});

for (const accept of STRATEGIES) {
  t.test(`${accept}: a worker that is busy gets no new connections, and gets them again when it is not`, async (t) => {
    const { group, port, lines } = await openGroup(t, { accept });
    const client = await dial(t, port);
    client.socket.write('who');
    await until(() => client.receivedBytes > 0, 'the answer');
    const lagging = Number(client.text);
    client.socket.write('toil 120');
    await until(() => group.workers[lagging]?.lagging === true, 'the lag');
    // In the first of these turns it is told to leave, and it has left after that.
    const seen = client.receivedBytes;
    await until(() => client.receivedBytes > seen + 1, 'two turns to end');
    const before = counted(group, 'accepted');
    await Promise.all(Array.from({ length: 20 }, () => dial(t, port)));
    await until(() => sum(counted(group, 'accepted')) === sum(before) + 20, 'all of them to be let in');
    t.equal(counted(group, 'accepted')[lagging], before[lagging]);
    t.ok(group.workers[lagging]?.lagging, 'and it lags still');

    client.socket.destroy();
    await until(() => group.workers[lagging]?.lagging === false, 'the recovery');
    while (counted(group, 'accepted')[lagging] === before[lagging]) await arrive(t, group);
    const events = lines.map(({ event }) => event);
    t.ok(events.indexOf('worker.lagging') < events.indexOf('worker.recovered'), 'and the log says so');
    await group.close();
  });
}
