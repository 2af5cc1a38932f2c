import { once } from 'node:events';
import t from 'tap';
import { ConfiguredServer, LOOPS } from '../support/configured-server.js';
import { connected, exchange, readBytes } from '../support/socket.js';

t.jobs = 4;

const RELOADS = 20;
/** More than the buffers on the way hold. */
const LONG = Buffer.alloc(16 * 1024 * 1024, 'no byte of this is lost ');

for (const loop of LOOPS) {
  t.test(`SIGHUP puts into force what can be changed, on open connections too, and names the rest each time (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop } });
    const client = await connected(t, server.port);
    client.write('x');
    await readBytes(client, 1);
    const wanted = { listen: { port: 0, idleTimeoutMs: 1, backlog: 7 }, admin: { port: 0 }, reactor: { loop }, log: { level: 'debug' } };
    server.configure(wanted);
    server.signal('SIGHUP');
    client.resume();
    await once(client, 'end');
    t.match(await server.logged('connection.failed'), [{ err: { code: 'EL_IDLE_TIMEOUT' } }]);
    t.match(await server.logged('config.reloaded'), [{ changed: ['listen.idleTimeoutMs', 'log.level'], needsRestart: ['listen.backlog'] }]);
    server.signal('SIGHUP');
    t.match((await server.logged('config.reloaded', 2))[1], { changed: [], needsRestart: ['listen.backlog'] });
    t.match((await server.ask('config')).json, { listen: { idleTimeoutMs: 1, backlog: 1024 }, log: { level: 'debug' } }, 'what is shown is in force');
    t.equal((await server.ask('loglevel')).json.reactor, 'debug');
  });

  t.test(`${RELOADS} reloads lose no byte of what is under way (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop } });
    const echoed = exchange(server, LONG);
    for (let reload = 1; reload <= RELOADS; reload++) {
      const tight = reload % 2 === 1;
      server.configure({ listen: { port: 0, maxConnections: tight ? 1 : 0, highWaterBytes: tight ? 20_000 : 100_000 }, admin: { port: 0 }, reactor: { loop } });
      server.signal('SIGHUP');
      await server.logged('config.reloaded', reload);
    }
    t.ok((await echoed).equals(LONG));
  });
}

t.test('a file that is wrong changes nothing, and the log says what is wrong and where', async (t) => {
  const server = await ConfiguredServer.start(t, { listen: { maxConnections: 5 } });
  server.configure('{\n  "listen": { "port": 0, "maxConnections": 6 },\n  "log": { "level": "loud" },\n  "amdin": {}\n}');
  server.signal('SIGHUP');
  const [rejected] = await server.logged('config.rejected');
  t.same(rejected?.['complaints'], [
    `unknown key "amdin" (${server.file}:4); did you mean "admin"?`,
    `log.level: must be trace, debug, info, warn, error, fatal or silent, but is "loud" (${server.file}:3)`,
  ]);
  t.equal((await server.ask('config')).json.listen.maxConnections, 5);
  t.equal((await exchange(server, Buffer.from('as before'))).toString(), 'as before');
  server.configure('{ "listen": { "port": 0');
  server.signal('SIGHUP');
  t.match((await server.logged('config.rejected', 2))[1]?.['complaints'], [/echo\.json:1:\d+: not JSON/]);
});

t.test('what another kind of socket would have waits for the restart, too, and ends nobody', async (t) => {
  const server = await ConfiguredServer.start(t, { listen: { maxConnectionsPerAddress: 3 } });
  server.configure({ listen: { path: '/nowhere/echo.sock', mode: '660', maxConnections: 9 }, admin: { port: 0 } });
  server.signal('SIGHUP');
  t.match(await server.logged('config.reloaded'), [{ needsRestart: ['listen.port', 'listen.path', 'listen.mode'] }]);
  t.equal((await exchange(server, Buffer.from('still here'))).toString(), 'still here');
});
