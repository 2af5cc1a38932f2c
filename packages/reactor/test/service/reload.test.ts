import t, { type Test } from 'tap';
import { z } from 'zod';
import { type Configuration, ConfigurationError, loadConfiguration, readCommandLine, serverSections, settingsOf } from '../../src/config/index.js';
import { Reload } from '../../src/service/reload.js';
import { Alone } from '../../src/service/serving.js';
import { Supervisor } from '../../src/service/index.js';
import { createLog } from '../../src/telemetry/pino-log.js';
import { NotifyReceiver } from '../support/notify-receiver.js';
import { dial, memoryLog, serve, until } from '../support/setting.js';

const schema = z.strictObject(serverSections);
type Settings = z.output<typeof schema>;

function configuration(...argv: string[]): Configuration<Settings> {
  return loadConfiguration(schema, readCommandLine(settingsOf(schema), ['--port=0', ...argv]), {});
}

/** A server whose next configuration is what `next` makes. */
async function served(t: Test, ...argv: string[]) {
  const { reactor, listener, port } = await serve(t, { onData: (connection, chunk) => void connection.write(chunk) });
  const receiver = new NotifyReceiver(t);
  const { lines, ...log } = memoryLog();
  const { levels } = createLog({ level: 'info', destination: { write: () => {} } });
  const supervisor = Supervisor.fromEnvironment(reactor, { NOTIFY_SOCKET: receiver.path }, { log });
  const source = { next: (): Configuration<Settings> => configuration(...argv) };
  const reload = new Reload(configuration(...argv), { load: () => source.next(), reactor, levels, supervisor, log });
  return { reactor, listener, serving: new Alone(reactor, listener), port, receiver, lines, levels, source, reload };
}

t.test('before the service is up and while it ends, nothing is loaded or told', async (t) => {
  const { reload, source, receiver, lines, reactor, serving } = await served(t);
  source.next = () => t.fail('loaded') as never;
  await reload.run();
  reload.begin(serving);
  const closed = reactor.close({ deadlineMs: 1000 });
  await reload.run();
  await closed;
  t.same(receiver.takeAll(), []);
  t.same(lines, []);
});

t.test('limits, deadlines and levels take effect at once, and are what is shown', async (t) => {
  const { reload, source, port, levels, reactor, lines, serving } = await served(t);
  reload.begin(serving);
  const client = await dial(t, port);
  await client.echo('in');
  source.next = () => configuration('--reactor-max-connections=1', '--listen-idle-timeout-ms=1', '--log-level=error', '--log-levels=admin=debug');
  await reload.run();
  await until(() => client.ended || client.closed, 'the idle one to be ended');
  t.match(levels.get(), { default: 'error', admin: 'debug' });
  t.match(reload.shown, { reactor: { maxConnections: 1 }, listen: { idleTimeoutMs: 1 }, log: { level: 'error' } });
  client.socket.destroy();
  await until(() => reactor.connectionCount === 0, 'the client to be gone');
  t.same(lines.map(({ event }) => event), ['config.reloaded']);
});

t.test('a configuration that is wrong changes nothing, and the supervisor hears that the service is as before', async (t) => {
  const { reload, source, receiver, lines, serving } = await served(t);
  reload.begin(serving);
  const before = reload.shown;
  source.next = () => { throw new ConfigurationError(['log.level: must be something else']); };
  await reload.run();
  t.same(reload.shown, before);
  t.match(lines, [{ level: 'error', event: 'config.rejected', complaints: ['log.level: must be something else'] }]);
  t.match(receiver.takeAll(), [{ RELOADING: '1' }, { READY: '1' }]);
});

t.test('what load throws besides is a fault of the program and comes out, after the supervisor has been told', async (t) => {
  const { reload, source, receiver, lines, serving } = await served(t);
  reload.begin(serving);
  source.next = () => { throw new TypeError('undefined is not a function'); };
  await t.rejects(reload.run(), new TypeError('undefined is not a function'));
  t.match(receiver.takeAll(), [{ RELOADING: '1' }, { READY: '1' }]);
  t.same(lines, []);
});

t.test('a listener that is closed is no obstacle: its connections are served on', async (t) => {
  const { reload, source, listener, port, serving } = await served(t);
  reload.begin(serving);
  const client = await dial(t, port);
  await client.echo('in');
  listener.close();
  source.next = () => configuration('--listen-idle-timeout-ms=1');
  await reload.run();
  await until(() => client.ended || client.closed, 'the deadline to hold for what it had accepted');
  t.pass();
});

t.test('what waits for a restart is named each time, until it is taken back', async (t) => {
  const { reload, source, lines, serving } = await served(t);
  reload.begin(serving);
  source.next = () => configuration('--listen-backlog=5');
  await reload.run();
  await reload.run();
  source.next = () => configuration();
  await reload.run();
  t.match(lines, [{ needsRestart: ['listen.backlog'] }, { needsRestart: ['listen.backlog'] }, { needsRestart: [], changed: [] }]);
});
