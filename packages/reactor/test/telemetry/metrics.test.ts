import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Counter, Registry } from 'prom-client';
import t from 'tap';
import { COUNTERS } from '../../src/loop/counters.js';
import { type MeteredWorker, Meters, registerGroupMetrics, registerMetrics, takeSnapshot } from '../../src/telemetry/index.js';
import { skewOf } from '../../src/telemetry/group-metrics.js';
import { METRIC_ROWS } from '../../src/telemetry/metric-table.js';
import { sumSnapshots } from '../../src/telemetry/snapshot-sum.js';
import { dial, serve } from '../support/setting.js';

/** The value of a series, as it is written in the text that Prometheus scrapes. */
function series(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

t.test('what a reactor does is in its metrics', async (t) => {
  const { reactor, port } = await serve(t, { onData: (connection, chunk) => void connection.write(chunk) });
  const registry = new Registry();
  registerMetrics(registry, reactor.meters);
  const client = await dial(t, port);
  await client.echo('hello');
  const text = await registry.metrics();
  t.equal(series(text, 'edgeloop_connections_accepted_total'), 1);
  t.equal(series(text, 'edgeloop_connections{state="open"}'), 1);
  t.equal(series(text, 'edgeloop_received_bytes_total'), 5);
  t.equal(series(text, 'edgeloop_sent_bytes_total'), 5);
  t.ok((series(text, 'edgeloop_plugin_handler_seconds_total{plugin="test"}') as number) > 0);
  t.ok((series(text, 'edgeloop_loop_stage_seconds_total{stage="read"}') as number) > 0);
  const turns = series(text, 'edgeloop_epoll_waits_total');
  t.equal(series(text, 'edgeloop_loop_turn_duration_seconds_count'), turns);
  t.equal(series(text, 'edgeloop_loop_turn_duration_seconds_bucket{le="+Inf"}'), turns);

  client.socket.resetAndDestroy();
  while (reactor.connectionCount > 0) await new Promise(setImmediate);
  const later = await registry.metrics();
  t.equal(series(later, 'edgeloop_connections{state="open"}'), 0);
  t.equal(series(later, 'edgeloop_connections_closed_total{reason="reset"}'), 1);
  t.equal(series(later, 'edgeloop_errors_total{code="ECONNRESET"}'), 1);
});

t.test('a slot is taken for each thing that the loop watches, and given back', async (t) => {
  const { reactor, port } = await serve(t, {});
  const channels = async () => {
    await new Promise<void>((resolve) => reactor.post(resolve));
    await new Promise(setImmediate);
    return takeSnapshot(reactor.meters).gauges.channels;
  };
  const idle = await channels();
  const client = await dial(t, port);
  const inbox = reactor.openInbox(() => {});
  const socket = await reactor.openDatagram({}, () => {});
  while (reactor.connectionCount === 0) await new Promise(setImmediate);
  t.equal(await channels(), idle + 3);
  client.socket.resetAndDestroy();
  inbox.close();
  socket.close();
  while (reactor.connectionCount > 0) await new Promise(setImmediate);
  t.equal(await channels(), idle);
});

t.test('every counter of a reactor is exported, but those that follow from others', async (t) => {
  const meters = new Meters();
  COUNTERS.forEach((name, index) => (meters.counters[name] = 1000 + index));
  const exported = new Set(METRIC_ROWS.flatMap(({ read }) => read(meters).map(([, value]) => value)));
  const missing = COUNTERS.filter((name) => !exported.has(meters.counters[name]));
  t.same(missing, ['closed', 'failed'], 'these are sums over the reasons');
});

t.test('names and units follow the conventions of Prometheus', async (t) => {
  const registry = new Registry();
  registerMetrics(registry, new Meters());
  for (const { name, type, help } of await registry.getMetricsAsJSON()) {
    t.match(name, /^edgeloop_[a-z_]+$/);
    t.equal(String(type) === 'counter', name.endsWith('_total'), `${name} is a ${type}`);
    t.notMatch(name, /millis|micro|_ms\b|kilo/, 'base units only');
    t.match(help, /\.$/, `${name} is explained in a sentence`);
  }
});

t.test('an end has one reason, whatever brought it about', async (t) => {
  const { reactor, port } = await serve(t, {
    onData(connection, chunk) {
      if (String(chunk) === 'throw') throw new Error('wanted');
      if (String(chunk) === 'destroy') connection.destroy();
      if (String(chunk) === 'reason') connection.destroy(new Error('because'));
      if (String(chunk) === 'end') connection.end();
    },
  });
  for (const what of ['throw', 'destroy', 'reason', 'end', 'end']) {
    const client = await dial(t, port);
    client.socket.end(what);
    client.socket.on('error', () => {});
    await once(client.socket, 'close');
  }
  while (reactor.connectionCount > 0) await new Promise(setImmediate);
  const { closes, counters } = takeSnapshot(reactor.meters);
  t.match(closes, { handler_failed: 1, destroyed: 2, end: 2 });
  t.equal(Object.values(closes).reduce((sum, count) => sum + count, 0), counters.closed);
});

t.test('several reactors share a registry, told apart by a label', async (t) => {
  const [left, right] = [new Meters(), new Meters()];
  left.counters.accepted = 3;
  right.counters.accepted = 4;
  const registry = new Registry();
  registerMetrics(registry, { left, right });
  const text = await registry.metrics();
  t.equal(series(text, 'edgeloop_connections_accepted_total{reactor="left"}'), 3);
  t.equal(series(text, 'edgeloop_connections_accepted_total{reactor="right"}'), 4);
  t.equal(series(text, 'edgeloop_connections{reactor="right",state="open"}'), 4);
  t.equal(series(text, 'edgeloop_timer_lateness_seconds_count{reactor="left"}'), 0);
});

t.test("a user's own metrics stand beside them", async (t) => {
  const registry = new Registry();
  registerMetrics(registry, new Meters());
  const orders = new Counter({ name: 'shop_orders_total', help: 'Orders.', registers: [registry] });
  orders.inc(2);
  t.equal(series(await registry.metrics(), 'shop_orders_total'), 2);
});

t.test('a loop that is blocked is scraped from another thread, which sees who blocks it', async (t) => {
  const answers = new Int32Array(new SharedArrayBuffer(8));
  const { reactor, port } = await serve(t, {
    onData() {
      // The loop stands still until the other thread has scraped, if it can.
      Atomics.store(answers, 0, 1);
      Atomics.notify(answers, 0);
      Atomics.wait(answers, 1, 0, 60_000);
    },
  });
  const worker = new Worker(new URL('../support/scraper.js', import.meta.url), { workerData: { memory: reactor.meters.memory, answers } });
  t.teardown(() => worker.terminate());
  const scraped = once(worker, 'message') as Promise<[{ text: string; running: string }]>;
  await once(worker, 'online');
  const client = await dial(t, port);
  client.socket.write('block');
  const [{ text, running }] = await scraped;
  t.equal(running, 'test');
  t.equal(series(text, 'edgeloop_connections{state="open"}'), 1);
  t.ok((series(text, 'edgeloop_loop_turn_age_seconds') as number) > 0);
});

/** A worker that serves, with nothing to do. */
const worker = (index: number, changes: Partial<MeteredWorker> = {}): MeteredWorker => {
  return { index, phase: 'serving', lagging: false, connections: 0, waiting: 0, restarts: 0, crashes: 0, cpuSeconds: 0, ...changes };
};

t.test('a group has the numbers of all its reactors, and says at each scrape how its workers stand', async (t) => {
  const meters = { 'worker-0': new Meters(), 'worker-1': new Meters() };
  meters['worker-1'].counters.accepted = 7;
  let workers = [worker(0), worker(1)];
  const registry = new Registry();
  registerGroupMetrics(registry, { coordinator: { meters: new Meters() }, meters, get workers() { return workers; } });
  const before = await registry.metrics();
  t.equal(series(before, 'edgeloop_connections_accepted_total{reactor="coordinator"}'), 0);
  t.equal(series(before, 'edgeloop_connections_accepted_total{reactor="worker-1"}'), 7);
  t.equal(series(before, 'edgeloop_workers{phase="serving"}'), 2);
  t.equal(series(before, 'edgeloop_workers{phase="crashed"}'), 0);

  workers = [worker(0, { phase: 'crashed', restarts: 2, crashes: 3 }), worker(1, { lagging: true, waiting: 5, cpuSeconds: 1.5 })];
  const after = await registry.metrics();
  t.equal(series(after, 'edgeloop_workers{phase="serving"}'), 1);
  t.equal(series(after, 'edgeloop_workers{phase="crashed"}'), 1);
  t.equal(series(after, 'edgeloop_worker_restarts_total{reactor="worker-0"}'), 2);
  t.equal(series(after, 'edgeloop_worker_crashes_total{reactor="worker-0"}'), 3);
  t.equal(series(after, 'edgeloop_worker_lagging{reactor="worker-0"}'), 0);
  t.equal(series(after, 'edgeloop_worker_lagging{reactor="worker-1"}'), 1);
  t.equal(series(after, 'edgeloop_worker_waiting_connections{reactor="worker-1"}'), 5);
  t.equal(series(after, 'edgeloop_worker_cpu_seconds_total{reactor="worker-1"}'), 1.5);
});

t.test('skew is the fewest connections of a worker that serves, by the most', async (t) => {
  const loaded = (...loads: readonly number[]) => loads.map((connections, index) => worker(index, { connections }));
  t.equal(skewOf(loaded(50, 100, 80)), 0.5);
  t.equal(skewOf(loaded(3, 3)), 1);
  t.equal(skewOf(loaded(0, 9)), 0);
  t.equal(skewOf(loaded(9)), 1, 'one worker is even');
  t.equal(skewOf(loaded(0, 0)), 1, 'nobody has more than another');
  t.equal(skewOf([]), 1);
  t.equal(skewOf([...loaded(8, 10), worker(2, { phase: 'crashed' })]), 0.8, 'who is away does not count');
});

t.test('snapshots of several reactors add up, but for the age of the turn', async (t) => {
  const [left, right] = [new Meters(), new Meters()];
  for (const [meters, count] of [[left, 3], [right, 4]] as const) {
    meters.counters.accepted = count;
    meters.gauges.bytesQueued = 10 * count;
    meters.stagesMs[0] = 1000 * count;
    meters.turnSeconds.observe(count);
    meters.plugins.worked(meters.plugins.enlist('echo'), 1000 * count);
  }
  right.plugins.stalled(right.plugins.enlist('other'));
  right.gauges.turnBeganMs = 1;
  const [one, other] = [takeSnapshot(left), takeSnapshot(right)];
  const sum = sumSnapshots([one, other]);
  t.match(sum, { counters: { accepted: 7, closed: 0 }, gauges: { bytesQueued: 70, connectionsOpen: 7 }, stagesSeconds: { wait: 7 } });
  t.equal(sum.gauges.turnAgeSeconds, other.gauges.turnAgeSeconds);
  t.same(sum.plugins, { echo: { handlerSeconds: 7, stalls: 0 }, other: { handlerSeconds: 0, stalls: 1 } });
  const { turnSeconds } = sum.histograms;
  t.equal(turnSeconds?.sum, 7);
  t.equal(turnSeconds?.counts.reduce((total, count) => total + count, 0), 2);
  t.same(Object.keys(sum).sort(), Object.keys(one).sort());
});
