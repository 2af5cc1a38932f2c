/** What a store tells Prometheus, the rules that are made of it, and what its pages of reference say of metrics, log events and errors. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createReactor } from '@edgeloop/reactor';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { openStore } from '../../src/durability/open-store.js';
import { KvApi } from '../../src/embedded/kv-api.js';
import { type KvOptions, kv } from '../../src/index.js';
import { registerKvMetrics } from '../../src/telemetry/index.js';
import { KV_METRICS } from '../../src/telemetry/metric-table.js';
import { LocalServer } from '../support/local-server.js';
import { MemoryDisk } from '../support/memory-disk.js';
import { skipWithout } from '../support/required-tool.js';

const ROOT = new URL('../../../../../', import.meta.url);
const SILENT = { error() {}, warn() {}, info() {}, debug() {}, child: () => SILENT, isLevelEnabled: () => false };

function store(t: Test, options: KvOptions = {}): { api: KvApi<string>; registry: Registry } {
  const reactor = createReactor();
  t.teardown(() => reactor.close());
  const { api } = reactor.use(kv, options);
  const registry = new Registry();
  registerKvMetrics(registry, api);
  return { api, registry };
}

/** By name, with the label if there is one: `edgeloop_kv_keys{db="0"}`. What one scrape has asked for is forgotten in the next turn. */
async function scrape(registry: Registry): Promise<ReadonlyMap<string, number>> {
  await setImmediate();
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]));
}

/** What only a server in a folder has, and what that has only when there was a snapshot, or is one. */
const KEPT = /_(writes_refused|log_\w+|withheld_bytes|snapshots?_\w+)$/;
const OF_A_SNAPSHOT = /_snapshot_(duration|running)_seconds$/;

t.test('every metric is a number before anything has happened, but those of what there is none of', async (t) => {
  for (const [options, isAbsent] of [[{}, KEPT], [{ dir: t.testdir() }, OF_A_SNAPSHOT]] as const) {
    const values = await scrape(store(t, options).registry);
    const names = new Set(Array.from(values.keys(), (name) => name.replace(/\{.*/, '')));
    t.same([...names], KV_METRICS.filter(({ name, label }) => label !== 'db' && !isAbsent.test(name)).map(({ name }) => name));
    for (const [name, value] of values) t.ok(Number.isFinite(value) && value >= 0, name);
    t.equal(values.get('edgeloop_kv_durable'), 'dir' in options ? 1 : 0);
  }
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
  t.equal((await scrape(registry)).get('edgeloop_kv_keys{db="0"}'), 1);
});

t.test('metrics tell of log and snapshots', async (t) => {
  const { api, registry } = store(t, { dir: t.testdir(), autoAofRewriteMinSize: 1000 });
  const before = await scrape(registry);
  t.match(Object.fromEntries(before), { edgeloop_kv_snapshots_total: 0, edgeloop_kv_snapshot_bytes: 0, edgeloop_kv_log_snapshot_bytes: 1001 });
  api.set('a', 'x'.repeat(100));
  await api.synced();
  const written = await scrape(registry);
  t.ok((written.get('edgeloop_kv_log_bytes') as number) > (before.get('edgeloop_kv_log_bytes') as number) + 100);
  t.match(Object.fromEntries(written), { edgeloop_kv_log_syncs_total: 1, edgeloop_kv_log_unwritten_bytes: 0, edgeloop_kv_withheld_bytes: 0, edgeloop_kv_writes_refused: 0 });
  api.call('SAVE');
  const saved = await scrape(registry);
  t.ok((saved.get('edgeloop_kv_snapshot_bytes') as number) > 100);
  t.ok((saved.get('edgeloop_kv_log_bytes') as number) < 100);
  t.match(Object.fromEntries(saved), { edgeloop_kv_snapshots_total: 1, edgeloop_kv_snapshot_failed: 0, edgeloop_kv_snapshot_duration_seconds: Number });
});

t.test('metrics tell of a log that cannot be written, and of a snapshot that has failed', async (t) => {
  const disk = new MemoryDisk();
  const { server, registry: commands } = new LocalServer({ dir: disk.folder });
  const kept = openStore({ server, disk, log: SILENT, wake() {}, waitFor() {} }, commands);
  const api = KvApi.of({ server, registry: commands });
  const registry = new Registry();
  registerKvMetrics(registry, api);
  disk.roomBytes = disk.get('log-1').length + 5;
  api.set('a', 1);
  kept.write();
  t.throws(() => api.call('SAVE'), /No space left|ENOSPC/);
  const values = Object.fromEntries(await scrape(registry));
  t.match(values, { edgeloop_kv_writes_refused: 1, edgeloop_kv_snapshot_failed: 1, edgeloop_kv_snapshots_total: 0 });
  t.ok((values['edgeloop_kv_log_unwritten_bytes'] as number) > 0);
});

t.test('the reference has every metric with its type, and no other', async (t) => {
  const rows = [...shipped('docs/reference/kv-metrics.md').matchAll(/^\| `(edgeloop_kv_\w+)` \| (\w+) \| (\w*) ?\| (`\w+`)? ?\|/gm)];
  t.same(
    rows.map(([, name, type, unit, label]) => ({ name, type, unit, label })),
    KV_METRICS.map(({ name, type, label }) => ({ name, type, unit: /_(bytes|seconds)(_total)?$/.exec(name)?.[1] ?? '', label: label && `\`${label}\`` })),
  );
});

t.test('the reference has every log event that the sources write', async (t) => {
  const documented = [...shipped('docs/reference/log-events.md').matchAll(/^\| `(kv\.\w+)`(?: ×)? \|/gm)].map(([, event]) => event);
  t.same(new Set(documented), new Set(inSources(/\bevent: '([^']+\.[^']+)'/g)));
});

t.test('the reference has every code of errors that the sources answer with, and no other', async (t) => {
  const documented = [...shipped('docs/reference/kv-errors.md').matchAll(/^\| `([A-Z]+)` \|/gm)].map(([, code]) => code);
  const codes = [...inSources(/(?:ReplyError|ScriptError)\(\s*['"`]([A-Z]{3,}) /g), ...inSources(/^ {2}'(DENIED) /gm), ...inSources(/['"`](MISCONF) /g)];
  t.same(new Set(documented), new Set(codes));
});

t.test('errors in words of its own are in the reference to the letter', async (t) => {
  const [, own = ''] = shipped('docs/reference/kv-errors.md').split('## Errors in words of its own');
  const documented = [...own.matchAll(/^\| `(ERR (?:This server|SHUTDOWN|The snapshot)[^`…]+)…?` \|/gm)].map(([, text]) => text);
  t.same(new Set(documented), new Set(inSources(/ReplyError\(['`](ERR (?:This server|SHUTDOWN|The snapshot)[^'$]+)/g)));
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
  const { api, registry } = store(t, { dir: t.testdir() });
  api.set('a', 1);
  api.call('SAVE');
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
