/** The server as the unit runs it: the unit itself, what it allows, and the configuration that the guide gives for it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createReactor } from '@edgeloop/reactor';
import t, { type Test } from 'tap';
import { kv } from '../../src/index.js';
import { Program, run } from '../support/program.js';
import { skipWithout } from '../support/required-tool.js';
import { RespClient } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

const ROOT = new URL('../../../../../', import.meta.url);
const UNIT = fileURLToPath(new URL('deploy/systemd/edgeloop-kv.service', ROOT));
const COMMAND = fileURLToPath(new URL('packages/kv/bin/edgeloop-kv.mjs', ROOT));
const unit = readFileSync(UNIT, 'utf8');
const guide = readFileSync(new URL('docs/guides/kv-operate.md', ROOT), 'utf8');
/** Out of 100: systemd calls a service below 20 "OK". */
const MOST_EXPOSED = 20;

/** All values that a setting is given. */
function settings(name: string): string[] {
  return captured(unit, new RegExp(`^${name}=(.*)$`, 'gm'));
}

function captured(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}

function analyze(...args: string[]) {
  return spawnSync('systemd-analyze', ['--no-pager', ...args], { encoding: 'utf8' });
}

/** The system calls of a list that may name sets, which may name others. */
function calls(names: readonly string[]): string[] {
  return names.flatMap((name) => (name.startsWith('@') ? calls(captured(analyze('syscall-filter', name).stdout, /^ {4}([@\w-]+)$/gm)) : [name]));
}

/** Those that the unit allows. What is in @default is allowed whatever else is said (systemd.exec(5)). */
function allowedCalls(): Set<string> {
  const [allowed = '', denied = ''] = settings('SystemCallFilter');
  const refused = new Set(calls(denied.replace('~', '').split(' ')));
  return new Set([...calls(allowed.split(' ')).filter((name) => !refused.has(name)), ...calls(['@default'])]);
}

/** Has a server find what was kept, keep something more, make snapshots and end; the names of the calls that it makes. */
async function tracedCalls(t: Test): Promise<Set<string>> {
  const folder = t.testdir();
  const [trace, dir] = [join(folder, 'trace'), join(folder, 'data')];
  const reactor = createReactor();
  reactor.use(kv, { dir }).api.set('a', 1);
  await reactor.close();
  // With -D the tracer is not the parent, so that the signals reach the server.
  const tracer = ['-D', '-f', '-qq', '-s0', '-e', 'signal=none', '-o', trace];
  const server = new Program(t, 'strace', [...tracer, process.execPath, COMMAND, 'server', '0', '--dir', dir, '--appendfsync', 'always']);
  const [, port] = await server.printed(/^ {2}redis-cli -h \S+ -p (\d+)$/m);
  const client = await RespClient.connect({ host: '127.0.0.1', port: Number(port) });
  const replies = await client.pipeline([['INCR', 'a'], ['SAVE'], ['BGSAVE']]);
  t.same(replies.map(plain), [2, 'OK', 'Background saving started']);
  client.close();
  await server.stop();
  return new Set(captured(readFileSync(trace, 'utf8'), /^(?:\d+ +)?(\w+)\(/gm));
}

t.test('systemd accepts the unit', skipWithout('systemd-analyze'), async (t) => {
  const path = `${t.testdir()}/edgeloop-kv.service`;
  // Node may be elsewhere on this machine.
  writeFileSync(path, unit.replace('/usr/bin/node', process.execPath));
  const { status, stdout, stderr } = analyze('verify', path);
  t.same({ status, output: stdout + stderr }, { status: 0, output: '' });
});

t.test('what the unit leaves open to the server is little', skipWithout('systemd-analyze'), async (t) => {
  const { status, stdout, stderr } = analyze('security', '--offline=true', `--threshold=${MOST_EXPOSED}`, UNIT);
  t.equal(status, 0, stdout + stderr);
});

t.test('the unit allows every system call of a server that keeps its data', { ...skipWithout('systemd-analyze'), ...skipWithout('strace') }, async (t) => {
  const made = await tracedCalls(t);
  for (const name of ['flock', 'fdatasync', 'ftruncate', 'rename', 'epoll_ctl', 'accept4']) t.ok(made.has(name), `${name} is traced`);
  const allowed = allowedCalls();
  t.same([...made].filter((name) => !allowed.has(name)), []);
});

t.test('the unit fits the server, and the configuration in the guide the unit', async (t) => {
  const [start = ''] = settings('ExecStart');
  const path = /^\/usr\/bin\/node \/opt\/edgeloop-kv\/(\S+) server --config \/etc\/edgeloop\/kv\.json$/.exec(start)?.[1];
  t.ok(existsSync(new URL(`packages/kv/${path}`, ROOT)), `${path} is in the package`);
  const [, text = ''] = /^```json\n(\{\n.*?)```/ms.exec(guide) ?? [];
  const file = join(t.testdir({ 'kv.json': text }), 'kv.json');
  const { status, stdout, stderr } = await run(t, process.execPath, [COMMAND, 'server', '--config', file, '--print-config']);
  t.equal(status, 0, stderr);
  const configured = JSON.parse(stdout) as { kv: { dir: string }; shutdown: { graceSeconds: number } };
  t.match(configured, JSON.parse(text));
  t.equal(configured.kv.dir, `/var/lib/${settings('StateDirectory')[0]}`);
  t.ok(Number(settings('TimeoutStopSec')[0]) > configured.shutdown.graceSeconds, 'systemd waits for longer than the grace');
});
