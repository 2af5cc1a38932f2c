import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { TRIGGERS, dial, openReactor, quiet, serve, until, using } from '../support/setting.js';

const native = nativeKernel();

/** Bytes whose every position is told from its neighbours, also across a shift by a power of two. */
function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return bytes;
}

async function untilSome<T>(find: () => T[]): Promise<T[]> {
  await until(() => find().length > 0, 'a connection in the phase');
  return find();
}

/** Counts the sends that reach the kernel. */
function countingSends() {
  const counted = { sends: 0 };
  const kernel = {
    send: (...args: Parameters<typeof native.send>) => {
      counted.sends++;
      return native.send(...args);
    },
    sendMany: (base: Uint8Array, triples: Int32Array, count: number) => {
      counted.sends += count;
      return native.sendMany(base, triples, count);
    },
  };
  return { counted, kernel };
}

t.test('small writes of one dispatch leave in one send', async (t) => {
  const { counted, kernel } = countingSends();
  const onData = (connection: Connection) => {
    for (let i = 0; i < 50; i++) connection.write(`${i},`);
  };
  const { port } = await serve(t, { onData }, { kernel });
  const client = await dial(t, port);
  client.socket.write('go');
  const expected = Array.from({ length: 50 }, (_, i) => `${i},`).join('');
  await until(() => client.text === expected, 'all writes');
  t.equal(counted.sends, 1);
});

t.test('small and large writes, text and views, come in the order of writing', async (t) => {
  const large = pattern(300_000);
  const parts: (string | Uint8Array)[] = [];
  for (const length of [1, 47, 48, 49, 4095, 4096, 5000, 2, 16_384, 16_385, 100_000, 3, 16_383, 1]) {
    parts.push(large.subarray(length, 2 * length), new Uint8Array(large.buffer, large.byteOffset + 7, length), `ünïcode ${length} €;`, '', new Uint8Array(0));
  }
  const onData = (connection: Connection) => {
    for (const part of parts) connection.write(part);
    connection.end();
  };
  const { port } = await serve(t, { onData });
  const client = await dial(t, port);
  client.socket.end('go');
  await until(() => client.closed, 'the close');
  t.ok(client.received.equals(Buffer.concat(parts.map((part) => Buffer.from(part)))));
});

t.test('what was written may be overwritten at once', async (t) => {
  const onData = (connection: Connection) => {
    const bytes = Buffer.alloc(8_000_000, 'a');
    connection.write(bytes);
    bytes.fill('b');
    const few = Buffer.from('cc');
    connection.write(few);
    few.fill('d');
  };
  const { port } = await serve(t, { onData });
  const client = await dial(t, port);
  client.socket.pause();
  client.socket.write('go');
  await quiet();
  client.socket.resume();
  await until(() => client.receivedBytes === 8_000_002, 'all bytes');
  t.ok(client.received.equals(Buffer.concat([Buffer.alloc(8_000_000, 'a'), Buffer.from('cc')])));
});

t.test('a 64 MB echo through partial writes to an irregular reader loses and changes no byte', async (t) => {
  const { port, reactor } = await serve(t, { onData: (connection, chunk) => connection.write(chunk) });
  const client = await dial(t, port);
  const sent = pattern(64 * 1024 * 1024);
  client.socket.write(sent);
  let next = 0;
  let equal = true;
  client.socket.removeAllListeners('data');
  client.socket.on('data', (chunk) => {
    equal &&= chunk.equals(sent.subarray(next, next + chunk.length));
    next += chunk.length;
    if ((next >> 16) % 7 === 0) {
      client.socket.pause();
      setTimeout(() => client.socket.resume(), (next >> 16) % 3);
    }
  });
  await until(() => next === sent.length, 'all bytes', 30_000);
  t.ok(equal);
  t.equal(reactor.counters.bytesRead, sent.length);
  t.equal(reactor.counters.bytesWritten, sent.length);
});

t.test('write answers false above the high-water mark, and onDrain comes once the queue is at the low-water mark', async (t) => {
  const answers: boolean[] = [];
  const queuedAtDrain: number[] = [];
  let connection: Connection | undefined;
  const { port } = await serve(
    t,
    {
      onOpen: (opened) => void (connection = opened),
      onDrain: (drained) => void queuedAtDrain.push(drained.bytesQueued),
    },
    { listen: { highWaterBytes: 1_000_000, lowWaterBytes: 200_000 } },
  );
  const client = await dial(t, port);
  client.socket.pause();
  await until(() => connection !== undefined, 'the connection');
  const some = Buffer.alloc(100_000);
  while (answers.at(-1) !== false && answers.length < 1000) answers.push(connection?.write(some) ?? false);
  t.ok((connection?.bytesQueued ?? 0) > 1_000_000, 'false means above the mark');
  t.ok((connection?.bytesQueued ?? 0) <= 1_100_000, 'and it came with the first write above it');
  await quiet();
  t.same(queuedAtDrain, [], 'no drain while the peer does not read');
  client.socket.resume();
  await until(() => client.receivedBytes === answers.length * some.length, 'all bytes');
  await quiet(3);
  t.equal(queuedAtDrain.length, 1);
  t.ok((queuedAtDrain[0] ?? Number.NaN) <= 200_000);
  t.equal(connection?.write('x'), true, 'and writing may go on');
});

t.test('pauseOnBackpressure: false reads on above the high-water mark', async (t) => {
  let read = 0;
  const onData = (connection: Connection, chunk: Buffer) => {
    read += chunk.length;
    if (connection.bytesQueued === 0) connection.write(Buffer.alloc(8_000_000));
  };
  const { port } = await serve(t, { onData }, { listen: { pauseOnBackpressure: false } });
  const client = await dial(t, port);
  client.socket.pause();
  client.socket.write('first');
  await until(() => read === 5, 'the first');
  client.socket.write('second');
  await until(() => read === 11, 'the second');
  client.socket.destroy();
});

t.test('a queue above the hard cap closes the connection with EL_SLOW_CONSUMER', async (t) => {
  const reasons: (Error | undefined)[] = [];
  const answers: boolean[] = [];
  const onData = (connection: Connection) => {
    for (let i = 0; i < 300 && answers.at(-2) !== false; i++) answers.push(connection.write(Buffer.alloc(65_536)));
  };
  const { port, reactor } = await serve(
    t,
    { onData, onClose: (_connection, reason) => void reasons.push(reason) },
    { listen: { highWaterBytes: 65_535, lowWaterBytes: 1, maxQueuedBytes: 100_000 } },
  );
  const client = await dial(t, port);
  client.socket.pause();
  client.socket.write('go');
  await until(() => reasons.length > 0, 'onClose');
  t.match(reasons, [{ code: 'EL_SLOW_CONSUMER', message: /the cap is 100000/ }]);
  t.equal(answers.at(-1), false);
  t.ok(reactor.counters.bytesDiscarded > 100_000);
  t.equal(reactor.connectionCount, 0);
});

t.test('paused, a connection delivers nothing; resumed, all that waited', async (t) => {
  const seen: string[] = [];
  let connection: Connection | undefined;
  const onData = (from: Connection, chunk: Buffer) => {
    seen.push(`${chunk}`);
    connection = from;
    from.pause();
  };
  const { port } = await serve(t, { onData });
  const client = await dial(t, port);
  client.socket.write('one');
  await until(() => seen.length === 1, 'the first');
  t.equal(connection?.paused, true);
  client.socket.write('two');
  await quiet();
  t.same(seen, ['one']);
  connection?.resume();
  t.equal(connection?.paused, false);
  await until(() => seen.length === 2, 'the second');
  t.same(seen, ['one', 'two']);
});

t.test('end sends what is queued and then a FIN; the peer may go on until its own', async (t) => {
  const heard: string[] = [];
  const phases: string[] = [];
  const onData = (connection: Connection, chunk: Buffer) => {
    heard.push(`${chunk}`);
    if (heard.length > 1) return;
    connection.write(Buffer.alloc(6_000_000, 'q'));
    connection.end('last');
    phases.push(connection.phase);
    t.throws(() => connection.write('more'), { code: 'EL_WRITE_AFTER_END' });
    t.throws(() => connection.end('more'), { code: 'EL_WRITE_AFTER_END' });
    connection.end();
  };
  const { port, reactor } = await serve(t, {
    onData,
    onClose: (connection, reason) => void phases.push(connection.phase, String(reason)),
  });
  const client = await dial(t, port);
  client.socket.pause();
  client.socket.write('go');
  await until(() => phases.length === 1, 'the end');
  client.socket.resume();
  await until(() => client.ended, 'the FIN');
  t.equal(client.receivedBytes, 6_000_004);
  t.equal(client.text.slice(-5), 'qlast');
  t.equal(reactor.connectionCount, 1, 'our side still listens');
  client.socket.write('afterwards');
  await until(() => heard.length === 2, 'the bytes after our FIN');
  client.socket.end();
  await until(() => phases.length === 3, 'onClose');
  t.same(heard, ['go', 'afterwards']);
  t.same(phases, ['draining', 'closed', 'undefined']);
});

t.test('on a closed connection write answers false, and nothing else happens', async (t) => {
  let answer: boolean | undefined;
  const onData = (connection: Connection) => {
    connection.destroy();
    answer = connection.write('too late');
    connection.end('too late');
    connection.pause();
    connection.resume();
    connection.destroy(new Error('too late'));
    t.equal(connection.localPort, undefined);
    t.equal(connection.phase, 'closed');
  };
  const reasons: (Error | undefined)[] = [];
  const { port, reactor } = await serve(t, { onData, onClose: (_connection, reason) => void reasons.push(reason) });
  const client = await dial(t, port);
  client.socket.write('x');
  await until(() => client.closed || client.ended, 'the close');
  t.equal(answer, false);
  t.same(reasons, [undefined]);
  t.equal(reactor.counters.closed, 1);
});

t.test('destroyed in whatever hook, a connection hears onClose once, last, with the reason', async (t) => {
  for (const hook of ['state', 'onOpen', 'onData', 'onHalfClose', 'onDrain', 'onClose'] as const) {
    const calls: string[] = [];
    const reason = new Error(`in ${hook}`);
    let reactorConnections: () => Connection[] = () => [];
    const act = (name: string) => (connection: Connection) => {
      calls.push(name);
      if (name === 'onData' && hook === 'onDrain') connection.write(Buffer.alloc(6_000_000));
      if (name === hook) connection.destroy(reason);
    };
    const { port, reactor } = await serve(t, {
      onOpen: act('onOpen'), onData: act('onData'), onHalfClose: act('onHalfClose'), onDrain: act('onDrain'),
      onClose(connection: Connection, why: Error | undefined) {
        act('onClose')(connection);
        calls.push(why === undefined ? 'orderly' : why.message);
      },
    }, {
      state() {
        calls.push('state');
        if (hook === 'state') for (const connection of reactorConnections()) connection.destroy(reason);
      },
    });
    reactorConnections = () => [...reactor.connections()];
    const client = await dial(t, port);
    client.socket.end('x');
    await until(() => calls.includes('onClose'), `onClose after destroy in ${hook}`);
    await quiet(3);
    t.equal(calls.filter((call) => call === 'onClose').length, 1, hook);
    t.equal(calls.at(-1), hook === 'onClose' ? 'orderly' : `in ${hook}`);
    t.equal(reactor.connectionCount, 0);
  }
});

t.test('a connection knows its addresses, its bytes and an id of its own', async (t) => {
  const ids = new Set<number>();
  const seen: object[] = [];
  const onData = (connection: Connection, chunk: Buffer) => {
    ids.add(connection.id);
    connection.write(chunk);
    seen.push({
      remoteAddress: connection.remoteAddress, remotePort: connection.remotePort,
      localAddress: connection.localAddress, localPort: connection.localPort,
      bytesRead: connection.bytesRead, bytesQueued: connection.bytesQueued,
    });
  };
  const written: number[] = [];
  const { port } = await serve(t, { onData, onClose: (connection) => void written.push(connection.bytesWritten) });
  for (let i = 0; i < 3; i++) {
    const client = await dial(t, port);
    const { localPort } = client.socket;
    await client.echo('12345');
    t.same(seen.at(-1), { remoteAddress: '127.0.0.1', remotePort: localPort, localAddress: '127.0.0.1', localPort: port, bytesRead: 5, bytesQueued: 5 });
    client.socket.end();
    await until(() => written.length === i + 1, 'the close');
  }
  t.same(written, [5, 5, 5]);
  t.equal(ids.size, 3, 'a reused slot gives another id');
});

t.test('one handler may write to a thousand others: all hear it, in order, in one send each', async (t) => {
  const { counted, kernel } = countingSends();
  const { port, reactor } = await serve(t, {
    onData() {
      for (const connection of reactor.connections()) {
        for (const word of ['to ', 'all ', 'of you']) connection.write(word);
      }
    },
  }, { kernel });
  const clients = await Promise.all(Array.from({ length: 1000 }, () => dial(t, port)));
  await until(() => reactor.connectionCount === 1000, 'a thousand connections');
  clients[500]?.socket.write('go');
  await until(() => clients.every((client) => client.receivedBytes >= 13), 'all to hear');
  t.ok(clients.every((client) => client.text === 'to all of you'));
  t.equal(counted.sends, 1000);
  for (const client of clients) client.socket.destroy();
});

t.test('onClose and onDrain may close others', async (t) => {
  const closed: number[] = [];
  const { port, reactor } = await serve(t, {
    onData: (connection: Connection) => connection.write(Buffer.alloc(6_000_000)),
    onDrain(connection: Connection) {
      for (const other of reactor.connections()) if (other !== connection) other.destroy();
      connection.destroy();
    },
    onClose: (connection: Connection) => {
      closed.push(connection.id);
      for (const other of reactor.connections()) other.destroy();
    },
  });
  const clients = await Promise.all(Array.from({ length: 20 }, () => dial(t, port)));
  await until(() => reactor.connectionCount === 20, 'the connections');
  clients[3]?.socket.write('go');
  await until(() => closed.length === 20, 'all to close');
  await quiet(3);
  t.equal(new Set(closed).size, 20);
  t.equal(closed.length, 20);
});

t.test('debug mode makes a chunk that was kept too long unmistakable', async (t) => {
  for (const debug of [true, false]) {
    let kept: Buffer | undefined;
    let inside = '';
    const onData = (_connection: Connection, chunk: Buffer) => {
      kept = chunk;
      inside = chunk.toString();
    };
    const { port } = await serve(t, { onData }, { debug });
    (await dial(t, port)).socket.write('mine');
    await until(() => inside !== '', 'the chunk');
    t.equal(inside, 'mine');
    t.equal(kept?.toString('hex'), debug ? 'dbdbdbdb' : Buffer.from('mine').toString('hex'));
  }
});

t.test('chunks of exactly the buffer size, one less and one more are read to their end, and so is the FIN', async (t) => {
  for (const trigger of ['edge', 'level', 'oneshot']) {
    for (const length of [1023, 1024, 1025, 2048]) {
      let halfClosed = false;
      let read = 0;
      let longest = 0;
      const { port } = await serve(t, {
        onData(_connection, chunk) {
          read += chunk.length;
          longest = Math.max(longest, chunk.length);
        },
        onHalfClose: () => void (halfClosed = true),
      }, { readBufferBytes: 1024, listen: { trigger } });
      const client = await dial(t, port);
      client.socket.write(Buffer.alloc(length));
      await until(() => read === length, `${length} bytes (${trigger})`);
      client.socket.end();
      await until(() => halfClosed, `the half-close after ${length} bytes (${trigger})`);
      t.ok(longest <= 1024);
    }
  }
});

t.test('onDrain may write without end: it never runs inside a write, however fast the socket takes it', async (t) => {
  let depth = 0;
  let deepest = 0;
  let rounds = 0;
  const fill = (connection: Connection) => {
    deepest = Math.max(deepest, ++depth);
    if (rounds++ < 3000) connection.write(Buffer.alloc(200));
    depth--;
  };
  let connection: Connection | undefined;
  const { port, reactor } = await serve(t, {
    onOpen: (opened: Connection) => void (connection = opened), onDrain: fill,
  }, { listen: { highWaterBytes: 100, lowWaterBytes: 10 } });
  const client = await dial(t, port);
  await until(() => connection !== undefined, 'the connection');
  if (connection !== undefined) fill(connection);
  await until(() => rounds > 3000 || reactor.connectionCount === 0, 'the rounds');
  t.equal(deepest, 1);
  t.equal(reactor.counters.handlerFailures, 0);
  client.socket.destroy();
});

for (const trigger of TRIGGERS) {
  t.test(`regression: a connection that breaks in a write which crosses the high-water mark hung for ever (${trigger})`, async (t) => {
    const reasons: (Error | undefined)[] = [];
    const reactor = openReactor(t);
    const plugin = using(reactor, { onClose: (_connection, reason) => void reasons.push(reason) });
    const rude = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    t.teardown(() => rude.close());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port } = rude.address() as AddressInfo;
    const reset = new Promise<void>((resolve) => rude.once('connection', (socket) => socket.once('close', () => resolve())));
    const connection = await plugin.connect({ host: '127.0.0.1', port, trigger });
    connection.write(Buffer.alloc(5000));
    await reset;
    connection.write(Buffer.alloc(5000));
    connection.write(Buffer.alloc(100_000));
    await until(() => reasons.length === 1, 'onClose');
    t.match(reasons[0], { code: /^(ECONNRESET|EPIPE)$/ });
    t.equal(reactor.connectionCount, 0);
  });
}

t.test('a peer that half-closes before it has read all does not make those throw who write to it', async (t) => {
  const heard: string[] = [];
  const { port, reactor } = await serve(t, {
    onData(_connection: Connection, chunk: Buffer) {
      heard.push(`${chunk}`);
      for (const other of reactor.connections()) other.write(`${chunk}` === 'fill' ? Buffer.alloc(8_000_000) : chunk);
    },
  }, { listen: { pauseOnBackpressure: false } });
  const slow = await dial(t, port);
  slow.socket.pause();
  slow.socket.end('fill');
  const [draining] = await untilSome(() => [...reactor.connections()].filter(({ phase }) => phase === 'draining'));
  const speaker = await dial(t, port);
  speaker.socket.write('hello');
  await until(() => heard.length === 2, 'the second');
  t.equal(draining?.phase, 'draining', 'the slow peer is still being sent to');
  await quiet();
  t.equal(reactor.counters.handlerFailures, 0, 'its half-close is not the fault of the handler that writes to all');
  t.equal(speaker.text, 'hello');
});

t.test('async handlers: onHalfClose may take its time, the FIN follows only then', async (t) => {
  let finish: () => void = () => {};
  const { port } = await serve(t, {
    onHalfClose: (connection: Connection) =>
      new Promise<void>((resolve) => {
        finish = () => {
          connection.write('late');
          resolve();
        };
      }),
  });
  const client = await dial(t, port);
  client.socket.end();
  await quiet();
  t.equal(client.ended, false);
  finish();
  await until(() => client.closed, 'the close');
  t.equal(client.text, 'late');
});

t.test('connectionCount and connections agree inside every hook', async (t) => {
  const counts: [string, number, number][] = [];
  const note = (hook: string) => () => void counts.push([hook, reactor.connectionCount, [...reactor.connections()].length]);
  const reactor = openReactor(t);
  const plugin = using(reactor, { onOpen: note('onOpen'), onData: note('onData'), onHalfClose: note('onHalfClose'), onClose: note('onClose') });
  const { address } = await plugin.listen({ port: 0 });
  const client = await dial(t, address.port);
  client.socket.end('x');
  await until(() => client.closed, 'the close');
  await until(() => counts.length === 4, 'the hooks');
  t.same(counts, [['onOpen', 1, 1], ['onData', 1, 1], ['onHalfClose', 1, 1], ['onClose', 0, 0]]);
});
