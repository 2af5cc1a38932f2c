/** The command edgeloop-kv, as a user or a supervisor starts it. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { HELP } from '../src/cli/arguments.js';
import { OPTIONS_PAGE } from '../src/cli/options-page.js';
import { type Outcome, Program, run } from './support/program.js';
import { skipWithout } from './support/required-tool.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const COMMAND = fileURLToPath(new URL('../../bin/edgeloop-kv.mjs', import.meta.url));
const GREETING = /^key-value server on (\S+), as Redis 7\.0\.\d+\n(?:in memory only|data in \S+).*\n(?:live page and metrics on (\S+)\n)?Try, in another terminal:\n {2}redis-cli (.+)\n/;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

function runCommand(t: Test, ...args: string[]): Promise<Outcome> {
  return run(t, process.execPath, [COMMAND, ...args]);
}

interface Running {
  readonly program: Program;
  readonly port: number;
  readonly admin: string | undefined;
  /** What the greeting says that redis-cli is to be given. */
  readonly place: string;
}

async function start(t: Test, ...args: string[]): Promise<Running> {
  const program = new Program(t, process.execPath, [COMMAND, 'server', ...args]);
  const [, address = '', admin, place = ''] = await program.printed(GREETING);
  return { program, port: Number(address.split(':').at(-1)), admin, place };
}

/** A connection that sends a line and leaves the rest to the test. */
async function dial(t: Test, port: number, line: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  socket.write(`${line}\r\n`);
  await once(socket, 'connect');
  return socket;
}

t.test('the reference of the options is up to date; "npm run options-page" writes it anew', async (t) => {
  t.equal(readFileSync(new URL('../../../../docs/reference/kv-options.md', import.meta.url), 'utf8'), OPTIONS_PAGE);
});

t.test('--help and --version print what they say, and end with 0', async (t) => {
  t.match(await runCommand(t, '--help'), { status: 0, stdout: HELP, stderr: '' });
  t.notMatch(HELP, '(default )', 'no default is shown where it is empty');
  t.match(await runCommand(t, '-v'), { status: 0, stdout: `${version}\n`, stderr: '' });
});

for (const [args, stderr] of [
  [[], 'edgeloop-kv: a command is missing: server, check, export or import (see --help)\n'],
  [['sever'], 'edgeloop-kv: there is no command "sever"; did you mean server? (see --help)\n'],
  [['server', '7', '8'], 'edgeloop-kv: "8" is one argument too many (see --help)\n'],
  [['server', '--fast'], "edgeloop-kv: Unknown option '--fast' (see --help)\n"],
  [['server', '--appendonly', 'yes'], "edgeloop-kv: Unknown option '--appendonly' (see --help)\n"],
  [['server', '--maxmemory', 'lots'], /^edgeloop-kv: kv\.maxmemory: must be a whole number of at least 0, but is "lots" \(--maxmemory\)/],
  [['server', '--maxmemory-policy', 'lru'], /^edgeloop-kv: kv\.maxmemoryPolicy: must be volatile-lru, .* but is "lru" \(--maxmemory-policy\)/],
  [['server', '--kv-databases', '0'], /^edgeloop-kv: kv\.databases: must be a whole number from 1 to 1024, but is 0 \(--kv-databases\)/],
  [['server', '--kv-maxmemory-policy', 'lru'], /^edgeloop-kv: kv\.maxmemoryPolicy: must be volatile-lru, .* or noeviction, but is "lru"/],
] as const) {
  t.test(`wrong arguments end it with 2 and a line that says why: "${args.join(' ')}"`, async (t) => {
    const outcome = await runCommand(t, ...args);
    t.match(outcome.stderr, stderr);
    t.match(outcome, { status: 2, stdout: '' });
  });
}

t.test('a port in use is told in one line', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  t.teardown(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { status, stderr } = await runCommand(t, 'server', String(port));
  t.match(stderr, `edgeloop-kv: bind 127.0.0.1:${port}: EADDRINUSE`);
  t.match(stderr, /^[^\n]+\n$/);
  t.equal(status, 1);
});

t.test('--print-config prints what is in force, where it stands, and no password', async (t) => {
  const file = join(t.testdir({ 'kv.json': JSON.stringify({ listen: { port: 7 }, kv: { requirepass: 'hush', timeout: 60 } }) }), 'kv.json');
  const { status, stdout, stderr } = await runCommand(t, 'server', '--config', file, '--kv-timeout', '90', '--print-config');
  t.match(JSON.parse(stdout), { listen: { host: '127.0.0.1', port: 7 }, kv: { requirepass: '(redacted)', timeout: 90, databases: 16 } });
  t.match(stderr, /^kv\.timeout: --kv-timeout$/m);
  t.match(stderr, /^kv\.requirepass: .*kv\.json/m);
  t.notMatch(stdout + stderr, 'hush');
  t.equal(status, 0);
});

t.test('it listens on port 6380 of this machine unless it is told otherwise', async (t) => {
  const { stdout } = await runCommand(t, 'server', '--print-config');
  t.match(JSON.parse(stdout), { listen: { host: '127.0.0.1', port: 6380 } });
});

t.test('what the greeting says to try works, with a port and with a Unix socket', skipWithout('redis-cli'), async (t) => {
  // The path of a socket must be short, and those of tap are long.
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-kv-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const args of [['0'], ['--unix', join(folder, 'kv.sock')]]) {
    const { place } = await start(t, ...args);
    t.match(await run(t, 'redis-cli', [...place.split(' '), 'ping']), { status: 0, stdout: 'PONG\n' });
  }
});

t.test('a password holds for clients, and the admin endpoint shows what goes on', async (t) => {
  const { port, admin } = await start(t, '0', '--requirepass', 'secret', '--admin-port', '0');
  const socket = await dial(t, port, 'PING');
  socket.end('AUTH secret\r\nPING\r\n');
  t.equal(await text(socket), '-NOAUTH Authentication required.\r\n+OK\r\n+PONG\r\n');
  t.equal((await fetch(`${admin}readyz`)).status, 200);
  t.notMatch(await (await fetch(`${admin}config`)).text(), 'secret');
  t.match(await (await fetch(`${admin}metrics`)).text(), /^edgeloop_kv_limits_met_total\{limit="cross_protocol"\} 0$/m);
});

t.test('SIGTERM ends it in order: what has come is answered, who waits is let go, and it ends with 0', async (t) => {
  const { program, port } = await start(t, '0');
  const waiting = await dial(t, port, 'BZPOPMIN a 0');
  const busy = await dial(t, port, 'SET greeting hello');
  t.equal(String((await once(busy, 'data'))[0]), '+OK\r\n');
  program.process.kill('SIGTERM');
  t.equal(await text(busy), '', 'half-closed, with nothing cut off');
  busy.end();
  t.equal(await text(waiting), '');
  waiting.end();
  const { status, stderr } = await program.outcome;
  t.equal(status, 0);
  t.match(stderr, '"event":"shutdown.finished"');
});
