import t, { type Test } from 'tap';
import { type Connection, type Hooks, LineDecoder } from '../../src/index.js';
import { AF_INET, EINTR, IPPROTO_TCP, SOCK_STREAM, SOL_SOCKET, SO_KEEPALIVE, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_USER_TIMEOUT } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { EPOLL_BATCH_EVENTS } from '../../src/limits.js';
import { encodeAddress } from '../../src/net/address.js';
import { LOOPS, TRIGGERS, descriptorOf, dial, loopOf, memoryLog, openReactor, serve, until, using } from '../support/setting.js';
import { SlowReader } from '../support/slow-reader.js';

const native = nativeKernel();
const ENOSPC = -28;
const LIMIT_MS = 60;
/** Where the peer is to meet it, with what it does every 10 ms, on a busy machine too. */
const LENIENT_MS = 250;
const BULK = Buffer.alloc(8_000_000);
const COUNTERS = ['handshakeTimeouts', 'messageTimeouts', 'writeTimeouts', 'idleTimeouts', 'lifetimeTimeouts'] as const;

interface Ending {
  readonly code: string | undefined;
  readonly message: string;
  readonly atMs: number;
  readonly discarded: number;
}

interface Deadline {
  readonly option: string;
  readonly code: string;
  readonly counter: (typeof COUNTERS)[number];
  /** What keeps the peer from meeting it. */
  readonly onData?: (connection: Connection) => void;
}

const DEADLINES: Deadline[] = [
  { option: 'handshakeTimeoutMs', code: 'EL_HANDSHAKE_TIMEOUT', counter: 'handshakeTimeouts' },
  { option: 'messageTimeoutMs', code: 'EL_MESSAGE_TIMEOUT', counter: 'messageTimeouts', onData: (connection) => connection.beginMessage() },
  { option: 'writeTimeoutMs', code: 'EL_WRITE_TIMEOUT', counter: 'writeTimeouts', onData: (connection) => void connection.write(BULK) },
  { option: 'idleTimeoutMs', code: 'EL_IDLE_TIMEOUT', counter: 'idleTimeouts', onData: () => {} },
  { option: 'lifetimeMs', code: 'EL_LIFETIME_EXCEEDED', counter: 'lifetimeTimeouts', onData: (connection) => void connection.write('x') },
];

/** Hooks that note how connections end. */
function noting<State = undefined>(endings: Ending[], hooks: Hooks<State> = {}): Hooks<State> {
  return {
    ...hooks,
    onClose(connection, reason) {
      const code = (reason as { code?: string } | undefined)?.code;
      endings.push({ code, message: reason?.message ?? '', atMs: performance.now(), discarded: connection.bytesDiscarded });
    },
  };
}

/** Answers each line; a line that is not complete is a message under way. */
const LINES: Hooks<LineDecoder> = {
  onData(connection, chunk) {
    for (const line of connection.state.decode(chunk)) {
      connection.endMessage();
      connection.write(line);
    }
    if (connection.state.pendingBytes > 0) connection.beginMessage();
  },
};

/**
 * Lets a moment pass, doing something now and then meanwhile. A test that needs longer than that proves less, but does not fail. The
 * first step is measured from `sinceMs` on, when what is waited for began.
 */
async function passing(ms: number, now: () => void = () => {}, sinceMs = performance.now()): Promise<void> {
  const endMs = performance.now() + ms;
  for (let stepMs = sinceMs; stepMs < endMs; ) {
    now();
    await new Promise((resolve) => setTimeout(resolve, LIMIT_MS / 6));
    const beforeMs = stepMs;
    stepMs = performance.now();
    longestStepMs = Math.max(longestStepMs, stepMs - beforeMs);
  }
}

/** Of all that `passing` has taken, since it was set to 0. */
let longestStepMs = 0;
const ATTEMPTS = 10;

/**
 * A test of a peer that is slow, but never too slow. The peer is this process: where the machine kept it from doing its part in
 * time, the deadline was right to end it, and the test begins anew. `body` returns what is to be looked at if it was not so.
 */
function outliving(name: string, body: (t: Test) => Promise<() => Promise<void> | void>): void {
  t.test(name, async (t) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      longestStepMs = 0;
      const look = await body(t);
      if (longestStepMs < LENIENT_MS / 2) return look();
      t.comment(`this process had to wait for ${Math.round(longestStepMs)} ms: once more`);
    }
    t.fail(`of ${ATTEMPTS} attempts none was left alone by the rest of the machine`);
  });
}

for (const trigger of TRIGGERS) {
  for (const loop of LOOPS) {
    for (const { option, code, counter, onData } of DEADLINES) {
      t.test(`${option} ends a connection with ${code}, counted, told, and not before its time (${trigger}, ${loop})`, async (t) => {
        const endings: Ending[] = [];
        const log = memoryLog();
        const hooks = noting(endings, onData === undefined ? {} : { onData: (connection) => onData(connection) });
        const { port, reactor } = await serve(t, hooks, { loop, log, listen: { trigger, [option]: LIMIT_MS, maxQueuedBytes: BULK.length } });
        const beganMs = performance.now();
        const client = new SlowReader(t, port);
        if (onData !== undefined) client.send('x');
        await until(() => endings.length > 0, 'the deadline');
        const [ending] = endings as [Ending];
        t.equal(ending.code, code);
        t.match(ending.message, new RegExp(`^connection \\d+: 127\\.0\\.0\\.1:\\d+ has .*\\(${option} is ${LIMIT_MS}\\)$`));
        t.ok(ending.atMs - beganMs >= LIMIT_MS, 'not early');
        t.same(COUNTERS.filter((name) => reactor.counters[name] > 0), [counter]);
        t.match(reactor.counters, { [counter]: 1, closed: 1, failed: 1, bytesDiscarded: ending.discarded });
        t.equal(ending.discarded > 0, option === 'writeTimeoutMs', 'only that one has something to discard');
        t.match(log.lines.filter(({ event }) => event === 'connection.failed'), [{ level: 'info', bytesDiscarded: ending.discarded, err: { code } }]);
        t.equal(endings.length, 1);
        await until(() => (client.read(), client.end !== undefined), 'the client to see the end');
        t.equal(client.end, ending.discarded > 0 ? 'RST' : 'FIN', 'what is cut short does not look complete');
      });
    }
  }

  t.test(`a slow sender, a byte now and then, meets idleTimeoutMs and is ended by messageTimeoutMs (${trigger})`, async (t) => {
    const endings: Ending[] = [];
    const { port, reactor } = await serve(t, noting(endings, LINES), { state: () => new LineDecoder(), listen: { trigger, messageTimeoutMs: LIMIT_MS, idleTimeoutMs: LIMIT_MS * 20 } });
    const client = new SlowReader(t, port);
    await until(() => (client.send('x'), endings.length > 0), 'the deadline');
    t.equal(endings[0]?.code, 'EL_MESSAGE_TIMEOUT');
    t.ok(reactor.counters.bytesRead > 1);
  });

  outliving(`each message has messageTimeoutMs of its own, also one whose begin comes with the end of the one before (${trigger})`, async (t) => {
    const endings: Ending[] = [];
    const { port, reactor } = await serve(t, noting(endings, LINES), { state: () => new LineDecoder(), listen: { trigger, messageTimeoutMs: LENIENT_MS } });
    const client = new SlowReader(t, port);
    client.send('one');
    await passing(LENIENT_MS * 3, () => client.send('\nthe next'));
    client.send('\n');
    return async () => {
      t.same(endings, [], 'there was always a message under way, and none for too long');
      await until(() => (client.read(), client.receivedBytes > 8), 'the last answer');
      await passing(LENIENT_MS * 1.5);
      t.same(endings, [], 'none is waited for between messages');
      t.ok(reactor.counters.messageTimeouts === 0);
    };
  });

  for (const size of [1, 8000]) {
    for (const direction of ['in', 'out'] as const) {
      outliving(`a connection with ${size} bytes ${direction} now and then outlives idleTimeoutMs (${trigger})`, async (t) => {
        const endings: Ending[] = [];
        const { port, plugin } = await serve(t, noting(endings), { listen: { trigger, idleTimeoutMs: LENIENT_MS } });
        const client = await dial(t, port);
        await passing(LENIENT_MS * 2, () => {
          if (direction === 'in') client.socket.write(Buffer.alloc(size));
          for (const connection of plugin.connections()) if (direction === 'out') connection.write(Buffer.alloc(size));
        });
        const meanwhile = [...endings];
        return async () => {
          t.same(meanwhile, []);
          await until(() => endings.length > 0, 'the end');
          t.equal(endings[0]?.code, 'EL_IDLE_TIMEOUT');
        };
      });
    }
  }

  t.test(`a handler that takes its time is not held against the peer, before its first byte, within a message or when idle (${trigger})`, async (t) => {
    const endings: Ending[] = [];
    const waits: (() => void)[] = [];
    const waiting = () => new Promise<void>((resolve) => waits.push(resolve));
    const hooks = noting(endings, {
      onOpen: waiting,
      onData(connection, chunk) {
        if (chunk.at(-1) === 10) connection.endMessage();
        else connection.beginMessage();
        return waiting();
      },
    });
    const listen = { trigger, handshakeTimeoutMs: LIMIT_MS * 2, messageTimeoutMs: LIMIT_MS * 2, idleTimeoutMs: LIMIT_MS * 2 };
    const { port } = await serve(t, hooks, { listen });
    const client = new SlowReader(t, port);
    for (const text of ['begin', 'end\n', 'begin']) {
      await until(() => waits.length > 0, 'the handler');
      client.send(text);
      await passing(LIMIT_MS * 5);
      t.same(endings, [], `before ${text} is read`);
      waits.shift()?.();
    }
    await until(() => waits.length > 0, 'the last handler');
    const settledMs = performance.now();
    waits.shift()?.();
    await until(() => endings.length > 0, 'the end');
    t.match(endings, [{ code: 'EL_MESSAGE_TIMEOUT' }]);
    t.ok((endings[0]?.atMs ?? 0) - settledMs >= LIMIT_MS * 2, 'the peer had the whole time for itself');
  });

  t.test(`a handler for each byte does not make time for a slow sender (${trigger})`, async (t) => {
    const endings: Ending[] = [];
    const onData = async (connection: Connection) => {
      connection.beginMessage();
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const { port, reactor } = await serve(t, noting(endings, { onData }), { listen: { trigger, messageTimeoutMs: LENIENT_MS } });
    const client = new SlowReader(t, port);
    await passing(LENIENT_MS * 4, () => client.send('x'));
    t.ok(reactor.counters.bytesRead > 2, 'there were several handlers');
    t.equal(endings[0]?.code, 'EL_MESSAGE_TIMEOUT');
  });

  outliving(`a peer that takes a little now and then outlives writeTimeoutMs, however little the kernel makes of it (${trigger})`, async (t) => {
    const endings: Ending[] = [];
    const { port, plugin } = await serve(t, noting(endings, { onData: (connection) => void connection.write(BULK) }), { listen: { trigger, writeTimeoutMs: LENIENT_MS } });
    const client = new SlowReader(t, port, 256 * 1024);
    const sentMs = performance.now();
    client.send('x');
    await until(() => [...plugin.connections()].some(({ bytesQueued }) => bytesQueued > 0), 'a full socket');
    await passing(LENIENT_MS * 3, () => client.read(32 * 1024), sentMs);
    const meanwhile = [...endings];
    return async () => {
      t.same(meanwhile, []);
      t.ok(client.receivedBytes < BULK.length / 2, 'it has been slow');
      await until(() => endings.length > 0, 'the end');
      t.equal(endings[0]?.code, 'EL_WRITE_TIMEOUT');
    };
  });

  t.test(`a dialled connection has deadlines too (${trigger})`, async (t) => {
    const { port } = await serve(t, {});
    for (const { option, code, counter } of DEADLINES.filter((deadline) => !['messageTimeoutMs', 'writeTimeoutMs'].includes(deadline.option))) {
      const endings: Ending[] = [];
      const reactor = openReactor(t);
      const beganMs = performance.now();
      await using(reactor, noting(endings)).connect({ host: '127.0.0.1', port, trigger, [option]: LIMIT_MS });
      await until(() => endings.length > 0, option);
      t.match(endings, [{ code }]);
      t.ok((endings[0]?.atMs ?? 0) - beganMs >= LIMIT_MS);
      t.equal(reactor.counters[counter], 1);
    }
  });
}

t.test('a connection without deadlines has no alarm, one with all of them has one, and none is left when it has ended', async (t) => {
  const all = Object.fromEntries(DEADLINES.map(({ option }) => [option, 60_000]));
  for (const { listen, alarms } of [{ listen: {}, alarms: 0 }, { listen: all, alarms: 1 }]) {
    const { port, reactor } = await serve(t, {}, { listen });
    const clock = loopOf(reactor).clock;
    for (let round = 0; round < 10; round++) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => dial(t, port)));
      await until(() => reactor.connectionCount === 100, 'a hundred connections');
      t.equal(clock.pending, alarms * 100);
      for (const [index, client] of clients.entries()) {
        if (index % 2 === 0) client.socket.destroy();
        else client.reset();
      }
      await until(() => reactor.connectionCount === 0, 'all to end');
      t.equal(clock.pending, 0);
    }
  }
});

t.test('a message that begins on a connection that has ended sets no alarm, and counts no timeout', async (t) => {
  let ended: Connection | undefined;
  const { port, reactor } = await serve(t, {
    onData(connection) {
      connection.destroy();
      connection.beginMessage();
      ended = connection;
    },
  }, { listen: { messageTimeoutMs: 5 } });
  const client = await dial(t, port);
  client.socket.write('x');
  await until(() => ended !== undefined && reactor.connectionCount === 0, 'the end');
  t.equal(loopOf(reactor).clock.pending, 0);
  t.equal(reactor.counters.messageTimeouts, 0);
  await reactor.close();
  t.doesNotThrow(() => ended?.beginMessage(), 'nor is a clock asked that is gone');
});

t.test('a connection that could not enter the epoll set has left no alarm that would ring for it', async (t) => {
  let full = false;
  const kernel = { epollAdd: (...args: Parameters<typeof native.epollAdd>) => (full ? ENOSPC : native.epollAdd(...args)) };
  const { port, reactor } = await serve(t, {}, { kernel, listen: { handshakeTimeoutMs: 5 } });
  full = true;
  const client = await dial(t, port);
  await until(() => reactor.counters.shed === 1, 'the connection to be shed');
  t.equal(loopOf(reactor).clock.pending, 0);
  await until(() => client.ended || client.error !== undefined, 'the client to see it');
});

// A process may be stopped for longer than any deadline: by SIGSTOP, by a debugger, with its whole machine.
const STOPPED_MS = 60_000;

t.test('a wait that a signal has interrupted is no proof of silence: after SIGCONT the bytes that have come meanwhile count', async (t) => {
  let stoppedMs = 0;
  let interrupted = false;
  const epollWait = (...args: Parameters<typeof native.epollWait>) => {
    const result = interrupted ? -EINTR : native.epollWait(...args);
    interrupted = false;
    return result;
  };
  const kernel = { now: () => native.now() + stoppedMs, epollWait };
  const echo: Hooks<undefined> = { onData: (connection, chunk) => void connection.write(chunk) };
  const { port, reactor } = await serve(t, echo, { kernel, listen: { idleTimeoutMs: 30_000 } });
  const client = await dial(t, port);
  t.equal(await client.echo('before'), 'before');
  stoppedMs = STOPPED_MS;
  interrupted = true;
  t.equal(await client.echo('meanwhile'), 'meanwhile');
  t.equal(reactor.counters.idleTimeouts, 0);
});

t.test('who has spoken while the process was stopped is not idle, also where more have spoken than one wait tells of', async (t) => {
  let nowMs = native.now();
  let heard = 0;
  const onData = () => void heard++;
  const { port, reactor } = await serve(t, { onData }, { kernel: { now: () => nowMs }, listen: { idleTimeoutMs: 30_000 } });
  const { bytes } = encodeAddress('127.0.0.1', port);
  const clients: number[] = [];
  t.teardown(() => clients.forEach((fd) => native.close(fd)));
  while (clients.length < EPOLL_BATCH_EVENTS + 300) {
    clients.push(native.socket(AF_INET, SOCK_STREAM));
    native.connect(clients.at(-1) as number, bytes, bytes.length);
    if (clients.length % 100 === 0) await until(() => reactor.connectionCount === clients.length, 'the connections');
  }
  await until(() => reactor.connectionCount === clients.length, 'the last connections');
  // So near to the deadline that the wheel has nothing to do any more but to let it expire.
  nowMs += 29_900;
  for (let turns = 0; turns < 10; turns++) await new Promise<void>((resolve) => reactor.post(resolve));
  // The last speak first, so that those whose deadline comes first are told of last.
  for (const fd of clients.toReversed()) native.send(fd, Buffer.from('x'), 0, 1);
  nowMs += STOPPED_MS;
  await until(() => heard + reactor.counters.idleTimeouts === clients.length, 'all to be heard or ended');
  t.equal(reactor.counters.idleTimeouts, 0);
  nowMs += STOPPED_MS;
  native.send(clients[0] as number, Buffer.from('x'), 0, 1);
  await until(() => reactor.counters.idleTimeouts === clients.length - 1, 'all who are silent then to be ended');
});

t.test('deadlines keep no process alive, and a time of 0 is none', async (t) => {
  const { port, reactor } = await serve(t, {}, { listen: Object.fromEntries(DEADLINES.map(({ option }) => [option, 0])) });
  await dial(t, port);
  await until(() => reactor.connectionCount === 1, 'the connection');
  t.equal(loopOf(reactor).clock.pending, 0);
  for (const { option } of DEADLINES) {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
      await t.rejects(serve(t, {}, { listen: { [option]: value } }), { code: 'EL_OPTION_INVALID', message: new RegExp(option) });
    }
  }
});

t.test('TCP_USER_TIMEOUT and the keep-alive times are set on sockets accepted and dialled', async (t) => {
  const seen: object[] = [];
  const onOpen = (connection: Connection) => {
    const read = (level: number, name: number) => native.getsockopt(descriptorOf(connection), level, name);
    seen.push({
      userTimeout: read(IPPROTO_TCP, TCP_USER_TIMEOUT), keepAlive: read(SOL_SOCKET, SO_KEEPALIVE),
      idle: read(IPPROTO_TCP, TCP_KEEPIDLE), interval: read(IPPROTO_TCP, TCP_KEEPINTVL), probes: read(IPPROTO_TCP, TCP_KEEPCNT),
    });
  };
  const options = { userTimeoutMs: 12_345, keepAliveSeconds: 40, keepAliveIntervalSeconds: 4, keepAliveProbes: 2 };
  const { port, plugin } = await serve(t, { onOpen }, { listen: options });
  await plugin.connect({ host: '127.0.0.1', port, ...options });
  await until(() => seen.length === 2, 'both ends');
  for (const end of seen) t.same(end, { userTimeout: 12_345, keepAlive: 1, idle: 40, interval: 4, probes: 2 });
});
