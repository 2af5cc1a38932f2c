import { spawnSync } from 'node:child_process';
import t from 'tap';
import { ConfiguredServer, LOOPS } from '../support/configured-server.js';
import { skipWithout } from '../support/required-tool.js';
import { connected, exchange } from '../support/socket.js';

t.jobs = 4;

const OPEN_METRICS = { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } };

/** The value of a series in a scrape. */
function value(scrape: string, series: string): number {
  const line = scrape.split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

for (const loop of LOOPS) {
  t.test(`a scrape tells what clients have done, in both formats (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop } });
    await exchange(server, Buffer.from('hello'));
    const client = await connected(t, server.port);
    // Who has been answered has been counted.
    client.write('x');
    await new Promise((resolve) => client.once('data', resolve));
    for (const init of [{}, OPEN_METRICS]) {
      const { status, text } = await server.ask('metrics', init);
      t.equal(status, 200);
      t.equal(value(text, 'edgeloop_connections_accepted_total'), 2);
      t.equal(value(text, 'edgeloop_connections_closed_total{reason="end"}'), 1);
      t.equal(value(text, 'edgeloop_received_bytes_total'), 6);
      t.equal(value(text, 'edgeloop_sent_bytes_total'), 6);
      t.ok(value(text, 'process_open_fds') > 0, "and what Node's own metrics tell");
      t.equal(text.endsWith('# EOF\n'), init === OPEN_METRICS);
    }
  });

  t.test(`the level of a component is changed while the server runs, and holds from then on (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop } });
    await exchange(server, Buffer.from('unheard'));
    const before = (await server.ask('loglevel')).json;
    t.match(before, { default: 'info', connection: 'info', 'plugin:echo': 'info' });
    t.same((await server.post('loglevel', { component: 'connection', level: 'debug' })).json, { ...before, connection: 'debug' });
    await exchange(server, Buffer.from('heard'));
    await server.logged('connection.closed');
    t.same(server.lines.filter(({ level }) => level === 20).map(({ event, bytesRead }) => [event, bytesRead]), [
      ['connection.opened', undefined],
      ['connection.closed', 5],
    ], 'the lines at level debug are those of the second connection');
    t.match(await server.logged('loglevel.changed'), [{ changed: 'connection', before: 'info', to: 'debug', from: /^127\.0\.0\.1:\d+$/ }]);
    const { status, json } = await server.post('loglevel', { component: 'connection', level: 'loud' });
    t.equal(status, 400);
    t.match(json.error.message, /"level".*'loud'/);
  });
}

t.test('promtool has nothing to say against what the server exports of itself', skipWithout('promtool'), async (t) => {
  const server = await ConfiguredServer.start(t);
  const { text } = await server.ask('metrics');
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  t.same((stdout + stderr).split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_')), []);
});

t.test('the endpoint shows the configuration without its secrets, and to nobody without the token', async (t) => {
  const token = 'token-of-a-test-0123456789';
  const server = await ConfiguredServer.start(t, { admin: { token } });
  t.equal((await server.ask('config')).status, 401);
  t.equal((await server.ask('readyz')).status, 200, 'health is no secret');
  const { json, text } = await server.ask('config', { headers: { Authorization: `Bearer ${token}` } });
  t.match(json, { listen: { port: 0 }, admin: { token: '(redacted)' }, log: { level: 'info' } });
  t.notMatch(text, token);
});
