import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import t from 'tap';
import { EXPOSITIONS, expose } from '../../src/telemetry/exposition.js';

function sampleRegistry() {
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'test' });
  const registers = [registry];
  new Counter({ name: 'requests_total', help: 'requests', registers, labelNames: ['code'] }).inc({ code: 'ok' }, 3);
  new Gauge({ name: 'open', help: 'open', registers }).set(2);
  new Histogram({ name: 'seconds', help: 'seconds', registers, buckets: [1] }).observe(0.5);
  return registry;
}

t.test('both formats come from one registry, in any order and at the same time, and leave it as it was', async (t) => {
  const registry = sampleRegistry();
  const before = await registry.metrics();
  const { prometheus, openMetrics } = EXPOSITIONS;
  const texts = await Promise.all([openMetrics, prometheus, openMetrics, prometheus].map((format) => expose(registry, format)));
  t.equal(texts[1], before);
  t.equal(texts[3], before);
  t.equal(texts[0], texts[2]);
  t.equal(await registry.metrics(), before);
  t.equal(registry.contentType, prometheus);
});

t.test('OpenMetrics names a counter without "_total", its samples with it, keeps the default labels and ends with EOF', async (t) => {
  const text = await expose(sampleRegistry(), EXPOSITIONS.openMetrics);
  t.match(text, '# TYPE requests counter\nrequests_total{code="ok",service="test"} 3\n');
  t.match(text, 'open{service="test"} 2\n');
  t.match(text, /^seconds_bucket\{le="1",service="test"\} 1$/m);
  t.ok(text.endsWith('\n# EOF\n'));
  t.notMatch(text, '\n\n', 'and has no empty lines');
});

t.test('a counter that is collected is collected once for each text', async (t) => {
  const registry = new Registry();
  let collected = 0;
  const collect = function (this: Counter) {
    this.reset();
    this.inc(++collected);
  };
  registry.registerMetric(new Counter({ name: 'collected_total', help: 'c', registers: [], collect }));
  t.match(await expose(registry, EXPOSITIONS.openMetrics), 'collected_total 1\n');
  t.match(await expose(registry, EXPOSITIONS.prometheus), 'collected_total 2\n');
});

t.test('a registry that was made for OpenMetrics gives the other format too', async (t) => {
  const registry = new Registry<typeof EXPOSITIONS.openMetrics>();
  registry.setContentType(EXPOSITIONS.openMetrics);
  registry.registerMetric(new Counter({ name: 'a_total', help: 'a', registers: [] }));
  t.match(await expose(registry, EXPOSITIONS.prometheus), '# TYPE a_total counter\na_total 0\n');
  t.match(await expose(registry, EXPOSITIONS.openMetrics), '# TYPE a counter\na_total 0\n');
});
