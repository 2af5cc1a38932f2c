import { posix } from 'node:path';
import t from 'tap';
import { exportedMetrics, namesIn, seriesNames, shipped } from '../support/exported-metrics.js';

const GUIDE = 'docs/guides/operate.md';
const REFERENCE = 'docs/reference/metrics.md';
const guide = shipped(GUIDE);
const rules = shipped('deploy/prometheus/alerts.yml');

/** Anchors of the headings of a page, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...shipped(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'));
}

t.test('the guide has a place for each alert, and for no other', async (t) => {
  const places = [...guide.matchAll(/^#+ (Edgeloop\w+)$/gm)].map(([, name]) => name);
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  t.ok(alerts.length > 0);
  t.same(new Set(places), new Set(alerts));
});

t.test('every metric that the guide names is exported, and every recorded one is recorded', async (t) => {
  const exported = seriesNames(await exportedMetrics());
  const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name);
  t.same(namesIn(guide).filter((name) => !exported.has(name)), []);
  t.same((guide.match(/\b\w+:edgeloop_\w+:\w+/g) ?? []).filter((name) => !recorded.includes(name)), []);
  t.ok(namesIn(guide).length > 20, 'it names what to look at');
});

t.test('every error that the guide names is in the reference, or an errno that is counted', async (t) => {
  const codes = (await exportedMetrics()).get('edgeloop_errors_total')?.labels['code'] ?? [];
  const named = guide.match(/(?<=`)(EL_\w+|E[A-Z]{4,})(?=`)/g) ?? [];
  t.ok(named.length > 10);
  t.same(named.filter((code) => !codes.includes(code)), []);
});

for (const page of [GUIDE, REFERENCE]) {
  t.test(`the anchors to which ${page} leads exist`, async (t) => {
    const links = [...shipped(page).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
    t.ok(links.length > 5);
    for (const [, path = '', anchor = ''] of links) {
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      t.ok(anchorsOf(target).includes(anchor), `${target}#${anchor}`);
    }
  });
}
