/** Behaviour 9, asserted by the order of deliveries and not by the clock. */
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { start } from '../support/child.js';
import { LOOPS, TRIGGERS, dial, serve, until } from '../support/setting.js';

const PINGERS = 63;
const PINGS = 30;

for (const trigger of TRIGGERS) {
  for (const loop of LOOPS) {
    t.test(`behaviour 9: one endless stream does not starve 63 pingers (${trigger}, ${loop})`, async (t) => {
      const deliveries: { turn: number; connection: number }[] = [];
      let streamed = 0;
      let stream: Connection | undefined;
      const { port, reactor } = await serve(t, {
        onData(connection: Connection, chunk: Buffer) {
          deliveries.push({ turn: reactor.counters.turns, connection: connection.id });
          if (chunk[0] === 0x73) stream = connection;
          if (connection === stream) streamed += chunk.length;
          else connection.write(chunk);
        },
      }, { loop, listen: { trigger } });
      const child = start(t, `
        import { connect } from 'node:net';
        const connected = () => new Promise((resolve) => { const socket = connect(${port}, '127.0.0.1', () => resolve(socket)); });
        const streamer = await connected();
        const block = Buffer.alloc(1 << 20, 's');
        let streaming = true;
        const pour = () => { while (streaming && streamer.write(block)); };
        streamer.on('drain', pour);
        pour();
        const ping = async () => {
          const socket = await connected();
          for (let i = 0; i < ${PINGS}; i++) {
            socket.write('p');
            await new Promise((resolve) => socket.once('data', resolve));
          }
          socket.end();
        };
        await Promise.all(Array.from({ length: ${PINGERS} }, ping));
        process.stdout.write('done');
        streaming = false;
        streamer.destroy();
      `);
      await until(() => child.stdout === 'done', 'all pings while the stream runs', 30_000);
      await child.finished;
      t.ok(streamed > 1_000_000, 'the stream ran');
      t.equal(deliveries.filter(({ connection }) => connection !== stream?.id).length, PINGERS * PINGS);
      let inTurn = new Set<number>();
      let turn = -1;
      let twice = 0;
      for (const delivery of deliveries) {
        if (delivery.turn !== turn) inTurn = new Set();
        turn = delivery.turn;
        if (inTurn.has(delivery.connection)) twice++;
        inTurn.add(delivery.connection);
      }
      t.equal(twice, 0, 'no connection has a second delivery in a turn');
    });
  }
}

t.test('behaviour 9: whoever is ready is served once between two deliveries of a connection that always is', async (t) => {
  const order: string[] = [];
  const names = new Map<number, string>();
  const { port, reactor } = await serve(t, {
    onData(connection: Connection, chunk: Buffer) {
      if (!names.has(connection.id)) names.set(connection.id, chunk.toString()[0] ?? '');
      order.push(names.get(connection.id) ?? '');
    },
  }, { readBufferBytes: 1000 });
  const clients = await Promise.all(Array.from({ length: 4 }, () => dial(t, port)));
  await until(() => reactor.connectionCount === 4, 'the connections');
  // All at once: each has fifty buffers' worth waiting when the first turn comes.
  for (const [i, client] of clients.entries()) client.socket.write('abcd'.charAt(i).repeat(50_000));
  await until(() => reactor.counters.bytesRead === 200_000, 'all bytes');
  const rounds = order.join('').match(/.{4}/g) ?? [];
  t.equal(rounds.length, 50);
  t.ok(rounds.every((round) => round.split('').sort().join('') === 'abcd'), order.join(''));
});
