import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { ConfigurationError, groupOptionsOf, loadConfiguration, readCommandLine, serverSections, settingsOf, workerSections } from '../../src/config/index.js';
import { type Reactor, definePlugin } from '../../src/index.js';
import { type ServiceDefinition, runService } from '../../src/service/index.js';
import { start } from '../support/child.js';
import { NotifyReceiver } from '../support/notify-receiver.js';
import { LOOPS, descriptors, dial, openReactor, until } from '../support/setting.js';

const schema = z.strictObject(serverSections);
type Settings = z.output<typeof schema>;

const echo = definePlugin({ name: 'echo', options: z.strictObject({}), setup: () => ({ onData: (connection, chunk) => void connection.write(chunk) }) });
const listening = (reactor: Reactor) => reactor.use(echo).listen({ port: 0 });

function definition(argv: readonly string[] = [], changes: Partial<ServiceDefinition<Settings>> = {}): ServiceDefinition<Settings> {
  const line = readCommandLine(settingsOf(schema), ['--port=0', '--log-level=silent', ...argv]);
  return { name: 'test', version: '1', load: () => loadConfiguration(schema, line, {}), open: listening, ...changes };
}

const sharedSchema = z.strictObject({ ...serverSections, ...workerSections });
type SharedSettings = z.output<typeof sharedSchema>;

/** A server with two workers, which die when a client says so; `argv` may be changed before a reload. */
function shared(argv: readonly string[], changes: Partial<ServiceDefinition<SharedSettings>> = {}): ServiceDefinition<SharedSettings> {
  const load = () => {
    return loadConfiguration(sharedSchema, readCommandLine(settingsOf(sharedSchema), ['--port=0', '--workers=2', '--accept=handoff', ...argv]), {});
  };
  const workers = ({ workers: section }: SharedSettings) => {
    const group = groupOptionsOf(section);
    return group && { ...group, placement: 'round-robin' as const, plugin: { module: new URL('../support/mortal-plugin.js', import.meta.url) }, listen: { port: 0 } };
  };
  return { name: 'test', version: '1', load, open: () => Promise.reject(new Error('opened all the same')), workers, ...changes };
}

async function takenPort(t: Test): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Whether the signals of a service that has ended are free for another. */
async function signalsAreFree(t: Test): Promise<void> {
  const reactor = openReactor(t);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) reactor.onSignal(signal, () => {});
  await reactor.close();
}

for (const loop of LOOPS) {
  t.test(`a service that is up serves and is watched, and its end gives everything back (${loop})`, async (t) => {
    const before = descriptors();
    const { reactor, listener, admin, settings } = await runService(definition([`--loop=${loop}`, '--admin-port=0']));
    t.teardown(() => reactor.close());
    t.equal(settings.reactor.loop, loop);
    const client = await dial(t, listener.address.port);
    t.equal(await client.echo('hello'), 'hello');
    t.match(await (await fetch(`${admin?.url}stats`)).json(), { name: 'test', version: '1', draining: false });
    client.socket.destroy();
    await reactor.close();
    await until(() => descriptors() === before, 'all descriptors to be given back');
    await signalsAreFree(t);
    t.pass();
  });
}

t.test('workers serve in the place of the reactor: one that crashes is replaced while the other serves, and the end is that of all', async (t) => {
  const before = descriptors();
  const argv = ['--log-level=silent', '--admin-port=0'];
  const beside: number[] = [];
  const { reactor, listener, group, settings, admin } = await runService(shared(argv, { openBeside: async (_reactor, _settings, { port }) => void beside.push(port) }));
  t.teardown(() => reactor.close());
  const { port } = listener.address;
  t.same([settings.reactor.loop, beside, group?.workers.length], ['dedicated', [port], 2]);
  const [doomed, other] = [await dial(t, port), await dial(t, port)];
  t.equal(await other.echo('hello'), 'hello');
  doomed.socket.write('die');
  await until(() => doomed.closed, 'the worker to take its connection along');
  t.equal(await other.echo('still here'), 'still here');
  await until(() => group?.workers.some(({ phase, restarts }) => phase === 'serving' && restarts === 1) ?? false, 'its successor');
  const third = await dial(t, port);
  t.equal(await third.echo('hello'), 'hello');
  const seen = async (path: string) => (await fetch(`${admin?.url}${path}`)).text();
  t.match(JSON.parse(await seen('workers')), { workers: [{ phase: 'serving', crashes: 1 }, { phase: 'serving', crashes: 0 }] });
  t.match(await seen('metrics'), /^edgeloop_worker_crashes_total\{reactor="worker-0"\} 1\n(.*\n)*process_cpu_seconds_total /m);
  argv.splice(0, 1, '--log-level=fatal', '--listen-idle-timeout-ms=1');
  process.kill(process.pid, 'SIGHUP');
  await until(() => group?.connectionCount === 0, 'both workers to end those who are idle');
  for (const worker of [0, 1]) t.match(await group?.ask(worker, { about: 'levels' }), { default: 'fatal' }, 'their logs obey, too');
  process.kill(process.pid, 'SIGTERM');
  t.match(await group?.closed, { idle: 0, finished: 0, failed: 0, forced: 0 });
  for (const { socket } of [other, third]) socket.destroy();
  await until(() => descriptors() === before, 'all descriptors to be given back');
  await signalsAreFree(t);
});

t.test('a service that is told to end while its workers start does not come up, and leaves no thread', async (t) => {
  const before = descriptors();
  const running = runService(shared(['--log-level=silent']));
  process.kill(process.pid, 'SIGTERM');
  await t.rejects(running, { code: 'EL_REACTOR_CLOSED', message: 'the service was told to end before it was up' });
  await until(() => descriptors() === before, 'all descriptors to be given back');
});

t.test('a service that does not come up leaves nothing open, whatever was wrong', async (t) => {
  const port = await takenPort(t);
  const broken = new Error('the database does not answer');
  const failures: readonly (readonly [definition: ServiceDefinition<Settings>, error: Error | { code: string; message?: RegExp }])[] = [
    [definition([], { open: () => Promise.reject(broken) }), broken],
    [definition([], { open: async (reactor) => { await listening(reactor); throw broken; } }), broken],
    [definition([`--admin-port=${port}`]), { code: 'EADDRINUSE', message: new RegExp(`127\\.0\\.0\\.1:${port}`) }],
    [definition(['--admin-port=0', '--admin-host=0.0.0.0', '--admin-token=short']), { code: 'EL_CONFIG_INVALID' }],
    [definition(['--listen-backlog=0']), { code: 'EL_CONFIG_INVALID' }],
  ];
  // Only the first use of some of these makes descriptors that stay.
  await t.rejects(runService(definition([], { open: () => Promise.reject(broken) })), broken);
  for (const [wrong, error] of failures) {
    const before = descriptors();
    await t.rejects(runService(wrong), error);
    await until(() => descriptors() === before, 'all descriptors to be given back');
    await signalsAreFree(t);
  }
});

t.test('a second service in the process is refused the signals, and the first keeps them', async (t) => {
  const { reactor } = await runService(definition());
  t.teardown(() => reactor.close());
  await t.rejects(runService(definition()), { code: 'EL_SIGNAL_TAKEN' });
  process.kill(process.pid, 'SIGTERM');
  t.match(await reactor.closed, { idle: 0, forced: 0 });
});

t.test('a service that is told to end before it is up does not come up, and says so', async (t) => {
  const receiver = new NotifyReceiver(t);
  process.env['NOTIFY_SOCKET'] = receiver.path;
  const told: string[] = [];
  const open = async (reactor: Reactor) => {
    const listener = await listening(reactor);
    process.kill(process.pid, 'SIGTERM');
    await until(() => reactor.draining, 'the signal');
    return listener;
  };
  const running = runService(definition([], { open, onSignal: (_reactor, { name }) => told.push(name) }));
  await t.rejects(running, { code: 'EL_REACTOR_CLOSED', message: 'the service was told to end before it was up' });
  t.same(told, ['SIGTERM']);
  t.match(receiver.takeAll(), [{ STOPPING: '1' }], 'a supervisor does not hear that it is ready');
});

t.test('a configuration that is wrong is told before anything is opened', async (t) => {
  const before = descriptors();
  const load = () => { throw new ConfigurationError(['listen.port: must be given']); };
  const open = () => Promise.reject(new Error('opened all the same'));
  await t.rejects(runService(definition([], { load, open })), { code: 'EL_CONFIG_INVALID' });
  t.equal(descriptors(), before);
});

const SOURCE = (loop: string) => `
  import { execFileSync } from 'node:child_process';
  import { loadConfiguration, readCommandLine, serverSections, settingsOf } from ${JSON.stringify(new URL('../../src/config/index.js', import.meta.url).href)};
  import { runService } from ${JSON.stringify(new URL('../../src/service/index.js', import.meta.url).href)};
  const schema = z.strictObject(serverSections);
  const line = readCommandLine(settingsOf(schema), ['--port=0', '--loop=${loop}', '--log-level=silent']);
  const open = (reactor) => reactor.use(plugin({})).listen({ port: 0 });
  const { listener } = await runService({ name: 'test', version: '1', load: () => loadConfiguration(schema, line, {}), open });
  const inherited = String(execFileSync('env')).split('\\n').filter((entry) => /^(NOTIFY_SOCKET|WATCHDOG_)/.test(entry));
  console.log(JSON.stringify({ port: listener.address.port, inherited }));
`;

for (const loop of LOOPS) {
  t.test(`systemd is told that it is up, loads anew and stops, and that it is alive (${loop})`, async (t) => {
    const receiver = new NotifyReceiver(t);
    const child = start(t, SOURCE(loop), ['env', `NOTIFY_SOCKET=${receiver.path}`, 'WATCHDOG_USEC=20000']);
    const next = async (name: string) => {
      for (;;) {
        const told = await receiver.next();
        if (name in told) return told;
      }
    };
    const up = await next('READY');
    await until(() => child.stdout.endsWith('\n'), 'the port');
    const { port, inherited } = JSON.parse(child.stdout) as { port: number; inherited: string[] };
    t.match(up, { MAINPID: String(child.process.pid), STATUS: `serving 127.0.0.1:${port}, 0 connections` });
    t.same(inherited, [], 'children know nothing of the supervisor');
    t.same(await next('WATCHDOG'), { WATCHDOG: '1' });
    child.process.kill('SIGHUP');
    t.match(await next('RELOADING'), { STATUS: 'loading the configuration', MONOTONIC_USEC: /^\d+$/ });
    t.match(await next('READY'), { STATUS: up['STATUS'] });
    child.process.kill('SIGTERM');
    t.match(await next('STOPPING'), { STATUS: 'stopping, 0 connections' });
    t.same(await child.finished, { code: 0, signal: null });
  });
}
