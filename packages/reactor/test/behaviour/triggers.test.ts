/** Behaviours that must hold for every trigger, and in both hosts. */
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { LOOPS, TRIGGERS, dial, quiet, serve, until } from '../support/setting.js';

for (const trigger of TRIGGERS) {
  // In the dedicated host the clients, which live in the same thread, are served only between waits: once is enough.
  for (const loop of trigger === 'edge' ? LOOPS : (['embedded'] as const)) {
    const setting = { loop, listen: { trigger } };
    const under = `(${trigger}, ${loop})`;

    t.test(`behaviour 3: a burst is read to its end and answered in order ${under}`, async (t) => {
      const { port } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) }, setting);
      const client = await dial(t, port);
      const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) & 0xff));
      client.socket.write(sent);
      await until(() => client.receivedBytes >= sent.length, 'all bytes');
      t.ok(client.received.equals(sent));
    });

    t.test(`behaviour 4: a handler never runs twice at once for one connection ${under}`, async (t) => {
      let running = 0;
      let most = 0;
      const seen: string[] = [];
      const onData = async (connection: Connection, chunk: Buffer) => {
        seen.push(chunk.toString());
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        connection.write(`${seen.length};`);
        running--;
      };
      const { port } = await serve(t, { onData }, setting);
      const client = await dial(t, port);
      for (const part of ['a', 'b', 'c']) {
        client.socket.write(part);
        await quiet(2);
      }
      await until(() => seen.join('') === 'abc' && running === 0, 'all parts handled');
      t.equal(most, 1);
    });

    t.test(`behaviour 5: a half-close is its own event, after the bytes before it; the reply is flushed ${under}`, async (t) => {
      const events: string[] = [];
      const { port, reactor } = await serve(t, {
        onData: (_connection, chunk) => void events.push(`data ${chunk}`),
        async onHalfClose(connection) {
          events.push('half-close');
          await quiet(2);
          connection.write(Buffer.alloc(200_000, 'r'));
        },
        onClose: (_connection, reason) => void events.push(`close ${reason?.message}`),
      }, setting);
      const client = await dial(t, port);
      client.socket.end('last words');
      await until(() => client.closed, 'the close');
      t.equal(client.receivedBytes, 200_000);
      await until(() => events.length === 3, 'onClose');
      t.same(events, ['data last words', 'half-close', 'close undefined']);
      t.equal(reactor.connectionCount, 0);
    });

    t.test(`behaviour 5: half-close with reads paused: bytes first, the event after resume ${under}`, async (t) => {
      const events: string[] = [];
      let paused: Connection | undefined;
      const { port, reactor } = await serve(t, {
        onOpen(connection) {
          connection.pause();
          paused = connection;
        },
        onData: (_connection, chunk) => void events.push(`${chunk}`),
        onHalfClose: () => void events.push('half-close'),
      }, setting);
      const client = await dial(t, port);
      client.socket.end('kept');
      await until(() => paused !== undefined, 'the connection');
      await quiet();
      const turns = reactor.counters.turns;
      await quiet();
      t.same(events, [], 'nothing is delivered while reading is paused');
      t.ok(reactor.counters.turns - turns < 50, 'and the loop does not spin over the pending end');
      paused?.resume();
      await until(() => client.closed, 'the close');
      t.same(events, ['kept', 'half-close']);
    });

    t.test(`behaviour 6: a reset is reported once, as a coded error, open or paused ${under}`, async (t) => {
      for (const pause of [false, true]) {
        const reasons: (Error | undefined)[] = [];
        const { port, reactor } = await serve(t, {
          onOpen: (connection) => void (pause && connection.pause()),
          onClose: (_connection, reason) => void reasons.push(reason),
        }, setting);
        const client = await dial(t, port);
        await until(() => reactor.connectionCount === 1, 'the connection');
        client.reset();
        await until(() => reasons.length > 0, 'onClose');
        await quiet();
        t.equal(reasons.length, 1);
        t.match(reasons[0], { code: 'ECONNRESET' });
        t.equal(reactor.counters.failed, 1);
      }
    });

    t.test(`backpressure: a peer that does not read is not read either, and loses nothing ${under}`, async (t) => {
      let drains = 0;
      const { port, reactor } = await serve(t, {
        onData: (connection, chunk) => connection.write(chunk),
        onDrain: () => void drains++,
      }, setting);
      const client = await dial(t, port);
      client.socket.pause();
      const sent = Buffer.from(Array.from({ length: 12_000_000 }, (_, i) => (i >> 3) & 0xff));
      client.socket.write(sent);
      await until(() => [...reactor.connections()].some((connection) => connection.bytesQueued > 65_536), 'the queue to fill');
      await quiet();
      const [connection] = [...reactor.connections()];
      t.ok((connection?.bytesQueued ?? 0) <= 65_536 + 65_536, 'the queue ends with the chunk that crossed the mark');
      client.socket.resume();
      await until(() => client.receivedBytes >= sent.length, 'all bytes');
      t.ok(client.received.equals(sent));
      t.ok(drains > 0);
    });

    t.test(`a handler's promise holds back the half-close too ${under}`, async (t) => {
      const events: string[] = [];
      const { port } = await serve(t, {
        async onData() {
          events.push('start');
          await quiet(5);
          events.push('done');
        },
        onHalfClose: () => void events.push('half-close'),
      }, setting);
      const client = await dial(t, port);
      client.socket.end('x');
      await until(() => client.closed, 'the close');
      t.same(events, ['start', 'done', 'half-close']);
    });
  }
}
