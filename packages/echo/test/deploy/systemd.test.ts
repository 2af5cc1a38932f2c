import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { echoConfiguration } from '../../src/configuration.js';
import { COMMAND, start } from '../support/command.js';
import { skipWithout } from '../support/required-tool.js';

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
  const trace = `${t.testdir()}/trace`;
  // With -D the tracer is not the parent, so that the signal reaches the server.
  const server = start(t, 'strace', ['-D', '-f', '-qq', '-s0', '-e', 'signal=none', '-o', trace, process.execPath, COMMAND, 'server', '0', '--udp', '--host', 'localhost']);
  const [, port] = /:(\d+) \(/.exec(await server.printed('twice, at once.\n')) as unknown as [string, string];
  const client = connect({ port: Number(port), host: 'localhost' });
  client.end('hello');
  t.equal((await buffer(client)).toString(), 'hello');
  server.process.kill('SIGTERM');
  t.equal((await server.outcome).status, 0);

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
