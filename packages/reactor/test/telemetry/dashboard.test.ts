import t from 'tap';
import { expressionsOf, shippedDashboard } from '../support/dashboard.js';
import { exportedMetrics, namesIn, seriesNames } from '../support/exported-metrics.js';

const dashboard = shippedDashboard();
const { panels, templating } = dashboard;
const drawn = panels.filter(({ type }) => type !== 'row');

t.test('every metric of the dashboard is exported', async (t) => {
  const exported = seriesNames(await exportedMetrics());
  const asked = [...expressionsOf(dashboard), ...templating.list.map(({ definition = '' }) => definition)];
  t.same(asked.flatMap(namesIn).filter((name) => !exported.has(name)), []);
});

t.test('every metric of ours is on the dashboard', async (t) => {
  const shown = expressionsOf(dashboard).flatMap(namesIn).map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const derived = ['edgeloop_epoll_events_total', 'edgeloop_loop_stalls_total'];
  const ours = [...(await exportedMetrics()).keys()].filter((name) => name.startsWith('edgeloop_') && !derived.includes(name));
  t.same(ours.filter((name) => !shown.includes(name)), [], 'but for those that are the sum of others');
});

t.test('a panel has an id of its own, a title, an explanation and something to show', async (t) => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const { title, description = '', targets = [] } of drawn) {
    t.not(title, '');
    t.not(description, '', `${title} is explained`);
    t.not(targets.length, 0, `${title} shows something`);
    t.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, `${title} tells its queries apart`);
  }
});

t.test('panels do not lie on each other, nor beside the grid', async (t) => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
  );
  t.equal(new Set(cells).size, cells.length);
  t.same(panels.filter(({ gridPos: { x, w } }) => x + w > 24), []);
});

t.test('every query obeys the variables, which include those of a process with one reactor', async (t) => {
  t.same(templating.list.map(({ name }) => name), ['datasource', 'instance', 'reactor']);
  for (const expression of expressionsOf(dashboard)) {
    t.match(expression, /instance=~"\$instance"/);
    for (const [selector] of expression.matchAll(/edgeloop_\w+\{[^}]*\}/g)) t.match(selector, /reactor=~"\$reactor"/);
    t.notMatch(expression, /edgeloop_\w+(?![\w{])/, 'there is no metric without a selector');
  }
});
