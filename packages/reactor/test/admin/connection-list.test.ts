import t from 'tap';
import { FIRST_ORDER, FIRST_QUERY, type SortField, queryString, sortedBy } from '../../page/model/list-query.js';
import type { Connection } from '../../src/index.js';
import { MAX_MEASURED_CONNECTIONS } from '../../src/limits.js';
import { administer } from '../support/admin.js';
import { LOOPS, dial, memoryLog, serve, until } from '../support/setting.js';

const ECHO = { onData: (connection: Connection, chunk: Buffer) => void connection.write(chunk) };

for (const loop of LOOPS) {
  t.test(`a connection is shown with all that is known of it (${loop})`, async (t) => {
    const { reactor, port } = await serve(t, ECHO, { loop });
    const { ask } = await administer(t, reactor);
    const client = await dial(t, port);
    await client.echo('hello');
    const { json } = await ask('/connections');
    t.match(json, { total: 1, matched: 1 });
    const [shown] = json.connections;
    t.match(shown, {
      id: [...reactor.connections()][0]?.id, plugin: 'test', direction: 'accepted', peer: `127.0.0.1:${client.socket.localPort}`, local: `127.0.0.1:${port}`,
      state: 'open', armed: ['in', 'pri', 'out', 'rdhup', 'et'], bytesRead: 5, bytesWritten: 5, bytesQueued: 0, paused: false, retransmits: 0,
    });
    t.ok(shown.ageSeconds >= shown.idleSeconds && shown.idleSeconds >= 0, `${shown.ageSeconds} ${shown.idleSeconds}`);
    t.ok(shown.rttSeconds > 0);
    t.equal(Object.keys(shown).length, 15);
  });
}

t.test('a Unix socket has no round-trip time, and what was dialled says so', async (t) => {
  const path = `@edgeloop-admin-${process.pid}`;
  const { reactor, plugin } = await serve(t, ECHO);
  await plugin.listen({ path });
  await reactor.connect({ path }, {});
  const { ask } = await administer(t, reactor);
  await until(() => reactor.counters.accepted === 1, 'the other end');
  const { json } = await ask('/connections?sort=direction&order=desc');
  t.match(json.connections, [
    { plugin: 'connect', direction: 'dialled', peer: path, rttSeconds: null, retransmits: null },
    { plugin: 'test', direction: 'accepted', peer: 'a Unix socket', local: path, rttSeconds: null },
  ]);
});

t.test('every column of the live page is a field to sort by', async (t) => {
  const { reactor, port } = await serve(t, ECHO);
  const { ask } = await administer(t, reactor);
  await (await dial(t, port)).echo('x');
  for (const field of Object.keys(FIRST_ORDER) as SortField[]) {
    const { status, json } = await ask(`/connections?${queryString(sortedBy(FIRST_QUERY, field))}`);
    t.equal(status, 200, field);
    t.equal(json.connections.length, 1);
  }
});

t.test('the list is filtered, sorted and cut, and says how many there were', async (t) => {
  const { reactor, port } = await serve(t, { ...ECHO, onHalfClose: () => new Promise(() => {}) });
  const { ask } = await administer(t, reactor);
  const clients = [await dial(t, port), await dial(t, port), await dial(t, port)];
  for (const [index, client] of clients.entries()) await client.echo('x'.repeat(index + 1));
  const peers = clients.map(({ socket }) => `127.0.0.1:${socket.localPort}`);
  const list = async (query: string) => {
    const { json } = await ask(`/connections?${query}`);
    return [json.total, json.matched, ...json.connections.map(({ peer }: { peer: string }) => peers.indexOf(peer))];
  };
  t.same(await list(''), [3, 3, 0, 1, 2]);
  t.same(await list('sort=bytesRead&order=desc&limit=2'), [3, 3, 2, 1]);
  t.same(await list('sort=ageSeconds&order=desc'), [3, 3, 0, 1, 2]);
  t.same(await list('sort=idleSeconds'), [3, 3, 2, 1, 0]);
  t.same(await list(`peer=${peers[1]}`), [3, 1, 1]);
  t.same(await list('peer=127.0.0.1&limit=1'), [3, 3, 0]);
  t.same(await list('peer=127.0.0'), [3, 0], 'an address is meant as a whole');
  t.same(await list(`q=TEST%20127.0.0.1:${clients[2]?.socket.localPort}`), [3, 1, 2]);
  t.same(await list('plugin=test&state=open'), [3, 3, 0, 1, 2]);
  t.same(await list('plugin=other'), [3, 0]);
  const connections = [...reactor.connections()];
  connections[1]?.pause();
  connections[2]?.end();
  t.same(await list('state=closing'), [3, 1, 2]);
  t.same(await list('sort=paused&order=desc&limit=1'), [3, 3, 1]);
  for (const sort of ['rttSeconds', 'retransmits', 'plugin', 'peer', 'state', 'bytesWritten', 'bytesQueued']) {
    t.equal((await list(`sort=${sort}`)).length, 5, sort);
  }
  const { json } = await ask('/connections?sort=rttSeconds&order=desc');
  const times = json.connections.map(({ rttSeconds }: { rttSeconds: number }) => rttSeconds);
  t.same(times, [...times].sort((a, b) => b - a));
});

t.test('a query that makes no sense is refused by name', async (t) => {
  const { reactor } = await serve(t, ECHO);
  const { ask } = await administer(t, reactor);
  const wrong: [string, RegExp][] = [
    ['limit=0', /"limit"/], ['limit=1001', /"limit".*1000/], ['limit=x', /"limit"/], ['sort=colour', /"sort".*"bytesRead"/],
    ['order=up', /"order".*"asc"\|"desc"/], ['state=closed', /"state".*"open"/], ['stat=open', /there is no option "stat"/],
  ];
  for (const [query, message] of wrong) t.match(await ask(`/connections?${query}`), { status: 400, json: { error: { code: 'EL_OPTION_INVALID', message } } }, query);
});

t.test('sorting by what takes a system call for each is refused above a bound, and other sorting is not', async (t) => {
  const { reactor, port } = await serve(t, ECHO);
  const { ask } = await administer(t, reactor);
  await (await dial(t, port)).echo('x');
  const [connection] = [...reactor.connections()] as [Connection];
  let count = MAX_MEASURED_CONNECTIONS;
  reactor.connections = () => Array.from({ length: count }, () => connection).values();
  t.equal((await ask('/connections?sort=rttSeconds&limit=1')).status, 200);
  count++;
  t.match(await ask('/connections?sort=rttSeconds&limit=1'), { status: 400, json: { error: { code: 'EL_OPTION_INVALID', message: /narrow it down/ } } });
  t.match(await ask('/connections?limit=1'), { status: 200, json: { total: count, matched: count } });
});

t.test('an operator closes one connection, its plugin hears why, and the log who asked', async (t) => {
  const log = memoryLog();
  const reasons: (Error | undefined)[] = [];
  const { reactor, port } = await serve(t, { ...ECHO, onClose: (_, reason) => void reasons.push(reason) });
  const { ask, post } = await administer(t, reactor, { log });
  const client = await dial(t, port);
  const other = await dial(t, port);
  await client.echo('a');
  await other.echo('b');
  const { json } = await ask(`/connections?peer=127.0.0.1:${client.socket.localPort}`);
  const { id } = json.connections[0];
  t.match(await post(`/connections/${id}/close`), { status: 202, json: { id } });
  await until(() => client.ended || client.error !== undefined, 'the end');
  await until(() => reasons.length === 1, 'onClose');
  t.match(reasons, [{ code: 'EL_CLOSED_BY_OPERATOR' }]);
  t.match(log.lines.find(({ event }) => event === 'connection.closed_by_operator'), { plugin: 'test', connection: id, from: /^127\.0\.0\.1:\d+$/ });
  t.match(await post(`/connections/${id}/close`), { status: 404, json: { error: { code: 'UNKNOWN_CONNECTION' } } }, 'once');
  t.equal(await other.echo('still here'), 'still here');
});
