/** The sources, the list in log.ts and the reference tell of the same events. */
import { readFileSync, readdirSync } from 'node:fs';
import t from 'tap';
import { LOG_EVENTS } from '../src/log.js';

const ROOT = new URL('../../../../', import.meta.url);
/** A line that is written, with its level and its event. The fields may have been put together on the line before. */
const WRITTEN = /(?:\.(error|warn|info|debug)\(|note\('(error|warn|info|debug)', [^{]*)\{ event: '([^']+)'/g;
const MENTIONED = /\bevent: '([^']+)'/g;

t.test('every event has its row in the reference, with its levels, and the reference knows no others', async (t) => {
  const page = readFileSync(new URL('docs/reference/log-events.md', ROOT), 'utf8');
  // What a plugin writes is compared where the plugin is.
  const [own = ''] = page.split('## Of the key-value server');
  const rows = [...own.matchAll(/^\| `(\w+\.\w+)`(?: ×)? \| ([a-z, ]+) \|/gm)].map(([, event, levels = '']) => [event, levels.split(', ')]);
  t.same(rows, Object.entries(LOG_EVENTS));
  t.same(Object.keys(LOG_EVENTS), Object.keys(LOG_EVENTS).sort(), 'in the order of the alphabet');
});

t.test('the sources write each of the events, and no others', async (t) => {
  const mentioned = sources().flatMap((text) => [...text.matchAll(MENTIONED)].map(([, event]) => event));
  t.same(new Set(mentioned), new Set(Object.keys(LOG_EVENTS)));
});

t.test('they are written at the levels that the list has', async (t) => {
  const written = sources().flatMap((text) => [...text.matchAll(WRITTEN)]);
  t.ok(written.length >= 10, `${written.length} lines`);
  for (const [, plain, repeated, event = ''] of written) {
    t.ok((LOG_EVENTS as Record<string, readonly string[]>)[event]?.includes(plain ?? repeated ?? ''), `${event}: ${plain ?? repeated}`);
  }
});

function sources(): string[] {
  return ['packages/reactor/src/', 'packages/echo/src/'].flatMap((folder) => {
    const paths = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' });
    return paths.filter((path) => path.endsWith('.ts')).map((path) => readFileSync(new URL(folder + path, ROOT), 'utf8'));
  });
}
