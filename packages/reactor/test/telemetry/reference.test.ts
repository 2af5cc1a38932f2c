import t from 'tap';
import { type Exported, exportedMetrics, shipped } from '../support/exported-metrics.js';

interface Row extends Exported {
  readonly unit: string;
  readonly meaning: string;
}

/** The tables of docs/reference/metrics.md. */
function documentedMetrics(): ReadonlyMap<string, Row> {
  const rows = [...shipped('docs/reference/metrics.md').matchAll(/^\| `([a-z0-9_]+)` \|(.*)\|(.*)\|(.*)\|(.*)\|$/gm)];
  return new Map(
    rows.map(([, name = '', type = '', unit = '', labels = '', meaning = '']) => [
      name,
      { type: type.trim(), unit: unit.trim(), labels: labelsOf(labels), meaning: meaning.trim() },
    ]),
  );
}

/** One label with its values, or several whose values are not said. */
function labelsOf(cell: string): Record<string, string[]> {
  const [names = '', values = ''] = cell.split(':');
  return Object.fromEntries(quoted(names).map((name) => [name, quoted(values)]));
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word);
}

t.test('the reference has every metric that is exported, and no other', async (t) => {
  const documented = new Set(documentedMetrics().keys());
  t.same(documented, new Set((await exportedMetrics()).keys()));
});

t.test('types, labels and the values of labels are what the reference says', async (t) => {
  const documented = documentedMetrics();
  for (const [name, { type, labels }] of await exportedMetrics()) {
    const row = documented.get(name) as Row;
    t.equal(row.type, type, `the type of ${name}`);
    for (const [label, values] of Object.entries(labels).filter(([label]) => label !== 'le')) {
      t.ok(label in row.labels, `${name} has a label ${label}`);
      if (row.labels[label]?.length) t.same(row.labels[label], values, `the values of ${label} of ${name}`);
    }
  }
});

t.test('units in the reference are those in the names', async (t) => {
  for (const [name, { unit, meaning }] of documentedMetrics()) {
    t.equal(unit, /_(seconds|bytes)(_total)?$/.exec(name)?.[1] ?? '', `the unit of ${name}`);
    t.ok(meaning.length > 0, `${name} is explained`);
  }
});

t.test('every reason for which a connection ends is explained', async (t) => {
  const table = shipped('docs/reference/metrics.md').split('### The reasons')[1]?.split('\n## ')[0] ?? '';
  const explained = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => quoted(cell));
  t.same(explained, (await exportedMetrics()).get('edgeloop_connections_closed_total')?.labels['reason']);
});
