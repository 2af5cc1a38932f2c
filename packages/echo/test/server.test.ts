import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { connected, exchange, readBytes } from './support/socket.js';
import { eventsOf, start, startServer } from './support/command.js';
import { skipWithout } from './support/required-tool.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const TRIGGERS = ['edge', 'level', 'oneshot'];
const LOOPS = ['embedded', 'dedicated'];
/** More than socket buffers hold, so that reading and writing stop and go on. */
const LONG = Buffer.alloc(8 * 1024 * 1024, 'the quick brown fox ');

t.test('it says where it listens and what to try', async (t) => {
  const { port, greeting } = await startServer(t);
  t.equal(greeting.split('\n')[0], `echo on 127.0.0.1:${port} (edge-triggered, embedded loop)`);
  t.match(greeting, `  npx edgeloop-echo client 127.0.0.1 ${port} `);
  t.match(greeting, `  echo hello | npx edgeloop-echo client 127.0.0.1 ${port}\n`);
  t.match(greeting, `  printf 'hello\\n' | nc -N 127.0.0.1 ${port}\n`);
});

t.test('it tells an address to try when it listens on all', async (t) => {
  const { port, greeting } = await startServer(t, '--host', '0.0.0.0');
  t.equal(greeting.split('\n')[0], `echo on 0.0.0.0:${port} (edge-triggered, embedded loop)`);
  t.match(greeting, `client 127.0.0.1 ${port}`);
});

const hasIPv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === '::1');

t.test('on :: it serves IPv6 and IPv4', hasIPv6 ? {} : { skip: 'this machine has no IPv6 loopback' }, async (t) => {
  const { port, greeting } = await startServer(t, '--host', '::');
  t.equal(greeting.split('\n')[0], `echo on [::]:${port} (edge-triggered, embedded loop)`);
  t.match(greeting, `client ::1 ${port}`);
  for (const host of ['::1', '127.0.0.1']) t.equal((await exchange({ host, port }, Buffer.from('hello'))).toString(), 'hello');
});

for (const [i, trigger] of TRIGGERS.entries()) {
  for (const loop of LOOPS) {
    const signal = i % 2 === 0 ? 'SIGINT' : 'SIGTERM';
    t.test(`${trigger}-triggered in the ${loop} loop it echoes, and ends with 0 at ${signal}`, async (t) => {
      const { process: server, port, greeting, outcome } = await startServer(t, '--trigger', trigger, '--loop', loop);
      t.match(greeting, `(${trigger}-triggered, ${loop} loop)`);
      t.ok((await exchange({ port }, LONG)).equals(LONG), 'a long message comes back whole');
      const [left, right] = [await connected(t, port), await connected(t, port)];
      left.write('left');
      right.write('right');
      t.equal((await readBytes(right, 5)).toString(), 'right');
      t.equal((await readBytes(left, 4)).toString(), 'left');
      server.kill(signal);
      const { status, stdout, stderr } = await outcome;
      t.equal(status, 0, 'though clients are connected');
      t.match(stdout.toString().split('\n').slice(-3), [
        `${signal}: 2 connections are open, finishing what is under way; again stops at once`,
        'closed: 2 idle, 0 finished, 0 failed, 0 forced',
        '',
      ]);
      t.same(eventsOf(stderr), ['listener.opened', 'signal.received', 'shutdown.begun', 'listener.closed', 'shutdown.finished']);
    });
  }
}

t.test('ten clients with nc are all answered', skipWithout('nc'), async (t) => {
  const { port } = await startServer(t);
  const clients = Array.from({ length: 10 }, () => start(t, 'nc', ['127.0.0.1', String(port)]));
  // Nobody ends before everybody has been answered: they are served at the same time, not one after the other.
  for (const [i, client] of clients.entries()) client.process.stdin.write(`hello from ${i}\n`);
  const answers = await Promise.all(clients.map((client, i) => client.printed(`hello from ${i}\n`)));
  t.strictSame(answers, clients.map((_, i) => `hello from ${i}\n`));
});

t.test('its descriptors are back at their baseline when all clients have left', async (t) => {
  const { pid, port } = await startServer(t);
  const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
  t.equal((await exchange({ port }, Buffer.from('warm'))).toString(), 'warm');
  await sleep(100);
  const baseline = descriptors();
  const clients = await Promise.all(Array.from({ length: 50 }, () => connected(t, port)));
  for (const client of clients) client.write('x');
  await Promise.all(clients.map((client) => readBytes(client, 1)));
  t.equal(descriptors(), baseline + 50, 'one descriptor for each client');
  for (const [i, client] of clients.entries()) {
    if (i % 2 === 0) client.resetAndDestroy();
    else client.end();
  }
  for (let waits = 0; descriptors() > baseline && waits < 50; waits++) await sleep(50);
  t.equal(descriptors(), baseline);
});

t.test('at the first signal it finishes a reply that a slow client is still reading', async (t) => {
  const { process: server, port, printed, outcome } = await startServer(t);
  const client = await connected(t, port);
  client.write('x');
  await readBytes(client, 1);
  // Not waited for: what the buffers on the way do not hold leaves only when the client reads.
  client.pause();
  client.end(LONG);
  server.kill('SIGTERM');
  await printed('SIGTERM: 1 connection is open');
  t.ok((await readBytes(client, LONG.length)).equals(LONG), 'it comes back whole');
  const { status, stdout } = await outcome;
  t.equal(status, 0);
  t.match(stdout.toString(), 'closed: 0 idle, 1 finished, 0 failed, 0 forced\n');
});

t.test('a second signal ends it at once, and so does the end of the grace', async (t) => {
  for (const grace of ['1000', '0.1']) {
    const { process: server, port, printed, outcome } = await startServer(t, '--grace', grace);
    const client = await connected(t, port);
    client.on('error', () => {}); // It will be cut off.
    client.write('x');
    await readBytes(client, 1);
    // More than all buffers on the way hold, so that the reply cannot be finished.
    client.pause();
    client.write(Buffer.alloc(64 * 1024 * 1024));
    server.kill('SIGINT');
    await printed('SIGINT: 1 connection is open');
    if (grace === '1000') server.kill('SIGTERM');
    const { status, stdout } = await outcome;
    t.equal(status, 0);
    if (grace === '1000') t.match(stdout.toString(), 'SIGTERM again: stopping at once\n');
    t.match(stdout.toString(), 'closed: 0 idle, 0 finished, 0 failed, 1 forced\n');
  }
});

t.test('with --udp it answers datagrams on the same port', async (t) => {
  const { port, greeting } = await startServer(t, '--udp');
  t.match(greeting.split('\n')[0], '(and UDP, edge-triggered, embedded loop)');
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  socket.send('hello', port, '127.0.0.1');
  const [answer] = await once(socket, 'message');
  t.equal(String(answer), 'hello');
});
