import fc from 'fast-check';
import t from 'tap';
import { type Connection, ConnectionPool } from '../../src/index.js';
import { openReactor, serve, until, using } from '../support/setting.js';
import { FakeUpstream, promisesTold } from '../support/upstream.js';

type Options = ConstructorParameters<typeof ConnectionPool>[1];

function open(options?: Options) {
  const upstream = new FakeUpstream();
  return { upstream, pool: new ConnectionPool(upstream.dial, options) };
}

/** A pool with connections in use. */
async function inUse(count: number, options?: Options) {
  const { upstream, pool } = open(options);
  const acquired = Array.from({ length: count }, () => pool.acquire());
  while (upstream.dials.length > 0) upstream.dials[0]?.connect();
  return { upstream, pool, connections: await Promise.all(acquired) };
}

t.test('connections are dialled when they are needed, and the one released last is used first', async (t) => {
  const { upstream, pool, connections: [first, second] } = await inUse(2);
  t.equal(upstream.dialled, 2);
  pool.release(first as Connection);
  pool.release(second as Connection);
  t.same(pool.counts, { inUse: 0, idle: 2, dialling: 0, waiting: 0 });
  t.equal(await pool.acquire(), second);
  t.equal(await pool.acquire(), first);
  t.equal(upstream.dialled, 2);
});

t.test('an idle connection that has ended is skipped', async (t) => {
  const { upstream, pool, connections: [first, second, third] } = await inUse(3);
  for (const connection of [first, second, third]) pool.release(connection as Connection);
  third?.destroy();
  second?.end();
  t.equal(await pool.acquire(), first);
  t.same(pool.counts, { inUse: 1, idle: 0, dialling: 0, waiting: 0 });
  const next = pool.acquire();
  const fourth = upstream.dials[0]?.connect();
  t.equal(await next, fourth, 'behind the last of them comes a dial');
});

t.test('who comes when all are in use waits, and is served in the order of arrival', async (t) => {
  const { upstream, pool, connections: [first, second] } = await inUse(2, { maxConnections: 2 });
  const [third, fourth] = [pool.acquire(), pool.acquire()];
  t.equal(pool.counts.waiting, 2);
  pool.release(second as Connection);
  pool.release(first as Connection);
  t.equal(await third, second);
  t.equal(await fourth, first);
  t.equal(upstream.dialled, 2);
});

t.test('a connection that ended in use makes room for a dial', async (t) => {
  const { upstream, pool, connections: [first] } = await inUse(1, { maxConnections: 1 });
  const next = pool.acquire();
  first?.destroy();
  t.equal(upstream.dialled, 1);
  pool.release(first as Connection);
  t.equal(upstream.dialled, 2);
  const second = upstream.dials[0]?.connect();
  t.equal(await next, second);
});

t.test('a failed dial is told to the one it was made for, and the next one tries', async (t) => {
  const { upstream, pool } = open({ maxConnections: 1 });
  const [first, second] = [pool.acquire(), pool.acquire()];
  upstream.dials[0]?.fail(new Error('refused'));
  await t.rejects(first, { message: 'refused' });
  t.equal(upstream.dialled, 2);
  const connection = upstream.dials[0]?.connect();
  t.equal(await second, connection);
});

t.test('of several dials under way each failure has its own waiter', async (t) => {
  const { upstream, pool } = open();
  const [first, second] = [pool.acquire(), pool.acquire()];
  upstream.dials[1]?.fail(new Error('refused'));
  await t.rejects(second, { message: 'refused' });
  t.same(pool.counts, { inUse: 0, idle: 0, dialling: 1, waiting: 1 });
  const connection = upstream.dials[0]?.connect();
  t.equal(await first, connection);
});

t.test('whose connection went to somebody before is dialled for again, if that one\'s dial fails', async (t) => {
  const { upstream, pool } = open();
  const [first, second] = [pool.acquire(), pool.acquire()];
  const connection = upstream.dials[1]?.connect();
  t.equal(await first, connection);
  upstream.dials[0]?.fail(new Error('refused'));
  await promisesTold();
  t.equal(upstream.dialled, 3);
  const other = upstream.dials[0]?.connect();
  t.equal(await second, other);
});

t.test('a dial that fails when its waiter has another connection is told to nobody', async (t) => {
  const { upstream, pool, connections: [first] } = await inUse(1, { maxConnections: 2 });
  const [second, third] = [pool.acquire(), pool.acquire()];
  pool.release(first as Connection);
  t.equal(await second, first);
  upstream.dials[0]?.fail(new Error('refused'));
  await promisesTold();
  t.equal(upstream.dialled, 3, 'the third tries for itself');
  const connection = upstream.dials[0]?.connect();
  t.equal(await third, connection);
});

t.test('a dial that throws, or brings a connection that has ended, is a failed dial', async (t) => {
  const throwing = new ConnectionPool(() => {
    throw new Error('no upstream today');
  });
  await t.rejects(throwing.acquire(), { message: 'no upstream today' });
  const { upstream, pool } = open();
  const acquired = pool.acquire();
  upstream.dials[0]?.connect().destroy();
  await t.rejects(acquired, { code: 'EL_CONNECTION_CLOSED' });
  t.same(pool.counts, { inUse: 0, idle: 0, dialling: 0, waiting: 0 });
});

t.test('an aborted waiter leaves the line with the reason of its signal', async (t) => {
  const { pool, connections: [first] } = await inUse(1, { maxConnections: 1 });
  const abort = new AbortController();
  const [second, third] = [pool.acquire({ signal: abort.signal }), pool.acquire()];
  const reason = new Error('too slow');
  abort.abort(reason);
  t.equal(await second.catch((error: unknown) => error), reason);
  pool.release(first as Connection);
  t.equal(await third, first);
  t.equal(await pool.acquire({ signal: abort.signal }).catch((error: unknown) => error), reason, 'a signal that has aborted before does not wait');
});

t.test('a dial whose waiter has left brings a connection for the next', async (t) => {
  const { upstream, pool } = open();
  const abort = new AbortController();
  const first = pool.acquire({ signal: abort.signal });
  abort.abort();
  await t.rejects(first, { name: 'AbortError' });
  const second = pool.acquire();
  t.equal(upstream.dialled, 1);
  const connection = upstream.dials[0]?.connect();
  t.equal(await second, connection);
});

t.test('an abort after the connection was handed out changes nothing', async (t) => {
  const { upstream, pool } = open();
  const abort = new AbortController();
  const acquired = pool.acquire({ signal: abort.signal });
  upstream.dials[0]?.connect();
  await acquired;
  abort.abort();
  t.same(pool.counts, { inUse: 1, idle: 0, dialling: 0, waiting: 0 });
});

t.test('one waiter more than maxWaiting is refused at once', async (t) => {
  const { pool, connections: [first] } = await inUse(1, { maxConnections: 1, maxWaiting: 1 });
  const second = pool.acquire();
  await t.rejects(pool.acquire(), {
    code: 'EL_POOL_EXHAUSTED',
    message: 'all 1 connections are in use or being dialled and 1 callers wait; release sooner, or allow more with maxConnections or maxWaiting',
  });
  pool.release(first as Connection);
  t.equal(await second, first);
});

t.test('with maxWaiting 0 nobody waits for a release, but for a dial', async (t) => {
  const { upstream, pool } = open({ maxConnections: 1, maxWaiting: 0 });
  const first = pool.acquire();
  await t.rejects(pool.acquire(), { code: 'EL_POOL_EXHAUSTED' });
  upstream.dials[0]?.connect();
  await first;
  await t.rejects(pool.acquire(), { code: 'EL_POOL_EXHAUSTED' });
});

t.test('releasing a stranger, or twice, is an error and changes nothing', async (t) => {
  const { pool, connections: [first] } = await inUse(1);
  const { connections: [stranger] } = await inUse(1);
  t.throws(() => pool.release(stranger as Connection), { code: 'EL_POOL_RELEASE_INVALID' });
  pool.release(first as Connection);
  t.throws(() => pool.release(first as Connection), { code: 'EL_POOL_RELEASE_INVALID', message: 'connection 0 is not in use from this pool; release each acquired connection once' });
  t.same(pool.counts, { inUse: 0, idle: 1, dialling: 0, waiting: 0 });
});

t.test('use releases what it has acquired, also when the work fails', async (t) => {
  const { pool, connections: [first] } = await inUse(1, { maxConnections: 1 });
  pool.release(first as Connection);
  t.equal(await pool.use(async (connection) => connection.id), first?.id);
  t.equal(await pool.use((connection) => pool.counts.inUse + connection.id), 1);
  await t.rejects(pool.use(() => Promise.reject(new Error('no answer'))), { message: 'no answer' });
  t.same(pool.counts, { inUse: 0, idle: 1, dialling: 0, waiting: 0 });
  await t.rejects(pool.use(() => 1, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

t.test('close ends the idle connections at once, and those in use when they are released', async (t) => {
  const { pool, connections: [idle, dead, used, lost] } = await inUse(4);
  pool.release(idle as Connection);
  pool.release(dead as Connection);
  dead?.destroy();
  pool.close();
  pool.close();
  t.same([idle?.phase, dead?.phase, used?.phase], ['draining', 'closed', 'open']);
  pool.release(used as Connection);
  lost?.destroy();
  pool.release(lost as Connection);
  t.same([used?.phase, lost?.phase], ['draining', 'closed']);
  t.same(pool.counts, { inUse: 0, idle: 0, dialling: 0, waiting: 0 });
});

t.test('close refuses those who wait, and ends what a dial under way brings', async (t) => {
  const { upstream, pool } = open({ maxConnections: 1 });
  const waiting = [pool.acquire(), pool.acquire()];
  pool.close();
  for (const acquired of waiting) await t.rejects(acquired, { code: 'EL_POOL_CLOSED' });
  const late = upstream.dials[0]?.connect();
  await promisesTold();
  t.equal(late?.phase, 'draining');
  t.equal(upstream.dialled, 1, 'the second does not dial any more');
  await t.rejects(pool.acquire(), { code: 'EL_POOL_CLOSED' });
});

t.test('wrong options are refused by name', async (t) => {
  t.throws(() => open({ maxConnections: 0 }), { code: 'EL_OPTION_INVALID', message: /^ConnectionPool: "maxConnections": .*got 0/ });
  t.throws(() => open({ maxWaiting: -1 }), { message: /"maxWaiting"/ });
  t.throws(() => open({ max: 1 } as never), { message: /there is no option "max"/ });
});

/** Plays with a pool as its users and its upstream would, and keeps its own books. */
class Play {
  readonly upstream = new FakeUpstream();
  readonly pool: ConnectionPool;
  readonly held: Connection[] = [];
  /** The numbers of those who wait, and how to abort them. */
  readonly waiting = new Map<number, AbortController>();
  /** The numbers of those who were served after waiting, in that order. Who need not wait is told faster, but overtakes nobody. */
  readonly served: number[] = [];
  #acquires = 0;

  constructor(readonly max: number) {
    this.pool = new ConnectionPool(this.upstream.dial, { maxConnections: max });
  }

  acquire(): void {
    const number = this.#acquires++;
    const abort = new AbortController();
    this.waiting.set(number, abort);
    const leave = () => this.waiting.delete(number);
    const before = this.pool.counts.waiting;
    const acquired = this.pool.acquire({ signal: abort.signal });
    const waits = this.pool.counts.waiting > before;
    acquired.then((connection) => {
      leave();
      if (waits) this.served.push(number);
      this.held.push(connection);
    }, leave);
  }

  release(which: number): void {
    const [connection] = this.held.splice(which % this.held.length, 1);
    if (connection !== undefined) this.pool.release(connection);
  }

  abort(which: number): void {
    [...this.waiting.values()][which % this.waiting.size]?.abort();
  }

  connect(which: number): void {
    this.upstream.dials[which % this.upstream.dials.length]?.connect();
  }

  fail(which: number): void {
    this.upstream.dials[which % this.upstream.dials.length]?.fail(new Error('refused'));
  }

  /** A connection ends, in use or not. */
  kill(which: number): void {
    this.upstream.connections[which % this.upstream.connections.length]?.destroy();
  }

  /** Open connections that nobody holds: the pool must have them. */
  get unheld(): number {
    return this.upstream.connections.filter((connection) => connection.phase === 'open' && !this.held.includes(connection)).length;
  }

  /** What is wrong now, when every promise has been told; undefined if nothing is. */
  complaint(): string | undefined {
    const { counts } = this.pool;
    const { dials } = this.upstream;
    if (counts.inUse !== this.held.length || counts.dialling !== dials.length || counts.waiting !== this.waiting.size) return 'the counts differ';
    if (counts.inUse + counts.idle + counts.dialling > this.max) return 'there are too many connections';
    if (new Set(this.held).size < this.held.length) return 'two hold one connection';
    if (this.unheld > counts.idle) return 'a connection is lost';
    if (this.waiting.size > 0 && counts.idle > 0) return 'somebody waits beside an idle connection';
    if (this.waiting.size > dials.length && this.held.length + dials.length < this.max) return 'somebody waits where a dial could be made';
    if (this.served.some((number, i) => number < (this.served[i - 1] ?? 0))) return 'somebody was served before his turn';
    return undefined;
  }
}

t.test('property: the bounds hold, nothing is lost and nobody is forgotten, whatever users and upstream do', async () => {
  const does = fc.constantFrom('acquire', 'acquire', 'release', 'abort', 'connect', 'connect', 'fail', 'kill');
  const moves = fc.array(fc.record({ does, which: fc.nat(9), told: fc.boolean() }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), moves, async (max, moves) => {
      const play = new Play(max);
      for (const { does, which, told } of moves) {
        play[does](which);
        // Several moves at once, too: what one has brought about is under way when the next one comes.
        if (!told) continue;
        await promisesTold();
        const complaint = play.complaint();
        if (complaint !== undefined) throw new Error(complaint);
      }
      await promisesTold();
      while (play.waiting.size > 0) {
        play.connect(0);
        play.release(0);
        await promisesTold();
      }
      return play.complaint() === undefined;
    }),
    { numRuns: 1000 },
  );
});

t.test('on real sockets requests share the connections, and one that the upstream has ended is replaced', async (t) => {
  const { reactor, port } = await serve<void>(t, { onData: (connection, chunk) => void connection.write(chunk) });
  interface Request {
    answered: (answer: string) => void;
  }
  const dialler = using<Request>(openReactor(t), {
    onData: (connection, chunk) => connection.state.answered(chunk.toString()),
  }, () => ({ answered: () => {} }));
  const pool = new ConnectionPool(() => dialler.connect({ host: '127.0.0.1', port }), { maxConnections: 2 });
  t.teardown(() => pool.close());
  const ask = (question: string) =>
    pool.use((connection) => {
      connection.write(question);
      return new Promise<string>((resolve) => (connection.state.answered = resolve));
    });

  const questions = Array.from({ length: 20 }, (_, i) => `question ${i}`);
  t.same(await Promise.all(questions.map(ask)), questions);
  t.equal(reactor.counters.accepted, 2);

  const idle = await pool.acquire();
  pool.release(idle);
  for (const connection of reactor.connections()) connection.end();
  await until(() => idle.phase !== 'open', 'the end of the idle connection');
  t.equal(await ask('still there?'), 'still there?');
});
