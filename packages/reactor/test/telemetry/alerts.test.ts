import t from 'tap';
import { exportedMetrics, namesIn, seriesNames, shipped } from '../support/exported-metrics.js';

const file = shipped('deploy/prometheus/alerts.yml');
const tests = shipped('deploy/prometheus/alerts_test.yml');

/** Each rule, with the comment above it. Prometheus' own tools check the rest of the file. */
const rules = file.split(/\n\n|rules:\n/).filter((text) => text.includes('- alert:'));
const alerts = rules.map((text) => ({ text, name: /- alert: (\w+)/.exec(text)?.[1] ?? '' }));

t.test('every alert says how urgent it is, what is wrong, where to go on, and why its threshold is what it is', async (t) => {
  t.equal(alerts.length, file.match(/- alert:/g)?.length, 'a blank line parts the rules');
  for (const { text, name } of alerts) {
    t.match(text, /^ +# [A-Z0-9]/, `${name} has its reason`);
    t.match(text, /\n +for: \d+m\n/, `${name} has a time`);
    t.match(text, /\n +severity: (critical|warning)\n/, `${name} has a severity`);
    t.match(text, /\n +summary: '.+'\n +description: '.+'\n/, `${name} is explained`);
    t.ok(text.trimEnd().endsWith(`\n          runbook: docs/guides/operate.md#${name.toLowerCase()}`), `${name} has its place in the guide`);
  }
});

t.test('each alert is shown to fire', async (t) => {
  const fired = [...tests.matchAll(/- labels: 'ALERTS\{alertname="(\w+)"/g)].map(([, name]) => name);
  t.same(new Set(fired), new Set(alerts.map(({ name }) => name)));
});

t.test('every metric that rules and their tests speak of is exported', async (t) => {
  const exported = seriesNames(await exportedMetrics());
  for (const text of [file, tests]) t.same(namesIn(text).filter((name) => !exported.has(name)), []);
});

t.test('errors and reasons that rules select exist', async (t) => {
  const exported = await exportedMetrics();
  const codes = exported.get('edgeloop_errors_total')?.labels['code'] ?? [];
  const reasons = exported.get('edgeloop_connections_closed_total')?.labels['reason'] ?? [];
  const selected = (label: string) => [...file.matchAll(new RegExp(`${label}[=!]~?"([^"]+)"`, 'g'))].flatMap(([, values = '']) => values.split('|'));
  t.ok(selected('code').length > 0 && selected('reason').length > 0);
  t.same(selected('code').filter((code) => !codes.includes(code)), []);
  t.same(selected('reason').filter((reason) => !reasons.includes(reason)), []);
});
