/** How connections end: in which phase a reset meets them, what is reported, and what is left. */
import t from 'tap';
import type { Connection } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { LOOPS, TRIGGERS, dial, quiet, serve, until } from '../support/setting.js';

const native = nativeKernel();

interface Phase {
  readonly name: string;
  /** Brings the connection there: by its hooks, before the client resets. */
  readonly onData: (connection: Connection) => void;
  readonly reached: (connection: Connection) => boolean;
  readonly listen?: object;
}

const PHASES: Phase[] = [
  { name: 'open', onData: () => {}, reached: ({ bytesRead }) => bytesRead > 0 },
  { name: 'paused', onData: (connection) => connection.pause(), reached: ({ paused }) => paused },
  {
    name: 'open with queued bytes',
    onData: (connection) => void connection.write(Buffer.alloc(8_000_000)),
    reached: ({ bytesQueued }) => bytesQueued > 0,
  },
  {
    name: 'open with queued bytes and still read',
    onData: (connection) => void connection.write(Buffer.alloc(8_000_000)),
    reached: ({ bytesQueued }) => bytesQueued > 0,
    listen: { pauseOnBackpressure: false },
  },
  {
    name: 'draining',
    onData: (connection) => connection.end(Buffer.alloc(8_000_000)),
    reached: ({ phase, bytesQueued }) => phase === 'draining' && bytesQueued > 0,
  },
  { name: 'closing', onData: (connection) => connection.end(), reached: ({ phase }) => phase === 'closing' },
];

for (const trigger of TRIGGERS) {
  for (const loop of LOOPS) {
    for (const { name, onData, reached, listen } of PHASES) {
      t.test(`behaviour 6: a reset that meets a connection ${name} is reported as ECONNRESET, once (${trigger}, ${loop})`, async (t) => {
        const reasons: (Error | undefined)[] = [];
        const { port, reactor } = await serve(t, { onData, onClose: (_connection: Connection, reason: Error | undefined) => void reasons.push(reason) }, { loop, listen: { trigger, ...listen } });
        const client = await dial(t, port);
        client.socket.pause();
        client.socket.write('go');
        await until(() => [...reactor.connections()].some(reached), `the connection to be ${name}`);
        client.reset();
        await until(() => reasons.length > 0, 'onClose');
        await quiet(2);
        t.equal(reasons.length, 1);
        t.match(reasons[0], { name: 'SystemError', code: 'ECONNRESET' });
        t.match(reactor.counters, { closed: 1, failed: 1 });
        t.equal(reactor.connectionCount, 0);
      });
    }
  }

  t.test(`behaviour 6: bytes that came before a reset are delivered, then the reset is reported, also to one that answers (${trigger})`, async (t) => {
    const events: string[] = [];
    let held: Connection | undefined;
    const { port } = await serve(t, {
      onOpen: (connection) => {
        held = connection;
        connection.pause();
      },
      onData(connection, chunk) {
        events.push(`${chunk}`);
        connection.write(chunk);
      },
      onClose: (_connection, reason) => void events.push((reason as { code?: string } | undefined)?.code ?? 'orderly'),
    }, { listen: { trigger } });
    const client = await dial(t, port);
    await until(() => held !== undefined, 'the connection');
    // All in one go, so that one event brings bytes and reset to a connection that reads.
    client.socket.write('last words');
    held?.resume();
    client.reset();
    await until(() => events.length >= 2, 'the end');
    t.same(events, ['last words', 'ECONNRESET']);
  });

  t.test(`an error that recv reports to a connection which another handler pauses at that moment is not lost (${trigger})`, async (t) => {
    const events: string[] = [];
    let victim: Connection | undefined;
    let broken = -1;
    const kernel = {
      recvMany(base: Uint8Array, triples: Int32Array, count: number, enough: number): number {
        const fds = Array.from({ length: count }, (_, i) => triples[i * 3] as number);
        const done = native.recvMany(base, triples, count, enough);
        // recv(2) takes the pending error off the socket: it says so once.
        for (let i = 0; i < done; i++) if (fds[i] === broken && victim?.paused === false) triples[i * 3] = -104;
        if (done > 1) broken = -1;
        return done;
      },
    };
    const { port, reactor } = await serve(t, {
      onData(connection, chunk) {
        if (`${chunk}` === 'who are you?') victim = connection;
        else if (connection !== victim) victim?.pause();
      },
      onHalfClose: () => void events.push('half-close'),
      onClose: (connection, reason) => void (connection === victim && events.push((reason as { code?: string } | undefined)?.code ?? 'orderly')),
    }, { kernel, listen: { trigger } });
    const first = await dial(t, port);
    const second = await dial(t, port);
    await until(() => reactor.connectionCount === 2, 'both');
    second.socket.write('who are you?');
    await until(() => victim !== undefined, 'the second');
    broken = (victim as unknown as { fd: number }).fd;
    first.socket.write('pause the other');
    second.socket.write('x');
    second.socket.end();
    await until(() => broken === -1 || events.length > 0, 'the batch');
    await quiet(3);
    victim?.resume();
    await until(() => events.length > 0 && events.at(-1) !== 'half-close', 'the end');
    t.same(events, ['ECONNRESET']);
  });
}

t.test('behaviour 5: the answer to a half-close is sent whole, however large, before our side is shut', async (t) => {
  for (const trigger of TRIGGERS) {
    const { port } = await serve(t, { onHalfClose: (connection) => void connection.write(Buffer.alloc(9_000_000, 'z')) }, { listen: { trigger } });
    const client = await dial(t, port);
    client.socket.pause();
    client.socket.end();
    await quiet(3);
    client.socket.resume();
    await until(() => client.closed, 'the close');
    t.equal(client.receivedBytes, 9_000_000);
    t.equal(client.error, undefined);
  }
});
