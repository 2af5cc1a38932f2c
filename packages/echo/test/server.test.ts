import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { exchange, readBytes } from './support/socket.js';
import { start, startServer } from './support/command.js';
import { skipWithout } from './support/required-tool.js';

// Most of the time goes into starting processes.
t.jobs = 4;

const TRIGGERS = ['edge', 'level', 'oneshot'];
const LOOPS = ['embedded', 'dedicated'];
/** More than socket buffers hold, so that reading and writing stop and go on. */
const LONG = Buffer.alloc(8 * 1024 * 1024, 'the quick brown fox ');

async function connected(t: Test, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

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
      const { status, stderr } = await outcome;
      t.equal(status, 0, 'though clients are connected');
      t.equal(stderr, '');
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
