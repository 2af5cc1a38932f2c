/** A group as operators see it, through its admin endpoint. */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { ConnectionRow } from '../../src/admin/connection-list.js';
import { mergeLists } from '../../src/group/listing.js';
import { type ReactorGroup, createReactorGroup } from '../../src/index.js';
import { administer } from '../support/admin.js';
import { promtool } from '../support/prometheus.js';
import { skipWithout } from '../support/required-tool.js';
import { type Client, dial, memoryLog, openReactor, until } from '../support/setting.js';

/** A group of two, which take connections in turn, and its endpoint. `open` lets go whom the plugin has stopped. */
async function watched(t: Test) {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const log = memoryLog();
  const group = await createReactorGroup({
    plugin: { module: new URL('../support/gated-plugin.js', import.meta.url), options: { gate: gate.buffer } },
    listen: { host: '127.0.0.1', port: 0 },
    workers: 2, accept: 'handoff', placement: 'round-robin', lagMs: 0,
    log: { level: 'silent' },
    coordinator: openReactor(t, { log }),
  });
  const open = () => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  t.teardown(() => {
    open();
    return group.close();
  });
  return { group, open, ...(await administer(t, group)) };
}

/** Clients that are served by worker 0, 1, 0 and so on; the first of them has sent a byte, the second two, and so on. */
async function dialled(t: Test, group: ReactorGroup, count: number, clients: Client[] = []): Promise<Client[]> {
  while (clients.length < count) {
    const client = await dial(t, group.address.port);
    clients.push(client);
    await client.echo('x'.repeat(clients.length));
  }
  return clients;
}

const peerOf = ({ socket }: Client) => `127.0.0.1:${socket.localPort}`;

t.test('a group that serves', async (t) => {
  const { group, ask, post } = await watched(t);
  const clients = await dialled(t, group, 3);

  await t.test('numbers are sums, and of each worker it is shown how it stands', async (t) => {
    const { json: stats } = await ask('/stats');
    t.match(stats, { draining: false, counters: { accepted: 3, bytesRead: 6 }, gauges: { connectionsOpen: 3 } });
    const booked = Object.values(stats.stagesSeconds as Record<string, number>).reduce((sum, seconds) => sum + seconds);
    t.ok(booked < stats.uptimeSeconds, 'stages are shares of the time, however many spend it');
    const { workers } = (await ask('/workers')).json;
    t.match(workers, [
      { worker: 0, phase: 'serving', lagging: false, connections: 2, waiting: 0, restarts: 0, crashes: 0, turnAgeSeconds: Number },
      { worker: 1, phase: 'serving', lagging: false, connections: 1, waiting: 0, restarts: 0, crashes: 0, turnAgeSeconds: Number },
    ]);
    t.same(stats.workers.map(({ thread }: { thread: number }) => thread), workers.map(({ thread }: { thread: number }) => thread));
    t.ok(workers[0].thread !== workers[1].thread && workers[0].cpuSeconds > 0, `${workers[0].thread} ${workers[0].cpuSeconds}`);
  });

  await t.test('a scrape has all reactors, and the group', async (t) => {
    const { text } = await ask('/metrics');
    t.match(text, /^edgeloop_connections_accepted_total\{reactor="worker-0"\} 2$/m);
    t.match(text, /^edgeloop_messages_received_total\{reactor="coordinator"\} \d+$/m);
    t.match(text, /^edgeloop_group_skew_ratio 0.5$/m);
    if (skipWithout('promtool') === false) t.same(promtool(['check', 'metrics'], '.', text), { status: 0, output: '' });
  });

  await t.test('one list has the connections of all workers, with ids that tell whose they are', async (t) => {
    await dialled(t, group, 5, clients);
    const { json } = await ask('/connections?sort=bytesRead&order=desc&limit=3');
    t.match(json, { total: 5, matched: 5, silent: [] });
    t.same(json.connections.map(({ bytesRead }: { bytesRead: number }) => bytesRead), [5, 4, 3]);
    t.same(json.connections.map(({ id }: { id: string }) => id.split('-')[0]), ['0', '1', '0']);
    t.equal(json.connections[0].peer, peerOf(clients[4] as Client));
    const all = (await ask('/connections')).json.connections as { id: string; peer: string }[];
    t.equal(new Set(all.map(({ id }) => id)).size, 5);
    t.match(await ask(`/connections?q=${all[0]?.id}`), { json: { total: 5, matched: 1, connections: [{ id: all[0]?.id, peer: all[0]?.peer }] } });
    t.match(await ask('/connections?state=draining'), { json: { total: 5, matched: 0, connections: [] } });
    t.match(await ask('/connections?sort=loud'), { status: 400, json: { error: { code: 'EL_OPTION_INVALID' } } });
  });

  await t.test('a connection is closed in the worker that has it', async (t) => {
    const all = (await ask('/connections')).json.connections as { id: string; peer: string }[];
    const { id } = all.find(({ peer }) => peer === peerOf(clients[1] as Client)) as { id: string };
    t.match(await post(`/connections/${id}/close`), { status: 202, json: { id, status: 'closing' } });
    await until(() => clients[1]?.ended === true, 'the end of this one');
    t.same(clients.map(({ ended }) => ended), [false, true, false, false, false]);
    // The last one has the number of a connection that is open, and is another thread's.
    const ofAnotherThread = (all[0] as { id: string }).id.replace('-0-', '-1-');
    for (const unknown of [id, '7-0-1', '1-0-99999', '3', ofAnotherThread]) {
      t.match(await post(`/connections/${unknown}/close`), { status: 404, json: { error: { code: 'UNKNOWN_CONNECTION', message: new RegExp(unknown) } } });
    }
  });

  await t.test('a log level is set in all workers, and in those that are started later', async (t) => {
    const levelsOf = async (worker: number) => (await group.ask(worker, { about: 'levels' })) as Record<string, string>;
    t.match((await ask('/loglevel')).json, { default: 'silent', 'plugin:gated': 'silent' });
    t.match(await post('/loglevel', { component: 'plugin:gated', level: 'fatal' }), { status: 200, json: { default: 'silent', 'plugin:gated': 'fatal' } });
    await group.replace(1);
    for (const worker of [0, 1]) t.match(await levelsOf(worker), { default: 'silent', reactor: 'silent', 'plugin:gated': 'fatal' });
    t.match(await post('/loglevel', { component: 'default', level: 'fatal' }), { status: 200, json: { default: 'fatal', reactor: 'fatal' } });
    for (const worker of [0, 1]) t.match(await levelsOf(worker), { default: 'fatal', reactor: 'fatal' });
    t.match(await post('/loglevel', { component: 'plugin:gatd', level: 'fatal' }), { status: 404 });
  });
});

t.test('a group with workers that are blocked', async (t) => {
  const { group, ask, post, open } = await watched(t);
  const [first, second] = (await dialled(t, group, 2)) as [Client, Client];
  const runs = (worker: string) => (group.meters[worker]?.gauges.runningPlugin ?? 0) > 0;

  await t.test('is healthy while one worker turns; who does not is named, and not waited for', async (t) => {
    t.match(await ask('/healthz'), { status: 200, json: { status: 'ok', stuck: [] } });
    t.match(await ask('/readyz'), { status: 200, json: { status: 'ready', serving: 2, workers: 2 } });
    const { id } = (await ask('/connections')).json.connections.find(({ peer }: { peer: string }) => peer === peerOf(first));
    first.socket.write('wait');
    await until(() => runs('worker-0'), 'the handler');
    t.match(await ask('/healthz'), { status: 200, json: { status: 'ok', stuck: [{ worker: 0, phase: 'serving' }] } });
    t.match(await ask('/connections'), { json: { total: 2, matched: 1, silent: [0], connections: [{ peer: peerOf(second) }] } });
    t.match(await post(`/connections/${id}/close`), { status: 503, json: { error: { code: 'WORKER_SILENT', message: /worker 0/ } } });
  });

  await t.test('is not healthy when none turns, and its numbers are there all the same', async (t) => {
    second.socket.write('wait');
    await until(() => runs('worker-1'), 'the other one');
    t.match(await ask('/healthz'), { status: 503, json: { status: 'stuck', stuck: [{ worker: 0 }, { worker: 1 }] } });
    t.ok((await ask('/stats')).json.gauges.turnAgeSeconds > 0);
    open();
    await until(() => first.text.endsWith('wait') && second.text.endsWith('wait'), 'the loops');
    // They echo before they answer what they were asked meanwhile.
    while ((await ask('/healthz')).json.stuck.length > 0) await new Promise(setImmediate);
    t.match(await ask('/connections'), { json: { total: 2, matched: 2, silent: [] } });
  });

  await t.test('tells of its end, and the endpoint ends with it; nothing of edgeloop is left open', async (t) => {
    const closed = group.close({ deadlineMs: 30_000 });
    t.match(await ask('/readyz'), { status: 503, json: { status: 'draining' } });
    t.match(await ask('/healthz'), { status: 200 }, 'what drains is alive');
    await until(() => first.ended && second.ended, 'the FINs');
    for (const { socket } of [first, second]) socket.end();
    t.match(await closed, { idle: 2, forced: 0, leftOpen: [] });
    await t.rejects(ask('/healthz'));
  });
});

t.test('lists of workers become one, in the order in which one reactor would have it', async (t) => {
  const fields = { bytesRead: fc.nat(9), rttSeconds: fc.option(fc.nat(9)), local: fc.option(fc.string({ maxLength: 2 })), paused: fc.boolean() };
  const anyRows = fc.array(fc.record(fields), { maxLength: 8 }) as unknown as fc.Arbitrary<ConnectionRow[]>;
  const field = fc.constantFrom('bytesRead', 'rttSeconds', 'local', 'paused');
  fc.assert(
    fc.property(fc.array(anyRows, { minLength: 1, maxLength: 3 }), field, fc.constantFrom('asc', 'desc'), fc.integer({ min: 1, max: 30 }), (lists, sort, order, limit) => {
      const key = (row: ConnectionRow) => row[sort] ?? (sort === 'local' ? '' : -1);
      const sorted = (rows: readonly ConnectionRow[]) => [...rows].sort((a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))) * (order === 'asc' ? 1 : -1));
      const told = lists.map((rows) => ({ total: 10, matched: rows.length, connections: sorted(rows).slice(0, limit) }));
      const merged = mergeLists(told, { sort, order, limit });
      t.same(merged.connections.map(key), sorted(lists.flat()).slice(0, limit).map(key));
      t.equal(merged.total, 10 * lists.length);
      t.equal(merged.matched, lists.flat().length);
    }),
  );
});
