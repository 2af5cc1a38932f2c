import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { echoConfiguration } from '../../src/configuration.js';
import { runCommand } from '../support/command.js';
import { ConfiguredServer, configurationFile } from '../support/configured-server.js';
import { skipWithout } from '../support/required-tool.js';
import { exchange } from '../support/socket.js';

const UNIT = fileURLToPath(new URL('../../../../../deploy/systemd/edgeloop-echo.service', import.meta.url));
const unit = readFileSync(UNIT, 'utf8');
/** Out of 100: systemd calls a service below 20 "OK". */
const MOST_EXPOSED = 20;
const [FIRST_CALL, NAME] = [/^(?:\d+ +)?(\w+)\(/gm, /^ {4}([@\w-]+)$/gm];

/** All values that a setting is given. */
function settings(name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
}

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', ['--no-pager', ...args], { encoding: 'utf8' });
}

/** The system calls of a list that may name sets, which may name others. */
function calls(names: readonly string[]): string[] {
  return names.flatMap((name) => (name.startsWith('@') ? calls(captured(analyze('syscall-filter', name).stdout, NAME)) : [name]));
}

function captured(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name as string);
}

t.test('systemd accepts the unit', skipWithout('systemd-analyze'), async (t) => {
  const path = `${t.testdir()}/edgeloop-echo.service`;
  // Node may be elsewhere on this machine.
  writeFileSync(path, unit.replace('/usr/bin/node', process.execPath));
  const { status, stdout, stderr } = analyze('verify', path);
  t.equal(stdout + stderr, '');
  t.equal(status, 0);
});

t.test('what the unit leaves open to the server is little', skipWithout('systemd-analyze'), async (t) => {
  const { status, stdout, stderr } = analyze('security', '--offline=true', `--threshold=${MOST_EXPOSED}`, UNIT);
  t.equal(status, 0, stdout + stderr);
});

t.test('the unit allows every system call of the server', { ...skipWithout('systemd-analyze'), ...skipWithout('strace') }, async (t) => {
  const trace = `${mkdtempSync(join(tmpdir(), 'edgeloop-'))}/trace`;
  t.teardown(() => rmSync(dirname(trace), { recursive: true }));
  // With -D the tracer is not the parent, so that the signals reach the server.
  const configuration = { listen: { host: 'localhost' }, echo: { udp: true } };
  const server = await ConfiguredServer.start(t, configuration, ['strace', '-D', '-f', '-qq', '-s0', '-e', 'signal=none', '-o', trace]);
  t.equal((await exchange(server, Buffer.from('hello'))).toString(), 'hello');
  t.equal((await server.ask('metrics')).status, 200);
  server.signal('SIGHUP');
  await server.logged('config.reloaded');
  server.signal('SIGTERM');
  t.equal((await server.running.outcome).status, 0);

  const made = new Set(captured(readFileSync(trace, 'utf8'), FIRST_CALL));
  for (const name of ['signalfd4', 'rt_tgsigqueueinfo', 'epoll_ctl', 'accept4']) t.ok(made.has(name), `${name} is traced`);
  const [allowed = '', denied = ''] = settings('SystemCallFilter');
  const refused = new Set(calls(denied.replace('~', '').split(' ')));
  // What is in @default is allowed whatever else is said (systemd.exec(5)).
  const granted = new Set([...calls(allowed.split(' ')).filter((name) => !refused.has(name)), ...calls(['@default'])]);
  t.same([...made].filter((name) => !granted.has(name)), []);
});

t.test('the unit fits the server: the command, the signal of a reload, and the time to stop', async (t) => {
  const [command = ''] = settings('ExecStart');
  const path = /^\/usr\/bin\/node \/opt\/edgeloop\/(\S+) server --config \/etc\/edgeloop\/echo\.json$/.exec(command)?.[1];
  t.ok(existsSync(new URL(path as string, new URL('../../../', import.meta.url))), `${path} is in the package`);
  t.same(settings('ExecReload'), ['/bin/kill -HUP $MAINPID']);
  const { graceSeconds } = echoConfiguration.parse({ listen: { port: 0 } }).shutdown;
  t.ok(Number(settings('TimeoutStopSec')[0]) > graceSeconds, 'systemd waits for longer than the grace');
});

t.test("the server accepts the configuration that the guide gives for the unit's file", async (t) => {
  const guide = readFileSync(new URL('../../../../../docs/guides/deploy.md', import.meta.url), 'utf8');
  const [, text] = /`\/etc\/edgeloop\/echo\.json`:\n\n```json\n(.*?)```/s.exec(guide) as unknown as [string, string];
  const { status, stdout, stderr } = await runCommand(t, ['server', '--config', configurationFile(t, text), '--print-config']);
  t.equal(status, 0, stderr);
  t.match(JSON.parse(stdout.toString()), JSON.parse(text));
});
