/** What is exported and shipped, before a real Prometheus and its own tools. */
import { Registry, collectDefaultMetrics } from 'prom-client';
import t, { type Test } from 'tap';
import { Meters, registerMetrics } from '../../src/telemetry/index.js';
import { expressionsOf, filledIn, shippedDashboard } from '../support/dashboard.js';
import { fullRegistry, groupMetrics, namesIn, ofGroup } from '../support/exported-metrics.js';
import { serveMetrics } from '../support/metrics-endpoint.js';
import { Prometheus, deployed, promtool } from '../support/prometheus.js';
import { skipWithout } from '../support/required-tool.js';
import { dial, serve } from '../support/setting.js';

const TOKEN = 'token-of-a-test-0123456789';
const NOBODY = '127.0.0.1:1';
const MESSAGE = 'x'.repeat(1000);

const withoutPromtool = { skip: skipWithout('promtool') };

t.test('promtool has nothing to say against the metrics', withoutPromtool, async (t) => {
  const one = new Registry();
  registerMetrics(one, new Meters());
  const several = new Registry();
  registerMetrics(several, { left: new Meters(), right: new Meters() });
  for (const registry of [one, several, ofGroup]) t.same(promtool(['check', 'metrics'], '.', await registry.metrics()), { status: 0, output: '' });
});

t.test("promtool has against Node's own metrics what the reference says", withoutPromtool, async (t) => {
  const { output } = promtool(['check', 'metrics'], '.', await fullRegistry().metrics());
  for (const line of output.trim().split('\n')) t.match(line, /^nodejs_active_(handles|requests|resources)_total non-counter metrics should not have "_total" suffix$/);
});

t.test('promtool accepts the configuration and the rules, and sees each alert fire and not fire', withoutPromtool, async (t) => {
  const folder = deployed(t, TOKEN, NOBODY);
  for (const args of [['check', 'config', '--lint-fatal', 'prometheus.yml'], ['check', 'rules', '--lint-fatal', 'alerts.yml'], ['test', 'rules', 'alerts_test.yml']]) {
    const { status, output } = promtool(args, folder);
    t.equal(status, 0, args.join(' '), { output });
    t.match(output, /SUCCESS/);
  }
});

/** A reactor that echoes, watched by a Prometheus that has seen it without clients. */
async function watched(t: Test) {
  const { reactor, port } = await serve(t, { onData: (connection, chunk) => void connection.write(chunk) });
  const registry = new Registry();
  registerMetrics(registry, reactor.meters);
  collectDefaultMetrics({ register: registry });
  const prometheus = await Prometheus.start(t, deployed(t, TOKEN, await serveMetrics(t, registry, TOKEN)));
  await prometheus.scrapes(2);
  return { reactor, port, prometheus };
}

t.test('a real Prometheus', { skip: skipWithout('prometheus') || skipWithout('timeout') }, async (t) => {
  const { reactor, port, prometheus } = await watched(t);
  const before = Date.now() / 1000;

  const clients = await Promise.all(Array.from({ length: 6 }, () => dial(t, port)));
  // Spread over several scrapes, as the traffic of servers is.
  for (let round = 0; round < 3; round++) {
    for (const client of clients) await client.echo(MESSAGE);
    await prometheus.scrapes(1);
  }
  clients.slice(0, 2).forEach(({ socket }) => socket.end());
  clients[2]?.reset();
  while (reactor.connectionCount > 3) await new Promise(setImmediate);
  await prometheus.scrapes(2);
  const after = Date.now() / 1000;

  await t.test('knows the server by the name that alerts and dashboard expect, and comes in with its token', async (t) => {
    t.equal(await prometheus.number('max_over_time(up{job="edgeloop"}[1m])'), 1);
  });

  await t.test('has counted what was sent, neither more nor less', async (t) => {
    // Not `increase`, which extrapolates: this is the difference of two samples.
    const counted = (series: string) => prometheus.number(`${series} @ ${after} - ${series} @ ${before}`);
    t.equal(await counted('edgeloop_received_bytes_total'), 18_000);
    t.equal(await counted('edgeloop_sent_bytes_total'), 18_000);
    t.equal(await counted('edgeloop_connections_accepted_total'), 6);
    t.equal(await counted('edgeloop_connections_closed_total{reason="end"}'), 2);
    t.equal(await counted('edgeloop_connections_closed_total{reason="reset"}'), 1);
    t.equal(await counted('edgeloop_errors_total{code="ECONNRESET"}'), 1);
    t.equal(await prometheus.number('edgeloop_connections{state="open"}', after), 3);
  });

  await t.test('makes rates of it that are right', async (t) => {
    // All samples are in this window, so what lies between the first and the last is known. Prometheus adds what it believes
    // to have missed at both ends: at each at most 1.1 of the mean distance between samples.
    const window = 'edgeloop_received_bytes_total[1m]';
    const samples = (await prometheus.number(`count_over_time(${window})`, after)) as number;
    const most = 1 + (2 * 1.1) / (samples - 1);
    const perMinute = (await prometheus.number(`60 * rate(${window})`, after)) as number;
    t.ok(samples >= 7, `${samples} samples`);
    t.ok(perMinute > 17_999 && perMinute < 18_001 * most, `${perMinute} bytes a minute, of 18,000 to ${18_000 * most}`);
  });

  await t.test('makes percentiles of the histograms, which agree with what they are made of', async (t) => {
    const turns = await prometheus.number('edgeloop_loop_turn_duration_seconds_count', after);
    t.equal(await prometheus.number('edgeloop_epoll_waits_total', after), turns);
    const median = (await prometheus.number('histogram_quantile(0.5, edgeloop_loop_turn_duration_seconds_bucket)', after)) as number;
    const worst = (await prometheus.number('histogram_quantile(1, edgeloop_loop_turn_duration_seconds_bucket)', after)) as number;
    t.ok(median > 0 && median <= worst, `${median} and ${worst}`);
  });

  await t.test('evaluates every rule, and has no reason to alert', async (t) => {
    const rules = await prometheus.rules();
    t.ok(rules.length > 0);
    for (const { name, health, lastError = '', state } of rules) {
      t.equal(health, 'ok', `${name} ${lastError}`);
      t.not(state, 'firing', name);
    }
  });

  await t.test('has an answer for every panel of the dashboard', async (t) => {
    const ofGroups = groupMetrics();
    for (const expression of expressionsOf(shippedDashboard())) {
      if (namesIn(expression).some((name) => ofGroups.includes(name))) continue;
      const series = await prometheus.query(filledIn(expression, '1m'), after);
      // Of Node's own, the collector may not have run yet.
      if (namesIn(expression).some((name) => name.startsWith('edgeloop_'))) t.not(series.length, 0, expression);
    }
  });
});
