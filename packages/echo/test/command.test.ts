import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { HELP } from '../src/arguments.js';
import { COMMAND, runCommand, runShell, start, startCommand, startServer } from './support/command.js';
import { skipWithout } from './support/required-tool.js';
import { exchange } from './support/socket.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** A message for a person: one line, and no stack. */
const ONE_LINE = /^edgeloop-echo: [^\n]+\n$/;

t.test('--help prints the help and ends with 0', async (t) => {
  const { status, stdout, stderr } = await runCommand(t, ['--help']);
  t.equal(stdout.toString(), HELP);
  t.equal(stderr, '');
  t.equal(status, 0);
});

t.test('--version prints the version and ends with 0', async (t) => {
  const { status, stdout, stderr } = await runCommand(t, ['--version']);
  t.equal(stdout.toString(), `${manifest.version}\n`);
  t.equal(stderr, '');
  t.equal(status, 0);
});

t.test('npx finds the command in the workspace', skipWithout('npx'), async (t) => {
  const root = new URL('../../../../', import.meta.url).pathname;
  const { status, stdout } = await runShell(t, 'cd "$1" && npx edgeloop-echo --version', root);
  t.equal(stdout.toString(), `${manifest.version}\n`);
  t.equal(status, 0);
});

for (const [args, message] of [
  [[], 'a command is missing: server or client (see --help)'],
  [['server', '7', '--fast'], "Unknown option '--fast' (see --help)"],
] as const) {
  t.test(`wrong arguments are told in one line: "${args.join(' ')}"`, async (t) => {
    const { status, stdout, stderr } = await runCommand(t, args);
    t.equal(stderr, `edgeloop-echo: ${message}\n`);
    t.equal(stdout.length, 0);
    t.equal(status, 2);
  });
}

t.test('a port in use is told in one line', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  t.teardown(() => holder.close());
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { status, stdout, stderr } = await runCommand(t, ['server', String(port)]);
  t.match(stderr, ONE_LINE);
  t.match(stderr, `bind 127.0.0.1:${port}: EADDRINUSE`);
  t.equal(stdout.length, 0);
  t.equal(status, 1);
});

t.test('an address that is not ours is told in one line', async (t) => {
  const { status, stderr } = await runCommand(t, ['server', '0', '--host', '192.0.2.1']);
  t.match(stderr, ONE_LINE);
  t.match(stderr, 'EADDRNOTAVAIL');
  t.equal(status, 1);
});

t.test('a server that does not listen is told in one line', async (t) => {
  const { status, stderr } = await runCommand(t, ['client', '127.0.0.1', '1']);
  t.match(stderr, ONE_LINE);
  t.match(stderr, 'connect 127.0.0.1:1: ECONNREFUSED');
  t.equal(status, 1);
});

for (const kind of ['path', 'abstract name'] as const) {
  t.test(`over a Unix socket with a ${kind} the client has its input echoed, and the server cleans up`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const place = kind === 'path' ? join(folder, 'socket') : `@${folder}`;
    const server = startCommand(t, 'server', '--unix', place);
    const greeting = await server.printed('twice, at once.\n');
    t.equal(greeting.split('\n')[0], `echo on ${place} (edge-triggered, embedded loop)`);
    t.match(greeting, `  echo hello | npx edgeloop-echo client --unix ${place}\n`);
    t.match(greeting, `  printf 'hello\\n' | ${kind === 'path' ? `nc -NU ${place}` : `socat - ABSTRACT-CONNECT:${folder}`}\n`);
    const second = await runCommand(t, ['server', '--unix', place]);
    t.match(second.stderr, ONE_LINE);
    t.match(second.stderr, `bind ${place}: EADDRINUSE`);
    t.equal(second.status, 1);
    const { status, stdout, stderr } = await runCommand(t, ['client', '--unix', place], 'hello');
    t.equal(stdout.toString(), 'hello');
    t.equal(stderr, '');
    t.equal(status, 0);
    server.process.kill('SIGTERM');
    t.equal((await server.outcome).status, 0);
    t.same(readdirSync(folder), []);
    const late = await runCommand(t, ['client', '--unix', place]);
    t.match(late.stderr, ONE_LINE);
    t.match(late.stderr, `connect ${place}: ${kind === 'path' ? 'ENOENT' : 'ECONNREFUSED'}`);
    t.equal(late.status, 1);
  });
}

for (const args of [['client', 'nowhere.invalid', '7'], ['server', '0', '--host', 'nowhere.invalid']]) {
  t.test(`a name that does not resolve is told in one line by the ${args[0]}`, async (t) => {
    const { status, stderr } = await runCommand(t, args);
    t.match(stderr, ONE_LINE);
    t.match(stderr, '"nowhere.invalid" cannot be resolved');
    t.equal(status, 1);
  });
}

t.test('a reader that has gone before the help is printed is no failure', async (t) => {
  const running = start(t, 'sh', ['-c', '{ read -r _; "$1" "$2" --help; echo "status $?" >&2; } | true', 'sh', process.execPath, COMMAND]);
  // The line that `read` waits for comes when `true` has ended for certain.
  setTimeout(() => running.process.stdin.end('\n'), 200);
  t.equal((await running.outcome).stderr, 'status 0\n');
});

t.test('output that cannot be written is told in one line', async (t) => {
  const { status, stderr } = await runShell(t, '"$1" "$2" --help > /dev/full', process.execPath, COMMAND);
  t.match(stderr, ONE_LINE);
  t.match(stderr, 'ENOSPC');
  t.equal(status, 1);
});

t.test('a mistake of which nobody reads ends the command with its status all the same', async (t) => {
  const running = startCommand(t, 'server', '--no-such-option');
  running.process.stderr.destroy();
  t.equal((await running.outcome).status, 2);
});

t.test('a server whose log finds no room on its disk serves, and ends in order', async (t) => {
  const running = start(t, 'sh', ['-c', 'exec "$1" "$2" server 0 --log-level debug 2>/dev/full', 'sh', process.execPath, COMMAND]);
  const [, port] = /^echo on \S+:(\d+) /.exec(await running.printed('twice, at once.\n')) ?? [];
  for (const word of ['here', 'still here']) t.equal((await exchange({ port: Number(port) }, Buffer.from(word))).toString(), word);
  running.process.kill('SIGTERM');
  t.equal((await running.outcome).status, 0);
});

t.test('a server of whose log nobody reads serves, and ends in order', async (t) => {
  const { process: server, port, outcome } = await startServer(t, '--log-level', 'debug');
  server.stderr.destroy();
  for (const word of ['here', 'still here']) t.equal((await exchange({ port }, Buffer.from(word))).toString(), word);
  server.kill('SIGTERM');
  t.equal((await outcome).status, 0);
});
