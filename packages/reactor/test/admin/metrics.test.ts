import { Counter, Registry } from 'prom-client';
import t from 'tap';
import { qualityOf } from '../../src/admin/accept.js';
import { administer } from '../support/admin.js';
import { memoryLog, openReactor } from '../support/setting.js';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

t.test('the format is the one that the scraper likes better, and plain text when it does not say', async (t) => {
  const registry = new Registry();
  new Counter({ name: 'c_total', help: 'c', registers: [registry] }).inc();
  const { ask } = await administer(t, openReactor(t), { registry });
  const liked: [string | undefined, string][] = [
    [undefined, TEXT],
    ['*/*', TEXT],
    ['text/html', TEXT],
    ['', TEXT],
    ['application/openmetrics-text', OPEN],
    ['application/openmetrics-text;version=0.0.1', TEXT],
    ['application/openmetrics-text; version="1.0.0"; charset=utf-8', OPEN],
    ['application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', OPEN],
    ['application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2', OPEN],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.5', TEXT],
    ['application/openmetrics-text;q=0,*/*', TEXT],
    ['application/*, text/*;q=0.9', OPEN],
    ['application/openmetrics-text;q=much', TEXT],
  ];
  for (const [accept, type] of liked) {
    const answer = await ask('/metrics', { headers: accept === undefined ? {} : { accept } });
    t.equal(answer.headers.get('content-type'), type, `${accept}`);
    t.equal(answer.headers.get('vary'), 'Accept');
    t.match(answer.text, type === OPEN ? '# TYPE c counter\nc_total 1\n# EOF\n' : '# TYPE c_total counter\nc_total 1\n');
  }
});

t.test('the most specific range decides', async (t) => {
  t.equal(qualityOf('*/*;q=0.1, text/*;q=0.2, text/plain;q=0.3, text/plain;version=0.0.4;q=0.4', 'text/plain', '0.0.4'), 0.4);
  t.equal(qualityOf('*/*;q=0.1, text/*;q=0.2, text/plain;q=0.3', 'text/plain', '0.0.4'), 0.3);
  t.equal(qualityOf('*/*;q=0.1, text/*;q=0.2', 'text/plain', '0.0.4'), 0.2);
  t.equal(qualityOf('*/*;q=0.1', 'text/plain', '0.0.4'), 0.1);
  t.equal(qualityOf('image/png', 'text/plain', '0.0.4'), 0);
});

t.test('a metric that cannot be collected is an error of the program, told in its log and not to the scraper', async (t) => {
  const log = memoryLog();
  const registry = new Registry();
  const collect = () => {
    throw new Error('a secret of the database');
  };
  registry.registerMetric(new Counter({ name: 'c_total', help: 'c', registers: [], collect }));
  const { ask } = await administer(t, openReactor(t), { registry, log });
  const answer = await ask('/metrics');
  t.match(answer, { status: 500, json: { error: { code: 'INTERNAL' } } });
  t.notMatch(answer.text, 'secret');
  t.match(log.lines.filter(({ level }) => level === 'error'), [{ event: 'admin.failed', url: '/metrics', err: { message: 'a secret of the database' } }]);
});
