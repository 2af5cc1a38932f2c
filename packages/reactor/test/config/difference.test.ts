import t from 'tap';
import { z } from 'zod';
import { differenceOf, serverSections, settingsOf, takeOver } from '../../src/config/index.js';
import { load } from '../support/loading.js';
import { CHANGEABLE } from '../../src/options-check.js';

const schema = z.strictObject(serverSections);

t.test('after a reload the changeable values are the new ones, the rest the old ones, each with where it stands', async (t) => {
  const before = load(t, schema, { argv: ['--port=1', '--listen-backlog=5', '--listen-idle-timeout-ms=100'] });
  const after = load(t, schema, { argv: ['--port=1', '--listen-lifetime-ms=7'], environment: { EDGELOOP_LISTEN_BACKLOG: '6' } });
  t.same(differenceOf(before, after), { reloadable: ['listen.idleTimeoutMs', 'listen.lifetimeMs'], needsRestart: ['listen.backlog'] });
  const inForce = takeOver(before, after);
  t.match(inForce.values, { listen: { port: 1, backlog: 5, idleTimeoutMs: 0, lifetimeMs: 7 } });
  t.same([...inForce.origins], [['listen.port', '--port'], ['listen.backlog', '--listen-backlog'], ['listen.lifetimeMs', '--listen-lifetime-ms']]);
  t.same(differenceOf(inForce, after).needsRestart, ['listen.backlog'], 'it is still told that a restart is needed');
  t.same(differenceOf(inForce, inForce), { reloadable: [], needsRestart: [] });
});

t.test('what only the other kind of socket has comes into force with that kind', async (t) => {
  const unix = load(t, schema, { argv: ['--unix=/x'] });
  const tcp = load(t, schema, { argv: ['--port=1', '--listen-max-connections-per-address=3', '--listen-max-connections=9'] });
  t.same(differenceOf(unix, tcp), { reloadable: ['listen.maxConnections'], needsRestart: ['listen.port', 'listen.path', 'listen.maxConnectionsPerAddress'] });
  t.equal(takeOver(unix, tcp).values.listen.maxConnectionsPerAddress, 0);
});

t.test('marked as changeable is what a reactor, a listener and a log can change, and nothing else', async (t) => {
  const marked = settingsOf(schema).filter(({ reload }) => reload === true).map(({ key }) => key);
  const changeable = [...CHANGEABLE.reactor.map((name) => `reactor.${name}`), ...CHANGEABLE.listener.map((name) => `listen.${name}`)];
  t.same(marked.toSorted(), [...changeable, 'log.level', 'log.levels'].toSorted());
});
