import type { Socket } from 'node:net';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { ConfiguredServer, LOOPS } from '../support/configured-server.js';
import { connected, readBytes } from '../support/socket.js';

t.jobs = 4;

/** More than the buffers on the way hold, so that only a client that reads lets it finish. */
const LONG = Buffer.alloc(32 * 1024 * 1024);

/** A client of whose request not everything has been answered, as it does not read. */
async function slowClient(t: Test, { port }: ConfiguredServer): Promise<Socket> {
  const client = await connected(t, port);
  client.on('error', () => {}); // It may be cut off.
  client.write('x');
  await readBytes(client, 1);
  client.pause();
  client.end(LONG);
  return client;
}

for (const loop of LOOPS) {
  t.test(`SIGTERM drains: not ready, still watched, and the log has the numbers (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop }, shutdown: { graceSeconds: 60 } });
    const client = await slowClient(t, server);
    const idle = await connected(t, server.port);
    idle.on('end', () => idle.end());
    idle.write('x');
    await readBytes(idle, 1);
    t.equal((await server.ask('readyz')).status, 200);

    server.signal('SIGTERM');
    await server.logged('listener.closed');
    const { status, json } = await server.ask('readyz');
    t.same([status, json.status], [503, 'draining']);
    t.equal((await server.ask('healthz')).status, 200);
    t.match((await server.ask(`connections?peer=127.0.0.1:${client.localPort}`)).json, { matched: 1, connections: [{ plugin: 'echo' }] });
    t.match((await server.ask('metrics')).text, /^edgeloop_received_bytes_total \d+$/m);

    t.equal((await readBytes(client, LONG.length)).length, LONG.length, 'what was under way is finished');
    t.equal((await server.running.outcome).status, 0);
    t.match(server.lines.slice(-4), [
      { event: 'signal.received', signal: 'SIGTERM', senderPid: process.pid, senderUid: process.getuid?.(), again: false },
      { event: 'shutdown.begun', deadlineMs: 60_000, connections: 2 },
      { event: 'listener.closed', address: `127.0.0.1:${server.port}` },
      { event: 'shutdown.finished', idle: 1, finished: 1, failed: 0, forced: 0 },
    ]);
  });

  t.test(`a second SIGTERM waits no longer, and SIGHUP meanwhile is of no effect (${loop})`, async (t) => {
    const server = await ConfiguredServer.start(t, { reactor: { loop }, shutdown: { graceSeconds: 60 } });
    const client = await slowClient(t, server);
    server.signal('SIGTERM');
    await server.logged('listener.closed');
    server.signal('SIGHUP');
    server.signal('SIGTERM');
    t.equal((await server.running.outcome).status, 0);
    t.match(server.lines.slice(-6), [
      { event: 'signal.received', again: false },
      { event: 'shutdown.begun', connections: 1 },
      { event: 'listener.closed' },
      { event: 'signal.received', signal: 'SIGTERM', again: true },
      { event: 'connection.failed', err: { code: 'EL_REACTOR_CLOSED' } },
      { event: 'shutdown.finished', idle: 0, finished: 0, failed: 0, forced: 1 },
    ]);
    client.resume();
    if (!client.closed) await once(client, 'close');
  });
}

t.test('a log that cannot be written, as on a full disk, does not end the server, which drains as ever', async (t) => {
  const server = await ConfiguredServer.start(t, { shutdown: { graceSeconds: 60 } }, ['sh', '-c', 'exec "$@" 2>/dev/full', 'sh']);
  const client = await slowClient(t, server);
  server.signal('SIGTERM');
  t.equal((await readBytes(client, LONG.length)).length, LONG.length);
  t.equal((await server.running.outcome).status, 0);
});
