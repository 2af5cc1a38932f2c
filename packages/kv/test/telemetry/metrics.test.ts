/** What a store tells Prometheus, the rules that are made of it, and what its pages of reference say of metrics, log events and errors. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createReactor } from '@edgeloop/reactor';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { type KvApi, type KvOptions, kv } from '../../src/index.js';
import { registerKvMetrics } from '../../src/telemetry/index.js';
import { KV_METRICS } from '../../src/telemetry/metric-table.js';
import { skipWithout } from '../support/required-tool.js';

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
  const names = new Set(Array.from(values.keys(), (name) => name.replace(/\{.*/, '')));
  t.same([...names], KV_METRICS.filter(({ label }) => label !== 'db').map(({ name }) => name));
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
  const rows = [...shipped('docs/reference/kv-metrics.md').matchAll(/^\| `(edgeloop_kv_\w+)` \| (\w+) \| (\w*) ?\| (`\w+`)? ?\|/gm)];
  t.same(
    rows.map(([, name, type, unit, label]) => ({ name, type, unit, label })),
    KV_METRICS.map(({ name, type, label }) => ({ name, type, unit: name.endsWith('_bytes') ? 'bytes' : '', label: label && `\`${label}\`` })),
  );
});

t.test('the reference has every log event that the sources write', async (t) => {
  const documented = [...shipped('docs/reference/log-events.md').matchAll(/^\| `(kv\.\w+)`(?: ×)? \|/gm)].map(([, event]) => event);
  t.same(new Set(documented), new Set(inSources(/\bevent: '([^']+\.[^']+)'/g)));
});

t.test('the reference has every code of errors that the sources answer with, and no other', async (t) => {
  const documented = [...shipped('docs/reference/kv-errors.md').matchAll(/^\| `([A-Z]+)` \|/gm)].map(([, code]) => code);
  const codes = [...inSources(/(?:ReplyError|ScriptError)\(\s*['"`]([A-Z]{3,}) /g), ...inSources(/^ {2}'(DENIED) /gm)];
  t.same(new Set(documented), new Set(codes));
});

t.test('errors in words of its own are in the reference to the letter', async (t) => {
  const [, own = ''] = shipped('docs/reference/kv-errors.md').split('## Errors in words of its own');
  const documented = [...own.matchAll(/^\| `(ERR (?:This server|SHUTDOWN)[^`]+)` \|/gm)].map(([, text]) => text);
  t.same(new Set(documented), new Set(inSources(/ReplyError\('(ERR (?:This server|SHUTDOWN)[^']+)'/g)));
});

t.test('alerts speak of metrics that there are, and have their place in the guide', async (t) => {
  const rules = shipped('deploy/prometheus/kv-alerts.yml');
  const names = KV_METRICS.map(({ name }) => name);
  t.same([...rules.matchAll(/edgeloop_kv_\w+/g)].map(([name]) => name).filter((name) => !names.includes(name)), []);
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
  t.same([...rules.matchAll(/runbook: docs\/guides\/kv-operate\.md#(\w+)/g)].map(([, place]) => place), alerts.map((name) => name.toLowerCase()));
  t.same([...shipped('docs/guides/kv-operate.md').matchAll(/^### (EdgeloopKv\w+)$/gm)].map(([, name]) => name), alerts);
  t.same([...shipped('deploy/prometheus/kv-alerts_test.yml').matchAll(/- labels: 'ALERTS\{alertname="(\w+)"/g)].map(([, name]) => name), alerts);
});

t.test('promtool accepts the alerts, and sees each of them fire and not fire', skipWithout('promtool'), async (t) => {
  for (const args of [['check', 'rules', '--lint-fatal', 'kv-alerts.yml'], ['test', 'rules', 'kv-alerts_test.yml']]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: fileURLToPath(new URL('deploy/prometheus/', ROOT)), encoding: 'utf8' });
    t.equal(status, 0, args.join(' '), { stdout, stderr });
    t.match(stdout, /SUCCESS/);
  }
});

t.test('promtool has nothing to say against the metrics', skipWithout('promtool'), async (t) => {
  const { api, registry } = store(t);
  api.set('a', 1);
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await registry.metrics(), encoding: 'utf8' });
  t.same({ status, stderr }, { status: 0, stderr: '' });
});

function shipped(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** What the first group of a pattern finds in the sources of the package. */
function inSources(pattern: RegExp): string[] {
  const folder = 'packages/kv/src/';
  const paths = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.flatMap((path) => Array.from(shipped(folder + path).matchAll(pattern), ([, found = '']) => found));
}
