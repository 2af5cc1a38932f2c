/** The echo server with several workers, as operators run it. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type RunningServer, runCommand, startCommand, startServer } from '../support/command.js';
import { ConfiguredServer, LOOPS } from '../support/configured-server.js';
import { connected, readBytes } from '../support/socket.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const CLIENTS = 6;

async function echoes(t: Test, port: number): Promise<Socket> {
  const client = await connected(t, port);
  // The server's FIN is answered, as by whoever has nothing more to say.
  client.on('end', () => client.end());
  client.write('hello');
  t.equal((await readBytes(client, 5)).toString(), 'hello');
  return client;
}

function clients(t: Test, port: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: CLIENTS }, () => echoes(t, port)));
}

for (const accept of ['reuseport', 'exclusive', 'handoff']) {
  for (const loop of LOOPS) {
    t.test(`two workers echo; SIGHUP changes a deadline in both, and SIGTERM drains both (${accept}, ${loop})`, async (t) => {
      const server = await ConfiguredServer.start(t, { reactor: { loop }, workers: { count: 2, accept } });
      const { port, running } = server;
      t.match(await running.printed('echo on'), `echo on 127.0.0.1:${port} (edge-triggered, ${loop} loop, 2 workers, ${accept})\n`);
      const idle = await clients(t, port);
      const gone = Promise.all(idle.map((client) => once(client, 'close')));
      server.configure({ listen: { port: 0, idleTimeoutMs: 1 }, admin: { port: 0 }, reactor: { loop }, workers: { count: 2, accept } });
      server.signal('SIGHUP');
      t.match(await server.logged('config.reloaded'), [{ changed: ['listen.idleTimeoutMs'], needsRestart: [] }]);
      await gone;
      server.configure({ listen: { port: 0 }, admin: { port: 0 }, reactor: { loop }, workers: { count: 3, accept } });
      server.signal('SIGHUP');
      t.match((await server.logged('config.reloaded', 2))[1], { changed: ['listen.idleTimeoutMs'], needsRestart: ['workers.count'] });
      await clients(t, port);
      server.signal('SIGTERM');
      const { status, stdout } = await running.outcome;
      t.equal(status, 0);
      t.match(stdout.toString(), `SIGTERM: ${CLIENTS} connections are open, finishing what is under way; again stops at once\nclosed: ${CLIENTS} idle, 0 finished, 0 failed, 0 forced\n`);
    });
  }
}

/** A client that does not read what it has asked for, so that its connection has something under way. */
async function busy(t: Test, port: number): Promise<Socket> {
  const client = await echoes(t, port);
  client.on('error', () => {}).pause();
  client.end(Buffer.alloc(32 * 1024 * 1024));
  return client;
}

t.test('a second SIGTERM ends all workers at once', async (t) => {
  const server: RunningServer = await startServer(t, '--workers', '2', '--accept', 'handoff', '--workers-placement', 'round-robin', '--grace', '600');
  await Promise.all([busy(t, server.port), busy(t, server.port)]);
  server.process.kill('SIGTERM');
  await server.printed('finishing what is under way');
  server.process.kill('SIGTERM');
  const { status, stdout } = await server.outcome;
  t.equal(status, 0);
  t.match(stdout.toString(), 'SIGTERM again: stopping at once\nclosed: 0 idle, 0 finished, 0 failed, 2 forced\n');
});

function threadNames(pid: number): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((thread) => readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim()).sort();
}

t.test('kill -9 leaves nothing in the way of the next one, and the workers have the name that was given to them', async (t) => {
  // A folder of the test would have too long a name for a socket (unix(7)).
  const folder = mkdtempSync(join(tmpdir(), 'edgeloop-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'echo.sock');
  const options = ['server', '--unix', path, '--workers', '2', '--accept', 'exclusive', '--workers-thread-name', 'tester'];
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const server = startCommand(t, ...options);
    t.match(await server.printed('twice, at once.\n'), `echo on ${path} (edge-triggered, dedicated loop, 2 workers, exclusive)\n`);
    const client = connect({ path });
    client.on('error', () => {}).end('hello');
    t.equal((await readBytes(client, 5)).toString(), 'hello');
    t.same(threadNames(server.pid).filter((name) => name.startsWith('tester')), ['tester/0', 'tester/1']);
    server.process.kill(signal);
    t.equal((await server.outcome).status, signal === 'SIGKILL' ? signal : 0);
  }
});

t.test('the main thread goes on answering datagrams', async (t) => {
  const server = await startServer(t, '--workers', '1', '--udp');
  t.match(server.greeting, '(and UDP, edge-triggered, dedicated loop, 1 worker, reuseport)');
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  socket.send('hello', server.port, '127.0.0.1');
  t.equal(String((await once(socket, 'message'))[0]), 'hello');
});

t.test('what does not go together is told before anything is opened', async (t) => {
  const { status, stderr } = await runCommand(t, ['server', '0', '--accept', 'handoff']);
  t.equal(stderr, 'edgeloop-echo: workers.accept: goes with workers.count only, but is "handoff" (--accept) (see --help)\n');
  t.equal(status, 2);
});
