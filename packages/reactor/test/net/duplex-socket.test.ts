import t from 'tap';
import type { Connection } from '../../src/index.js';
import { SOL_SOCKET } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { LOOPS, TRIGGERS, descriptorOf, dial, loopOf, memoryLog, serve, until } from '../support/setting.js';
import { SlowReader } from '../support/slow-reader.js';

const SO_SNDBUF = 7; // socket.h; the reactor itself does not set it
const MB = 1024 * 1024;
const native = nativeKernel();

/** A reply of so many bytes for each request, through a socket that takes little of it. */
const BULK = {
  onOpen: (connection: Connection) => void native.setsockopt(descriptorOf(connection), SOL_SOCKET, SO_SNDBUF, 16 * 1024),
  onData: (connection: Connection, chunk: Buffer) => void connection.write(Buffer.alloc(Number(`${chunk}`), 'z')),
};

for (const loop of LOOPS) {
  for (const trigger of TRIGGERS) {
    t.test(`of several slow readers, the one whose reply exceeds the total is closed, and the others live (${trigger}, ${loop})`, async (t) => {
      const log = memoryLog();
      const closed: [Connection, Error | undefined][] = [];
      const onClose = (connection: Connection, reason: Error | undefined) => void closed.push([connection, reason]);
      const { port, reactor } = await serve(t, { ...BULK, onClose }, { loop, log, maxTotalQueuedBytes: 4 * MB, listen: { trigger } });
      const { pool } = loopOf(reactor);
      const readers: SlowReader[] = [];
      for (let i = 0; i < 3; i++) {
        const reader = new SlowReader(t, port, 128 * 1024);
        reader.send(String(MB));
        readers.push(reader);
        await until(() => [...reactor.connections()].filter(({ bytesQueued }) => bytesQueued > 0).length === i + 1, 'a queue');
      }
      const greedy = new SlowReader(t, port);
      greedy.send(String(3 * MB));
      await until(() => closed.length > 0, 'the limit');
      const [connection, reason] = closed[0] as [Connection, Error];
      t.match(reason, { code: 'EL_OUTPUT_LIMIT', message: /the limit is 4194304 \(maxTotalQueuedBytes\)/ });
      t.ok(connection.bytesDiscarded > MB);
      t.match(reactor.counters, { outputLimited: 1, slowConsumers: 0, closed: 1, bytesDiscarded: connection.bytesDiscarded });
      t.match(log.lines.filter(({ event }) => event === 'connection.failed'), [{ level: 'info', bytesDiscarded: connection.bytesDiscarded }]);
      t.ok(pool.queuedBytes > MB && pool.queuedBytes < 4 * MB, 'the others are as they were');
      await until(() => {
        for (const reader of readers) reader.read();
        return readers.every(({ receivedBytes }) => receivedBytes === MB);
      }, 'whole replies for the others', 30_000);
      t.equal(pool.queuedBytes, 0);
      await until(() => (greedy.read(), greedy.end !== undefined), 'the end of the greedy one');
      t.equal(greedy.end, 'RST', 'which does not look like a whole reply');
    });
  }
}

t.test('above the total, a connection that keeps below its own high-water mark lives; one above it does not', async (t) => {
  const { port, reactor } = await serve(t, BULK, { maxTotalQueuedBytes: 2 * MB, listen: { highWaterBytes: MB, pauseOnBackpressure: false } });
  const readers = Array.from({ length: 4 }, () => new SlowReader(t, port));
  for (const reader of readers) reader.send(String(0.75 * MB));
  await until(() => loopOf(reactor).pool.queuedBytes > 2 * MB, 'more than the total');
  await until(() => reactor.counters.bytesRead === 4 * 6, 'all requests');
  t.equal(reactor.counters.outputLimited, 0);
  readers[0]?.send(String(0.5 * MB));
  await until(() => reactor.counters.outputLimited === 1, 'the limit');
  t.equal(reactor.connectionCount, 3);
  await reactor.close();
  t.equal(loopOf(reactor).pool.queuedBytes, 0);
});

t.test('nothing stays counted as queued when slow readers are gone, however they went', async (t) => {
  const { port, reactor } = await serve(t, BULK);
  const clients = await Promise.all(Array.from({ length: 6 }, () => dial(t, port)));
  for (const client of clients) {
    client.socket.pause();
    client.socket.write(String(8 * MB));
  }
  await until(() => [...reactor.connections()].filter(({ bytesQueued }) => bytesQueued > 0).length === 6, 'the queues');
  for (const [index, connection] of [...reactor.connections()].entries()) if (index % 3 === 0) connection.destroy();
  for (const [index, client] of clients.entries()) {
    if (index % 3 === 1) client.reset();
    if (index % 3 === 2) client.socket.destroy();
  }
  await until(() => reactor.connectionCount === 0, 'all to be gone');
  t.equal(loopOf(reactor).pool.queuedBytes, 0);
});
