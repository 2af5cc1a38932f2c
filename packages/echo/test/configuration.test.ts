import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, groupOptionsOf, jsonSchemaOf, loadConfiguration, readCommandLine, settingsOf } from '@edgeloop/reactor/config';
import t from 'tap';
import { echoConfiguration } from '../src/configuration.js';
import { OPTIONS_PAGE } from '../src/options-page.js';
import { runCommand, runShell, start, COMMAND } from './support/command.js';
import { exchange } from './support/socket.js';

// Most of the time goes into starting processes.
t.jobs = 4;

t.test('the reference of the options is up to date; "npm run options-page" writes it anew', async (t) => {
  t.equal(readFileSync(new URL('../../../../docs/reference/options.md', import.meta.url), 'utf8'), OPTIONS_PAGE);
});

t.test('the server takes its configuration from a file, and variables and flags over it', async (t) => {
  const folder = t.testdir({ 'echo.json': JSON.stringify({ listen: { port: 0, trigger: 'level' }, reactor: { loop: 'dedicated' } }) });
  const server = start(t, 'env', [`EDGELOOP_CONFIG=${join(folder, 'echo.json')}`, 'EDGELOOP_LISTEN_TRIGGER=oneshot', process.execPath, COMMAND, 'server', '--loop', 'embedded']);
  const greeting = await server.printed('twice, at once.\n');
  const [line, port] = /^echo on 127\.0\.0\.1:(\d+) .*$/m.exec(greeting) ?? [];
  t.match(line, '(oneshot-triggered, embedded loop)');
  t.equal((await exchange({ port: Number(port) }, Buffer.from('hello'))).toString(), 'hello');
  server.process.kill('SIGTERM');
  t.equal((await server.outcome).status, 0);
});

t.test('--print-config prints what is in force, and on standard error where it stands', async (t) => {
  const { status, stdout, stderr } = await runShell(t, 'EDGELOOP_ADMIN_TOKEN=hush-hush-hush-hush "$1" "$2" server 7 --grace 5 --print-config', process.execPath, COMMAND);
  t.match(JSON.parse(stdout.toString()), { listen: { host: '127.0.0.1', port: 7 }, shutdown: { graceSeconds: 5 }, admin: { token: '(redacted)' } });
  t.equal(stderr, 'listen.port: <port>\nadmin.token: EDGELOOP_ADMIN_TOKEN\nshutdown.graceSeconds: --grace\n');
  t.equal(status, 0);
});

t.test('--print-schema prints the JSON Schema, though no port is given', async (t) => {
  const { status, stdout } = await runCommand(t, ['server', '--print-schema']);
  t.same(JSON.parse(stdout.toString()), JSON.parse(JSON.stringify(jsonSchemaOf(echoConfiguration))));
  t.equal(status, 0);
});

function loaded(...argv: string[]) {
  return loadConfiguration(echoConfiguration, readCommandLine(settingsOf(echoConfiguration), ['--port=7', ...argv]), {});
}

t.test('workers: how many, who accepts and on which CPUs, and dedicated loops unless others are asked for', async (t) => {
  t.match(loaded().values, { reactor: { loop: 'embedded' }, workers: { count: 0 } });
  t.equal(groupOptionsOf(loaded('--workers=0').values.workers), undefined);
  t.match(loaded('--workers', '2').values.reactor.loop, 'dedicated');
  t.match(loaded('--workers', '2', '--loop', 'embedded').values.reactor.loop, 'embedded');
  const { values } = loaded('--workers=auto', '--accept=handoff', '--workers-placement=source-hash', '--workers-affinity=0,2', '--workers-lag-ms=0');
  t.same(groupOptionsOf(values.workers), {
    workers: 'auto', accept: 'handoff', placement: 'source-hash', affinity: [0, 2], lagMs: 0, threadName: 'edgeloop',
  });
  t.equal(groupOptionsOf(loaded('--workers=2', '--workers-affinity=spread').values.workers)?.affinity, 'spread');
});

t.test('workers: what does not go together is told', async (t) => {
  const wrong: readonly (readonly [argv: readonly string[], complaint: string])[] = [
    [['--workers=0', '--accept=exclusive'], 'workers.accept: goes with workers.count only, but is "exclusive" (--accept)'],
    [['--workers=2', '--workers-placement=source-hash'], 'workers.placement: goes with workers.accept=handoff only, but is "source-hash" (--workers-placement)'],
    [['--workers=many'], 'workers.count: must be a whole number from 0 to 256, or auto, but is "many" (--workers)'],
  ];
  for (const [argv, complaint] of wrong) t.throws(() => loaded(...argv), new ConfigurationError([complaint]));
  const unix = readCommandLine(settingsOf(echoConfiguration), ['--unix=/x', '--workers=2']);
  t.throws(() => loadConfiguration(echoConfiguration, unix, {}), new ConfigurationError([
    'workers.accept: must be exclusive or handoff, because listen.path (/x) is a Unix socket, but is "reuseport" (the default)',
  ]));
});

t.test('a wrong configuration ends the server with 2 and a line for each mistake', async (t) => {
  const folder = t.testdir({ 'echo.json': '{\n  "listen": { "prot": 7 }\n}\n' });
  const { status, stdout, stderr } = await runShell(t, 'EDGELOOP_LOG_LEVEL=loud "$1" "$2" server 7 --lop dedicated --config "$3"', process.execPath, COMMAND, join(folder, 'echo.json'));
  t.strictSame(stderr.replace(folder, '').split('\n'), [
    'edgeloop-echo: unknown key "listen.prot" (/echo.json:2); did you mean "listen.port"?',
    "edgeloop-echo: Unknown option '--lop'; did you mean --loop?",
    'edgeloop-echo: log.level: must be trace, debug, info, warn, error, fatal or silent, but is "loud" (EDGELOOP_LOG_LEVEL) (see --help)',
    '',
  ]);
  t.equal(stdout.length, 0);
  t.equal(status, 2);
});
