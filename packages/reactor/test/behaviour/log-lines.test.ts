/** What a reactor tells of its life, and how much of it. That the names and levels are the listed ones: log-events.test.ts. */
import t from 'tap';
import { type Connection, type Log, closeOnSignals, createLog } from '../../src/index.js';
import { LOOPS, type LogLine, dial, memoryLog, openReactor, serve, until, using } from '../support/setting.js';

const FLOOD = 10_000;

/** The lines of some events, without what differs from run to run. */
function linesOf(lines: readonly LogLine[], ...events: string[]): LogLine[] {
  return lines.filter(({ event = '' }) => events.includes(event));
}

for (const loop of LOOPS) {
  t.test(`a life is told from the listener to the end of the shutdown (${loop})`, async (t) => {
    const log = memoryLog();
    const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.end(chunk) }, { loop, log });
    const client = await dial(t, port);
    await client.echo('hello');
    client.socket.end();
    await until(() => reactor.connectionCount === 0, 'the end of the connection');
    await reactor.close();
    const component = 'connection';
    t.match(log.lines, [
      { level: 'info', event: 'listener.opened', component, plugin: 'test', address: `127.0.0.1:${port}` },
      { level: 'debug', event: 'connection.opened', component, plugin: 'test', direction: 'accepted', peer: /^127\.0\.0\.1:\d+$/ },
      { level: 'debug', event: 'connection.closed', component, plugin: 'test', bytesRead: 5, bytesWritten: 5, bytesDiscarded: 0 },
      { level: 'info', event: 'shutdown.begun', component: 'reactor', deadlineMs: 0, connections: 0 },
      { level: 'info', event: 'listener.closed', component, plugin: 'test', address: `127.0.0.1:${port}` },
      { level: 'info', event: 'shutdown.finished', component: 'reactor', idle: 0, finished: 0, failed: 0, forced: 0 },
    ]);
    const [opened, closed] = linesOf(log.lines, 'connection.opened', 'connection.closed') as (LogLine & { connection: number })[];
    t.equal(opened?.connection, closed?.connection);
  });

  t.test(`ten thousand handlers that fail are a few lines, which tell of every one, those before the close too (${loop})`, async (t) => {
    const log = memoryLog();
    const reactor = openReactor(t, { loop, log });
    const fail = () => {
      throw new TypeError('went wrong');
    };
    const failing = using(reactor, { onOpen: fail });
    const { address } = await using(reactor, {}).listen({ port: 0 });
    for (let made = 0; made < FLOOD; made += 100) {
      await Promise.allSettled(Array.from({ length: 100 }, () => failing.connect({ host: '127.0.0.1', port: address.port })));
    }
    t.equal(reactor.counters.handlerFailures, FLOOD);
    await reactor.close();
    const lines = linesOf(log.lines, 'handler.failed') as (LogLine & { count?: number })[];
    t.ok(lines.length < FLOOD / 100, `${lines.length} lines`);
    t.equal(lines.reduce((sum, { count = 1 }) => sum + count, 0), FLOOD);
    t.match(lines[0], { level: 'error', plugin: 'test', hook: 'onOpen', err: { cause: { name: 'TypeError' } } });
    t.equal(log.lines.at(-1)?.event, 'shutdown.finished', 'the last word');
  });
}

t.test('clients that belong to no plugin share one account of their failures', async (t) => {
  const log = memoryLog();
  const { port, reactor } = await serve(t, {}, { log });
  const fail = () => Promise.reject(new Error('went wrong'));
  for (let i = 0; i < 20; i++) await reactor.connect({ host: '127.0.0.1', port }, { onOpen: fail });
  await until(() => reactor.counters.handlerFailures === 20, 'the failures');
  await reactor.close();
  t.match(linesOf(log.lines, 'handler.failed'), [{ plugin: 'connect' }, { plugin: 'connect', count: 19 }]);
});

t.test('a plugin has a log of its own, and each of its connections one that names it, the same at each time', async (t) => {
  const log = memoryLog();
  const reactor = openReactor(t, { log });
  const seen: Connection[] = [];
  const logs: Log[] = [];
  const plugin = using(reactor, {
    onOpen(connection) {
      seen.push(connection);
      logs.push(connection.log, connection.log);
      connection.log.info({ event: 'greeted' }, 'hello');
    },
  });
  const { address } = await using(reactor, {}).listen({ port: 0 });
  await plugin.connect({ host: '127.0.0.1', port: address.port });
  t.equal(logs[0], logs[1]);
  t.match(linesOf(log.lines, 'greeted'), [{ level: 'info', plugin: 'test', connection: seen[0]?.id }]);
  t.notOk(Object.keys(seen[0] as object).includes('log'), 'an idle connection has no memory for it');
});

t.test('the level of a plugin changes for connections that are open', async (t) => {
  const lines: string[] = [];
  const { log, levels } = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const { port } = await serve(t, { onData: (connection, chunk) => (connection.log.debug({ event: 'heard' }, 'heard'), connection.write(chunk)) }, { log });
  const client = await dial(t, port);
  await client.echo('before');
  t.same(lines, []);
  levels.set('plugin:test', 'debug');
  await client.echo('after');
  t.match(lines.map((line) => JSON.parse(line) as object), [{ level: 20, plugin: 'test', event: 'heard' }]);
});

t.test('a signal that closes is told with its sender, and whether it was the first', async (t) => {
  const log = memoryLog();
  const { reactor } = await serve(t, {}, { log });
  closeOnSignals(reactor, { signals: ['SIGUSR2'] });
  process.kill(process.pid, 'SIGUSR2');
  await reactor.closed;
  t.match(linesOf(log.lines, 'signal.received'), [{ level: 'info', component: 'reactor', signal: 'SIGUSR2', senderPid: process.pid, again: false }]);
});
