import { connect as connectNet } from 'node:net';
import t from 'tap';
import type { Connection, Hooks } from '../../src/index.js';
import { IPPROTO_TCP, SOL_SOCKET, SO_KEEPALIVE, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { ACCEPT_BUDGET_CALLS } from '../../src/limits.js';
import { start } from '../support/child.js';
import { skipWithout } from '../support/required-tool.js';
import { TRIGGERS, descriptorOf, descriptors, dial, memoryLog, openReactor, quiet, serve, until, using } from '../support/setting.js';

const native = nativeKernel();
const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };
const errno = { ENOENT: -2, EMFILE: -24, ENFILE: -23, ENOMEM: -12, ENOBUFS: -105 } as const;

t.test('port 0 lets the kernel choose, and the address tells', async (t) => {
  const { listener } = await serve(t, ECHO);
  t.match(listener.address, { family: 'IPv4', address: '127.0.0.1' });
  t.ok(listener.address.port > 0);
});

t.test('IPv6, and dual stack shows an IPv4 peer as IPv4; ipv6Only refuses it', async (t) => {
  const peers: string[] = [];
  const hooks = { onOpen: (connection: Connection) => void peers.push(`${connection.remoteAddress} ${connection.localAddress}`), ...ECHO };
  const six = await serve(t, hooks, { listen: { host: '::1' } });
  t.match(six.listener.address, { family: 'IPv6', address: '::1' });
  t.equal(await (await dial(t, six.port, '::1')).echo('six'), 'six');
  const dual = await serve(t, hooks, { listen: { host: '::' } });
  t.equal(await (await dial(t, dual.port, '127.0.0.1')).echo('four'), 'four');
  t.equal(await (await dial(t, dual.port, '::1')).echo('six'), 'six');
  const only = await serve(t, hooks, { listen: { host: '::', ipv6Only: true } });
  t.equal(await (await dial(t, only.port, '::1')).echo('six'), 'six');
  await t.rejects(dial(t, only.port, '127.0.0.1'), { code: 'ECONNREFUSED' });
  t.same(peers, ['::1 ::1', '127.0.0.1 127.0.0.1', '::1 ::1', '::1 ::1']);
});

t.test('a name is resolved; one that cannot be is a coded error', async (t) => {
  const { listener } = await serve(t, ECHO, { listen: { host: 'localhost' } });
  t.ok(['127.0.0.1', '::1'].includes(listener.address.address));
  await t.rejects(serve(t, ECHO, { listen: { host: 'name.invalid' } }), { code: 'EL_ADDRESS_UNRESOLVED', message: /name\.invalid/ });
});

t.test('an address in use, or not of this machine, is a coded error and costs no descriptor', async (t) => {
  const { port, plugin } = await serve(t, ECHO);
  const before = descriptors();
  await t.rejects(plugin.listen({ port }), { code: 'EADDRINUSE', syscall: /bind|listen/, address: `127.0.0.1:${port}` });
  await t.rejects(plugin.listen({ port: 0, host: '192.0.2.1' }), { code: 'EADDRNOTAVAIL' });
  t.equal(descriptors(), before);
});

t.test('a server may be started again while connections of the first are in TIME_WAIT', async (t) => {
  const { port, reactor } = await serve(t, { onData: (connection: Connection) => connection.end() });
  const client = await dial(t, port);
  client.socket.write('end first');
  await until(() => client.ended, 'the FIN of the server');
  client.socket.end();
  await until(() => reactor.connectionCount === 0, 'the close');
  await reactor.close();
  const again = await serve(t, ECHO, { listen: { port } });
  t.equal(await (await dial(t, again.port)).echo('again'), 'again');
});

t.test('reusePort lets listeners share a port, and the kernel spreads connections over them', async (t) => {
  const first = await serve(t, ECHO, { listen: { reusePort: true } });
  const second = await serve(t, ECHO, { listen: { reusePort: true, port: first.port } });
  for (let i = 0; i < 64; i++) await (await dial(t, first.port)).echo('x');
  t.equal(first.reactor.counters.accepted + second.reactor.counters.accepted, 64);
  t.ok(first.reactor.counters.accepted > 0 && second.reactor.counters.accepted > 0);
});

t.test('socket options reach the accepted socket', async (t) => {
  const seen: object[] = [];
  const onOpen = (connection: Connection) => {
    const read = (level: number, name: number) => native.getsockopt(descriptorOf(connection), level, name);
    seen.push({
      noDelay: read(IPPROTO_TCP, TCP_NODELAY) !== 0, keepAlive: read(SOL_SOCKET, SO_KEEPALIVE) !== 0,
      idle: read(IPPROTO_TCP, TCP_KEEPIDLE), interval: read(IPPROTO_TCP, TCP_KEEPINTVL), probes: read(IPPROTO_TCP, TCP_KEEPCNT),
    });
  };
  const plain = await serve(t, { onOpen });
  await dial(t, plain.port);
  await until(() => seen.length === 1, 'the connection');
  t.match(seen[0], { noDelay: true, keepAlive: false });
  const tuned = await serve(t, { onOpen }, { listen: { noDelay: false, keepAliveSeconds: 33, keepAliveIntervalSeconds: 7, keepAliveProbes: 3 } });
  await dial(t, tuned.port);
  await until(() => seen.length === 2, 'the connection');
  t.same(seen[1], { noDelay: false, keepAlive: true, idle: 33, interval: 7, probes: 3 });
});

t.test('the backlog is what was asked for', { skip: skipWithout('ss') }, async (t) => {
  const { port } = await serve(t, ECHO, { listen: { backlog: 7 } });
  const { execFileSync } = await import('node:child_process');
  const [, , sendQueue] = execFileSync('ss', ['-Hltn', `sport = :${port}`], { encoding: 'utf8' }).split(/\s+/);
  t.equal(sendQueue, '7');
});

t.test('a reserve that was lost while nothing could be opened is taken again when there is room, and sheds in the next shortage', async (t) => {
  let room = 10;
  const taken = new Set<number>();
  const grant = (open: () => number) => {
    const fd = room > 0 ? open() : errno.EMFILE;
    if (fd < 0) return fd;
    taken.add(fd);
    room--;
    return fd;
  };
  const kernel = {
    accept: (...args: Parameters<typeof native.accept>) => grant(() => native.accept(...args)),
    openNull: () => grant(() => native.openNull()),
    close: (fd: number) => {
      if (taken.delete(fd)) room++;
      return native.close(fd);
    },
  };
  const { port, reactor } = await serve(t, ECHO, { kernel });
  // As when RLIMIT_NOFILE is lowered: the reserve makes no room when it is given up.
  room -= 20;
  const waiting = await dial(t, port);
  await until(() => reactor.counters.acceptPauses > 0, 'the shortage');
  room += 20;
  t.equal(await waiting.echo('served'), 'served');
  t.equal(reactor.counters.shed, 0);
  room = 0;
  const late = await dial(t, port);
  await until(() => late.closed || late.ended, 'the next one to be told that it is not served');
  t.equal(reactor.counters.shed, 1);
});

t.test('without a reserve, as where there is no /dev/null, a listener goes on accepting after its rest', async (t) => {
  const failures = [errno.ENOBUFS];
  const accept = (...args: Parameters<typeof native.accept>) => failures.shift() ?? native.accept(...args);
  const { port, reactor } = await serve(t, ECHO, { kernel: { accept, openNull: () => errno.ENOENT } });
  t.equal(await (await dial(t, port)).echo('served after the rest'), 'served after the rest');
  t.equal(reactor.counters.acceptPauses, 1);
});

for (const trigger of TRIGGERS) {
  t.test(`behaviour 3: a burst of connections is accepted to the last, a budget in each turn (${trigger})`, async (t) => {
    const perTurn = new Map<number, number>();
    const kernel = {
      accept: (...args: Parameters<typeof native.accept>) => {
        const { turns } = reactor.counters;
        perTurn.set(turns, (perTurn.get(turns) ?? 0) + 1);
        return native.accept(...args);
      },
    };
    const reactor = openReactor(t, { kernel });
    const { address } = await using(reactor, ECHO).listen({ port: 0, trigger });
    const count = ACCEPT_BUDGET_CALLS * 3 + 5;
    const sockets = Array.from({ length: count }, () => connectNet(address.port, '127.0.0.1'));
    for (const socket of sockets) t.teardown(() => socket.destroy());
    await until(() => reactor.counters.accepted === count, 'all connections');
    t.equal(Math.max(...perTurn.values()), ACCEPT_BUDGET_CALLS, 'a full budget, and never more');
    t.equal(await (await dial(t, address.port)).echo('later'), 'later', 'and it listens on');
  });

  t.test(`errors that belong to one client do not stop accepting (${trigger})`, async (t) => {
    const failing = [-103, -4, -71, -1, -95, -113, -110];
    const left = [...failing];
    const kernel = { accept: (...args: Parameters<typeof native.accept>) => left.shift() ?? native.accept(...args) };
    const { port, reactor } = await serve(t, ECHO, { kernel, listen: { trigger } });
    t.equal(await (await dial(t, port)).echo('served'), 'served');
    t.same(left, []);
    t.equal(reactor.counters.acceptPauses, 0);
  });

  for (const [name, code] of Object.entries(errno)) {
    t.test(`${name}: accepting rests without a spin, and goes on by itself (${trigger})`, async (t) => {
      let short = true;
      let accepts = 0;
      const log = memoryLog();
      const kernel = {
        accept: (...args: Parameters<typeof native.accept>) => {
          accepts++;
          return short ? code : native.accept(...args);
        },
      };
      const { port, reactor } = await serve(t, ECHO, { kernel, log, listen: { trigger } });
      const client = await dial(t, port);
      await until(() => reactor.counters.acceptPauses >= 2, 'a second attempt');
      t.ok(accepts <= 2 * reactor.counters.acceptPauses, 'one attempt, and one to shed, for each rest');
      t.ok(reactor.counters.turns <= 4 * reactor.counters.acceptPauses, 'the loop sleeps meanwhile');
      t.ok(log.lines.some(({ event, level, message }) => event === 'accept.paused' && level === 'warn' && message.includes(name)));
      short = false;
      t.equal(await client.echo('served at last'), 'served at last');
    });
  }

  t.test(`a listener closed in a handler, or while it rests, is closed (${trigger})`, async (t) => {
    let close: () => void = () => {};
    const { port, listener, reactor } = await serve(t, { onOpen: () => close() }, { listen: { trigger } });
    close = () => listener.close();
    await dial(t, port);
    await until(() => listener.closed, 'the close');
    await t.rejects(dial(t, port), { code: 'ECONNREFUSED' });
    listener.close();
    t.equal(reactor.connectionCount, 1, 'its connections live on');

    const resting = await serve(t, ECHO, { kernel: { accept: () => errno.EMFILE }, listen: { trigger } });
    await dial(t, resting.port);
    await until(() => resting.reactor.counters.acceptPauses === 1, 'the rest');
    resting.listener.close();
    await quiet(3);
    t.equal(resting.listener.closed, true);
  });
}

t.test('out of descriptors for real: clients are shed at once, and served again when some are free', { skip: skipWithout('prlimit') }, async (t) => {
  const child = start(t, `
    const reactor = createReactor({ log: createLog({ level: 'silent' }).log });
    const { address } = await reactor.use(plugin({ onData: (connection, chunk) => connection.write(chunk) })).listen({ port: 0 });
    process.stdin.on('data', () => process.stdout.write(JSON.stringify(reactor.counters) + '\\n'));
    process.stdin.on('end', () => reactor.close());
    const { execFileSync } = await import('node:child_process');
    execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=64:64']);
    process.stdout.write(address.port + '\\n');
  `);
  await until(() => child.stdout.endsWith('\n'), 'the port');
  const port = Number(child.stdout);
  const counters = async () => {
    const from = child.stdout.length;
    child.process.stdin?.write('?');
    await until(() => child.stdout.length > from && child.stdout.endsWith('\n'), 'the counters');
    return JSON.parse(child.stdout.slice(from)) as Record<'shed' | 'acceptPauses' | 'turns' | 'accepted', number>;
  };
  const clients = await Promise.all(Array.from({ length: 100 }, () => dial(t, port)));
  await until(() => clients.filter(({ ended, closed }) => ended || closed).length >= 36, 'those in excess to be closed');
  let before = await counters();
  while (before.accepted + before.shed < 100) before = await counters();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = await counters();
  t.ok(before.shed >= 36, `${before.shed} shed`);
  t.ok(after.turns - before.turns < 50, 'no spin while the limit holds');
  t.match(after, { accepted: before.accepted, shed: before.shed });
  for (const client of clients) client.socket.destroy();
  const late = await dial(t, port);
  t.equal(await late.echo('room again'), 'room again');
  late.socket.destroy();
  child.process.stdin?.end();
  t.same(await child.finished, { code: 0, signal: null });
});
