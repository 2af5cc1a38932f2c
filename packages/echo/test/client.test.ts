import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { COMMAND, runCommand, runShell, start, startCommand, startServer } from './support/command.js';
import { skipWithout } from './support/required-tool.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const LONG = randomBytes(8 * 1024 * 1024);
const ONE_LINE = /^edgeloop-echo: [^\n]+\n$/;

/** A server that does what the echo server would not. */
async function startOddServer(t: Test, onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

t.test('in a pipe it sends its input to the end, prints what comes back and ends with 0', async (t) => {
  const { port } = await startServer(t);
  for (const input of ['hello\n\0\xff without a newline', '']) {
    const { status, stdout, stderr } = await runCommand(t, ['client', '127.0.0.1', String(port)], input);
    t.equal(stdout.toString(), input);
    t.equal(stderr, '');
    t.equal(status, 0);
  }
});

t.test('8 MB through a pipe come back to the byte', async (t) => {
  const { port } = await startServer(t);
  const directory = t.testdir({ input: LONG });
  const line = 'cat "$1/input" | "$2" "$3" client 127.0.0.1 "$4" | cat > "$1/output"';
  const { status, stderr } = await runShell(t, line, directory, process.execPath, COMMAND, String(port));
  t.ok(readFileSync(join(directory, 'output')).equals(LONG));
  t.equal(stderr, '');
  t.equal(status, 0);
});

t.test('8 MB from a file to a file come back to the byte', async (t) => {
  const { port } = await startServer(t);
  const directory = t.testdir({ input: LONG });
  const line = '"$2" "$3" client 127.0.0.1 "$4" < "$1/input" > "$1/output"';
  const { status, stderr } = await runShell(t, line, directory, process.execPath, COMMAND, String(port));
  t.ok(readFileSync(join(directory, 'output')).equals(LONG));
  t.equal(stderr, '');
  t.equal(status, 0);
});

t.test('it prints until the server closes, also after its input has ended', async (t) => {
  const port = await startOddServer(t, (socket) => {
    socket.resume().once('end', () => setTimeout(() => socket.end('hello'), 200));
  });
  const { status, stdout } = await runCommand(t, ['client', '127.0.0.1', port], 'hello');
  t.equal(stdout.toString(), 'hello');
  t.equal(status, 0);
});

t.test('a reader that takes its time gets every byte', async (t) => {
  const { port } = await startServer(t);
  const { process: client, outcome } = startCommand(t, 'client', '127.0.0.1', String(port));
  client.stdin.end(LONG);
  for (let rests = 0; rests < 5; rests++) {
    client.stdout.pause();
    await sleep(60);
    client.stdout.resume();
    await sleep(5);
  }
  const { status, stdout, stderr } = await outcome;
  t.ok(stdout.equals(LONG));
  t.equal(stderr, '');
  t.equal(status, 0);
});

t.test('a reader that leaves ends it, with 0 and without a word', async (t) => {
  const { port } = await startServer(t);
  const line = 'cat /dev/zero | { "$1" "$2" client 127.0.0.1 "$3"; echo "status $?" >&2; } | head -c 1';
  const { stdout, stderr } = await runShell(t, line, process.execPath, COMMAND, String(port));
  t.equal(stdout.length, 1);
  t.equal(stderr, 'status 0\n');
});

t.test('output that cannot be written ends it, with one line', async (t) => {
  const { port } = await startServer(t);
  const line = 'echo hello | "$1" "$2" client 127.0.0.1 "$3" > /dev/full';
  const { status, stderr } = await runShell(t, line, process.execPath, COMMAND, String(port));
  t.match(stderr, ONE_LINE);
  t.match(stderr, 'ENOSPC');
  t.equal(status, 1);
});

t.test('input that cannot be read ends it, with one line', async (t) => {
  const { port } = await startServer(t);
  const line = '"$2" "$3" client 127.0.0.1 "$4" 0> "$1/write-only"';
  const { status, stderr } = await runShell(t, line, t.testdir(), process.execPath, COMMAND, String(port));
  t.match(stderr, ONE_LINE);
  t.match(stderr, 'EBADF');
  t.equal(status, 1);
});

t.test('a server that is killed while it waits for input ends it, with one line', async (t) => {
  const server = await startServer(t);
  const { process: client, printed, outcome } = startCommand(t, 'client', '127.0.0.1', String(server.port));
  client.stdin.write('hello\n');
  await printed('hello\n');
  server.process.kill('SIGKILL');
  const { status, stderr } = await outcome;
  t.equal(stderr, 'edgeloop-echo: the server closed the connection early: 6 bytes were sent, 6 came back\n');
  t.equal(status, 1);
});

t.test('a server that closes before it has echoed everything is told of, not taken for success', async (t) => {
  const port = await startOddServer(t, (socket) => {
    socket.resume().once('end', () => socket.end('hel'));
  });
  const { status, stdout, stderr } = await runCommand(t, ['client', '127.0.0.1', port], 'hello');
  t.equal(stdout.toString(), 'hel');
  t.equal(stderr, 'edgeloop-echo: the server closed the connection early: 5 bytes were sent, 3 came back\n');
  t.equal(status, 1);
});

t.test('a server that resets in the middle of a transfer ends it, with one line', async (t) => {
  const port = await startOddServer(t, (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { status, stderr } = await runCommand(t, ['client', '127.0.0.1', port], LONG);
  t.match(stderr, ONE_LINE);
  t.match(stderr, /ECONNRESET|EPIPE/);
  t.equal(status, 1);
});

t.test('at a terminal each line is echoed as it is typed, and Ctrl-D ends it', skipWithout('script'), async (t) => {
  const { port } = await startServer(t);
  const { process: terminal, printed, outcome } = start(t, 'script', ['-qec', `"${process.execPath}" "${COMMAND}" client 127.0.0.1 ${port}`, '/dev/null']);
  await printed(`connected to 127.0.0.1:${port}; Ctrl-D ends\r\n`);
  for (const line of ['first', 'second']) {
    terminal.stdin.write(`${line}\n`);
    // Once from the terminal's own echo, once from the server.
    await printed(`${line}\r\n${line}\r\n`);
  }
  terminal.stdin.write('\x04');
  const { status } = await outcome;
  t.equal(status, 0);
});

t.test('at a terminal a server that stops ends it', skipWithout('script'), async (t) => {
  const server = await startServer(t);
  const { printed, outcome } = start(t, 'script', ['-qec', `"${process.execPath}" "${COMMAND}" client 127.0.0.1 ${server.port}`, '/dev/null']);
  await printed('Ctrl-D ends');
  server.process.kill('SIGTERM');
  const { status, stdout } = await outcome;
  t.match(stdout.toString(), 'the server closed the connection early: 0 bytes were sent, 0 came back');
  t.equal(status, 1);
});
