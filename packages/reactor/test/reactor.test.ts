/** What the whole reactor is told. What its parts do then is in their own tests. */
import t from 'tap';
import type { Connection, Hooks } from '../src/index.js';
import { dial, loopOf, serve, until, using } from './support/setting.js';
import { SlowReader } from './support/slow-reader.js';

const MB = 1024 * 1024;
const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };

t.test('maxConnections of a reactor that is open can be lowered, raised and switched off, for all of its listeners', async (t) => {
  const { port, reactor } = await serve(t, ECHO);
  const { address } = await using(reactor, ECHO).listen({ port: 0 });
  const clients = [await dial(t, port), await dial(t, address.port), await dial(t, port)];
  for (const client of clients) await client.echo('in');
  reactor.reconfigure({ maxConnections: 2 });
  for (const client of clients) t.equal(await client.echo('still here'), 'still here');
  const refused = async (times: number) => {
    await dial(t, address.port);
    await until(() => reactor.counters.refusedByTotal === times, 'the refusal');
  };
  await refused(1);
  clients[0]?.reset();
  await until(() => reactor.connectionCount === 2, 'one to leave');
  await refused(2);
  reactor.reconfigure({ maxConnections: 3 });
  t.equal(await (await dial(t, address.port)).echo('in'), 'in');
  await refused(3);
  reactor.reconfigure({ maxConnections: 0 });
  for (let i = 0; i < 5; i++) t.equal(await (await dial(t, port)).echo('in'), 'in');
});

t.test('a lowered maxTotalQueuedBytes leaves what is queued, and closes who writes on above it; a raised one does not', async (t) => {
  const onData = (connection: Connection) => void connection.write(Buffer.alloc(8 * MB));
  const { port, reactor, plugin } = await serve(t, { onData }, { listen: { pauseOnBackpressure: false } });
  const reader = new SlowReader(t, port);
  reader.send('x');
  const { pool } = loopOf(reactor);
  await until(() => pool.queuedBytes > 0, 'a queue');
  reactor.reconfigure({ maxTotalQueuedBytes: MB });
  const [connection] = plugin.connections();
  t.equal(connection?.phase, 'open');
  reactor.reconfigure({ maxTotalQueuedBytes: 64 * MB });
  connection?.write('more');
  t.equal(connection?.phase, 'open');
  reactor.reconfigure({ maxTotalQueuedBytes: MB });
  connection?.write('more');
  t.equal(connection?.phase, 'closed');
  t.match(reactor.counters, { outputLimited: 1, slowConsumers: 0 });
});

t.test('a wrong change is refused with all that is wrong, and changes nothing', async (t) => {
  const { port, reactor } = await serve(t, ECHO, { maxConnections: 1 });
  const refused: [object, RegExp][] = [
    [{ maxConnections: 5, maxTotalQueuedBytes: 0 }, /^reactor\.reconfigure: "maxTotalQueuedBytes": .*got 0$/],
    [{ maxConnections: -1, loop: 'dedicated' }, /"loop": cannot change while the reactor is open; it takes a new reactor; "maxConnections": .*got -1$/],
    [{ maxConnections: 5, log: {} }, /there is no option "log"/],
  ];
  for (const [changes, message] of refused) t.throws(() => reactor.reconfigure(changes), { code: 'EL_OPTION_INVALID', message });
  await (await dial(t, port)).echo('in');
  await dial(t, port);
  await until(() => reactor.counters.refusedByTotal === 1, 'the refusal');
});

t.test('a change that comes after the end does no harm', async (t) => {
  const { reactor } = await serve(t, ECHO);
  await reactor.close();
  t.doesNotThrow(() => reactor.reconfigure({ maxConnections: 1, maxTotalQueuedBytes: MB }));
});
