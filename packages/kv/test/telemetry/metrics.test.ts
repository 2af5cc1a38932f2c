/** What a store tells Prometheus, and what its pages of reference say of metrics and log events. */
import { readFileSync, readdirSync } from 'node:fs';
import { createReactor } from '@edgeloop/reactor';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { type KvApi, type KvOptions, kv } from '../../src/index.js';
import { registerKvMetrics } from '../../src/telemetry/index.js';
import { KV_METRICS } from '../../src/telemetry/metric-table.js';

const ROOT = new URL('../../../../../', import.meta.url);

function store(t: Test, options: KvOptions = {}): { api: KvApi<string>; registry: Registry } {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const { api } = reactor.use(kv, options);
  const registry = new Registry();
  registerKvMetrics(registry, api);
  return { api, registry };
}

/** By name, with the label if there is one: `edgeloop_kv_keys{db="0"}`. */
async function scrape(registry: Registry): Promise<ReadonlyMap<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

t.test('every metric is a number before anything has happened, but those of databases that are empty', async (t) => {
  const { registry } = store(t);
  const values = await scrape(registry);
  t.same([...values.keys()], KV_METRICS.filter(({ label }) => label === undefined).map(({ name }) => name));
  for (const [name, value] of values) t.ok(Number.isInteger(value), name);
});

t.test('metrics say what has happened, and each scrape looks anew', async (t) => {
  const { api, registry } = store(t, { maxmemory: 10_000_000 });
  api.mset({ a: 1, b: 2 });
  api.expire('a', 100);
  api.database(3).set('c', 1);
  api.get('a');
  api.get('nothing');
  t.throws(() => api.lpush('b', 1));
  const values = await scrape(registry);
  t.equal(values.get('edgeloop_kv_keys{db="0"}'), 2);
  t.equal(values.get('edgeloop_kv_expiring_keys{db="0"}'), 1);
  t.equal(values.get('edgeloop_kv_keys{db="3"}'), 1);
  t.equal(values.get('edgeloop_kv_keyspace_hits_total'), 1);
  t.equal(values.get('edgeloop_kv_keyspace_misses_total'), 1);
  t.equal(values.get('edgeloop_kv_error_replies_total'), 1);
  t.equal(values.get('edgeloop_kv_memory_max_bytes'), 10_000_000);
  t.ok((values.get('edgeloop_kv_memory_used_bytes') as number) > 0);
  api.del('a');
  await new Promise((resolve) => setImmediate(resolve));
  t.equal((await scrape(registry)).get('edgeloop_kv_keys{db="0"}'), 1);
});

t.test('the reference has every metric with its type, and no other', async (t) => {
  const page = readFileSync(new URL('docs/reference/kv-metrics.md', ROOT), 'utf8');
  const rows = [...page.matchAll(/^\| `(edgeloop_kv_\w+)` \| (\w+) \| (\w*) ?\| (`db`)? ?\|/gm)];
  t.same(
    rows.map(([, name, type, unit, label]) => ({ name, type, unit, label })),
    KV_METRICS.map(({ name, type, label }) => ({ name, type, unit: name.endsWith('_bytes') ? 'bytes' : '', label: label && `\`${label}\`` })),
  );
});

t.test('the reference has every log event that the sources write', async (t) => {
  const page = readFileSync(new URL('docs/reference/log-events.md', ROOT), 'utf8');
  const documented = [...page.matchAll(/^\| `(kv\.\w+)` \|/gm)].map(([, event]) => event);
  const folder = new URL('packages/kv/src/', ROOT);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const written = paths.flatMap((path) => [...readFileSync(new URL(path, folder), 'utf8').matchAll(/\bevent: '([^']+\.[^']+)'/g)].map(([, event]) => event));
  t.same(new Set(documented), new Set(written));
});
