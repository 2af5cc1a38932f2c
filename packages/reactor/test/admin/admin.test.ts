import { connect } from 'node:net';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { AdminServer } from '../../src/admin/admin-server.js';
import { Gate } from '../../src/admin/gate.js';
import { openAdmin } from '../../src/admin/index.js';
import { ObservedReactor } from '../../src/admin/observed-reactor.js';
import { Page } from '../../src/admin/page.js';
import { routesOf } from '../../src/admin/routes.js';
import type { LevelName } from '../../src/log.js';
import { tcpListening } from '../../src/net/endpoint.js';
import { listenOptions } from '../../src/options.js';
import { parseOptions } from '../../src/options-check.js';
import { administer, callsTo } from '../support/admin.js';
import { start } from '../support/child.js';
import { LOOPS, descriptors, dial, memoryLog, openReactor, serve, until, using } from '../support/setting.js';

const ADMIN = new URL('../../src/admin/index.js', import.meta.url).href;

for (const loop of LOOPS) {
  t.test(`the loop is healthy while it turns, and ready while it listens and does not close (${loop})`, async (t) => {
    const reactor = openReactor(t, { loop });
    const { ask } = await administer(t, reactor);
    t.match(await ask('/healthz'), { status: 200, json: { status: 'ok' } });
    t.match(await ask('/readyz'), { status: 503, json: { status: 'not_listening' } });
    let release = () => {};
    const plugin = using(reactor, { onShutdown: () => new Promise<void>((resolve) => (release = resolve)) });
    const listener = await plugin.listen({ port: 0 });
    t.match(await ask('/readyz'), { status: 200, json: { status: 'ready' } });
    const client = await dial(t, listener.address.port);
    await until(() => reactor.connectionCount === 1, 'the connection');
    const closed = reactor.close({ deadlineMs: 60_000 });
    t.match(await ask('/readyz'), { status: 503, json: { status: 'draining' } });
    t.match(await ask('/healthz'), { status: 200 }, 'what drains is alive');
    t.match(await ask('/stats'), { json: { draining: true } });
    t.match(await ask('/connections'), { json: { total: 1 } });
    release();
    await until(() => client.ended, 'the end');
    client.socket.end();
    await closed;
    await t.rejects(ask('/healthz'), 'and the endpoint closes with the reactor');
  });
}

t.test('a loop that does not turn is not healthy', async (t) => {
  const reactor = openReactor(t);
  const { ask } = await administer(t, reactor);
  reactor.post = () => {};
  t.match(await ask('/healthz'), { status: 503, json: { status: 'stuck' } });
  reactor.post = () => {
    throw new Error('full');
  };
  t.match(await ask('/healthz'), { status: 503, json: { status: 'stuck' } });
});

t.test('closing waits for an answer that is under way, and not for clients that say nothing', async (t) => {
  const reactor = openReactor(t);
  let answer: ((text: string) => void) | undefined;
  const registry = { metrics: () => new Promise((resolve) => (answer = resolve)), getMetricsAsArray: () => [] };
  const { ask, admin, port } = await administer(t, reactor, { registry: registry as never });
  const silent = connect({ port, host: '127.0.0.1' });
  await new Promise((resolve) => silent.once('connect', resolve));
  const ended = new Promise((resolve) => silent.once('close', resolve).on('error', () => {}).resume());
  const asked = ask('/metrics');
  await until(() => answer !== undefined, 'the request');
  const closed = admin.close();
  answer?.('late\n');
  t.equal((await asked).text, 'late\n');
  await closed;
  await ended;
  t.equal(admin.close(), closed, 'again is the same');
});

t.test('an endpoint is not opened on a reactor that closes, and gives its descriptors back', async (t) => {
  const before = descriptors();
  const reactor = openReactor(t);
  const { ask } = await administer(t, reactor);
  await ask('/healthz');
  await reactor.close();
  await t.rejects(openAdmin(reactor), { code: 'EL_REACTOR_CLOSED' });
  await until(() => descriptors() <= before, 'the descriptors');
});

for (const loop of LOOPS) {
  t.test(`an endpoint does not keep its process alive, nor does a client that stays (${loop})`, async (t) => {
    const child = start(t, `
      import { openAdmin } from ${JSON.stringify(ADMIN)};
      const reactor = createReactor({ loop: '${loop}' });
      const { address } = await openAdmin(reactor);
      const response = await fetch('http://127.0.0.1:' + address.port + '/healthz');
      process.stdout.write(String(response.status));
      await response.text();
    `);
    t.match(await child.finished, { code: 0, signal: null });
    t.equal(child.stdout, '200', child.stderr);
  });
}

t.test('the log levels are shown and changed, and the change is logged', async (t) => {
  const log = memoryLog();
  const now: Record<string, LevelName> = { default: 'info', echo: 'debug' };
  const levels = { get: () => ({ ...now }), set: (component: string, level: string) => void (now[component] = level as LevelName) };
  const { ask, post } = await administer(t, openReactor(t), { levels, log });
  t.same((await ask('/loglevel')).json, { default: 'info', echo: 'debug' });
  t.match(await post('/loglevel', { component: 'echo', level: 'trace' }), { status: 200, json: { default: 'info', echo: 'trace' } });
  t.match(log.lines.find(({ event }) => event === 'loglevel.changed'), { changed: 'echo', to: 'trace', before: 'debug', from: /^127/ });
  for (const component of ['ehco', '__proto__', 'toString']) {
    t.match(await post('/loglevel', { component, level: 'info' }), { status: 404, json: { error: { code: 'UNKNOWN_COMPONENT', message: /default, echo/ } } });
  }
  const wrong = [{ component: 'echo', level: 'loud' }, { component: 'echo' }, {}, [], 'x', null];
  for (const body of wrong) t.match(await post('/loglevel', body), { status: 400, json: { error: { code: 'EL_OPTION_INVALID' } } }, JSON.stringify(body));
  t.match(await post('/loglevel', wrong[0]), { json: { error: { message: /"trace"\|"debug"\|"info"\|"warn"\|"error"\|"fatal"\|"silent"/ } } });
  t.same(now, { default: 'info', echo: 'trace' });
});

t.test('the configuration is shown as it is given, and a failure in it is logged', async (t) => {
  const log = memoryLog();
  let config = (): object => ({ port: 7000, token: '[redacted]' });
  const { ask } = await administer(t, openReactor(t), { config: () => config(), log });
  t.same((await ask('/config')).json, { port: 7000, token: '[redacted]' });
  config = () => ({ big: 1n });
  t.match(await ask('/config'), { status: 500, json: { error: { code: 'INTERNAL' } } });
  t.match(log.lines, [{}, { event: 'admin.failed', url: '/config' }]);
});

t.test('the numbers of the reactor are those of its counters', async (t) => {
  const { reactor, port } = await serve(t, {});
  const { ask } = await administer(t, reactor, { name: 'echo', version: '1.2.3' });
  await dial(t, port);
  await until(() => reactor.connectionCount === 1, 'the connection');
  t.match((await ask('/stats')).json, {
    name: 'echo', version: '1.2.3', pid: process.pid, draining: false, counters: { accepted: 1, closed: 0, bytesRead: 0 }, gauges: { connectionsOpen: 1 },
  });
});

/** A server with a page of the test's own. */
async function servePage(files: Record<string, string>) {
  const reactor = openReactor(t);
  const page = new Page(pathToFileURL(`${t.testdir(files)}/`));
  const log = memoryLog();
  const server = new AdminServer(routesOf({ observed: new ObservedReactor(reactor), log, page, stats: () => ({}) }), new Gate(undefined, []), log);
  t.teardown(() => server.close());
  const endpoint = tcpListening('127.0.0.1', parseOptions(listenOptions, { port: 0 }, 'test'));
  const lent = reactor.sockets.lend('admin', endpoint, 1, () => {});
  return callsTo({ address: await server.listen(lent) });
}

t.test('the page is served with an ETag, and not again to whom has it', async (t) => {
  const { ask } = await servePage({ 'index.html': '<!doctype html>', 'page.js': 'let a;', 'page.css': 'a{}' });
  for (const [path, type, text] of [['/', 'text/html', '<!doctype html>'], ['/page.js', 'text/javascript', 'let a;'], ['/page.css', 'text/css', 'a{}']] as const) {
    const answer = await ask(path);
    t.match(answer, { status: 200, text });
    t.equal(answer.headers.get('content-type'), `${type}; charset=utf-8`);
    t.equal(answer.headers.get('cache-control'), 'no-cache');
    t.match(answer.headers.get('content-security-policy'), "script-src 'self'");
    const etag = answer.headers.get('etag') as string;
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) t.match(await ask(path, { headers: { 'if-none-match': known } }), { status: 304, text: '' }, known);
    t.equal((await ask(path, { headers: { 'if-none-match': etag } })).headers.get('content-length'), null, 'it would be taken for that of the file');
    t.equal((await ask(path, { headers: { 'if-none-match': '"x"' } })).status, 200);
  }
});

t.test('a page that is not built says how to build it', async (t) => {
  const { ask } = await servePage({});
  t.match(await ask('/'), { status: 503, text: /not built.*npm run build/ });
});
