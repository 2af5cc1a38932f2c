import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Connection, Hooks, SocketAddress } from '../../src/index.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { Admission, type AdmissionLimits, type Refusal } from '../../src/net/admission.js';
import { SharedCount } from '../../src/structures/shared-count.js';
import { Client, LOOPS, TRIGGERS, dial, memoryLog, openReactor, serve, until, using } from '../support/setting.js';

const NONE: AdmissionLimits = { maxConnections: 0, maxConnectionsPerAddress: 0, maxAcceptsPerSecond: 0 };
const ECHO: Hooks<undefined> = { onData: (connection, chunk) => connection.write(chunk) };

function peer(address: string): SocketAddress {
  return { family: address.includes(':') ? 'IPv6' : 'IPv4', address, port: 1 };
}

/** What an admission answers to these addresses, one after the other. */
function answers(admission: Admission, ...addresses: string[]): (Refusal | undefined)[] {
  return addresses.map((address) => admission.admit(peer(address), 0));
}

t.test('without limits everybody is admitted, and counted', async (t) => {
  const admission = new Admission(NONE, 0);
  t.same(new Set(answers(admission, ...Array<string>(1000).fill('10.0.0.1'))), new Set([undefined]));
  t.equal(admission.size, 1000);
});

t.test('a place is free again when one is released, for its address and in all', async (t) => {
  const admission = new Admission({ ...NONE, maxConnections: 3, maxConnectionsPerAddress: 2 }, 0);
  t.same(answers(admission, '10.0.0.1', '10.0.0.1', '10.0.0.1'), [undefined, undefined, 'address']);
  t.same(answers(admission, '10.0.0.2', '10.0.0.3'), [undefined, 'total']);
  admission.release(peer('10.0.0.1'));
  t.same(answers(admission, '10.0.0.2', '10.0.0.2'), [undefined, 'total']);
  admission.release(peer('10.0.0.1'));
  t.same(answers(admission, '10.0.0.2', '10.0.0.1'), ['address', undefined]);
  t.equal(admission.size, 3);
});

t.test('counted together with other threads, all are never more than the limit, and who is gone leaves room', async (t) => {
  const memory = SharedCount.sized(2);
  const counts = [new SharedCount(memory, 0), new SharedCount(memory, 1)] as const;
  const [one, other] = counts.map((count) => new Admission({ ...NONE, maxConnections: 3 }, 0, undefined, count)) as [Admission, Admission];
  t.same(answers(one, '10.0.0.1', '10.0.0.1'), [undefined, undefined]);
  t.same(answers(other, '10.0.0.1', '10.0.0.1'), [undefined, 'total']);
  t.same([one.size, other.size], [2, 1]);
  counts[0].clear();
  t.same(answers(other, '10.0.0.1', '10.0.0.1', '10.0.0.1'), [undefined, undefined, 'total']);
});

t.test('IPv6 addresses of one /64 network are one, wherever their zeros are left out, and others are others', async (t) => {
  const same: [string, string][] = [
    ['2001:db8::1', '2001:db8::2'],
    ['2001:db8::1', '2001:db8:0:0:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', '2001:db8::1:0:0:1'],
    ['2001:db8:1:2::', '2001:db8:1:2:3:4:5:6'],
    ['2001:db8:0:1::1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2::', '1::2:3:4:5:6'],
    ['0:0:0:1::', '::1:2:3:4:5'],
    ['::1', '::'],
    ['fe80::1%2', 'fe80::2%2'],
  ];
  const different: [string, string][] = [
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['::1', '1::'],
    ['::1:0:0:0:0', '::1'],
    ['10.0.0.1', '10.0.0.2'],
  ];
  const limits = { ...NONE, maxConnectionsPerAddress: 1 };
  for (const [one, other] of same) t.same(answers(new Admission(limits, 0), one, other), [undefined, 'address'], `${one} and ${other}`);
  for (const [one, other] of different) t.same(answers(new Admission(limits, 0), one, other), [undefined, undefined], `${one} and ${other}`);
});

t.test('who is refused by the whole is not counted by the part, and the other way round', async (t) => {
  const whole = new Admission({ ...NONE, maxConnections: 2 }, 0);
  const one = new Admission({ ...NONE, maxConnections: 1 }, 0, whole);
  const other = new Admission({ ...NONE, maxConnectionsPerAddress: 5 }, 0, whole);
  t.same(answers(one, '10.0.0.1', '10.0.0.1'), [undefined, 'total']);
  t.same(answers(other, '10.0.0.1', '10.0.0.1'), [undefined, 'total']);
  t.match({ whole: whole.size, one: one.size, other: other.size }, { whole: 2, one: 1, other: 1 });
  one.release(peer('10.0.0.1'));
  t.same(answers(other, '10.0.0.1'), [undefined]);
});

t.test('an address that was not counted so far is counted from a change on, with all who are in', async (t) => {
  const admission = new Admission(NONE, 0);
  const inside = Array.from({ length: 3 }, () => peer('10.0.0.1'));
  t.same(answers(admission, '10.0.0.1', '10.0.0.1', '10.0.0.1'), [undefined, undefined, undefined]);
  admission.reconfigure({ ...NONE, maxConnectionsPerAddress: 2 }, 0, inside);
  t.same(answers(admission, '10.0.0.1', '10.0.0.2'), ['address', undefined]);
  admission.release(peer('10.0.0.1'));
  t.same(answers(admission, '10.0.0.1'), ['address']);
  admission.release(peer('10.0.0.1'));
  t.same(answers(admission, '10.0.0.1', '10.0.0.1'), [undefined, 'address']);
});

/** What an admission and its model are put through: who comes, who of those inside goes, and what changes. */
type Step = { come: string } | { go: number } | { limits: AdmissionLimits };

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '2001:db8::1', '2001:db8::2', '2001:db8:1::1'];
const networkOf = (address: string) => (address.startsWith('2001:db8::') ? '2001:db8' : address);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ come: fc.constantFrom(...ADDRESSES) }) },
    { weight: 4, arbitrary: fc.record({ go: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ limits: fc.record({ maxConnections: fc.nat(6), maxConnectionsPerAddress: fc.nat(3), maxAcceptsPerSecond: fc.constant(0) }) }) },
  ),
  { maxLength: 120 },
);

/** What the limits say, given who is inside. */
function expected({ maxConnections, maxConnectionsPerAddress = 0 }: AdmissionLimits, inside: readonly string[], address: string): Refusal | undefined {
  if (maxConnections > 0 && inside.length >= maxConnections) return 'total';
  const same = inside.filter((other) => networkOf(other) === networkOf(address)).length;
  return maxConnectionsPerAddress > 0 && same >= maxConnectionsPerAddress ? 'address' : undefined;
}

/** Takes an admission through a step; answers what it has said, and what it should have. */
function take(step: Step, admission: Admission, inside: string[], limits: AdmissionLimits): [Refusal | undefined, Refusal | undefined] {
  if ('limits' in step) admission.reconfigure(step.limits, 0, inside.map(peer));
  if ('go' in step && inside.length > 0) admission.release(peer(inside.splice(step.go % inside.length, 1)[0] as string));
  if (!('come' in step)) return [undefined, undefined];
  const right = expected(limits, inside, step.come);
  const [answer] = answers(admission, step.come);
  if (answer === undefined) inside.push(step.come);
  return [answer, right];
}

t.test('whoever comes and goes, and however the limits change meanwhile, it says what a look at all who are inside would', async (t) => {
  fc.assert(fc.property(steps, (run) => {
    const whole = new Admission(NONE, 0);
    const admission = new Admission(NONE, 0, whole);
    const inside: string[] = [];
    let limits = NONE;
    for (const step of run) {
      if ('limits' in step) limits = step.limits;
      const [answer, right] = take(step, admission, inside, limits);
      if (answer !== right || admission.size !== inside.length || whole.size !== inside.length) return false;
    }
    for (const address of inside) admission.release(peer(address));
    // Nothing is left of anybody, for it answers as one that nobody has come to so far.
    const crowd = [...ADDRESSES, ...ADDRESSES, ...ADDRESSES, ...ADDRESSES];
    return admission.size === 0 && whole.size === 0 && isDeepStrictEqual(answers(admission, ...crowd), answers(new Admission(limits, 0), ...crowd));
  }), { numRuns: 1000 });
  t.pass();
});

async function dialFrom(t: Test, port: number, localAddress: string): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const client = new Client(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return client;
}

/** Waits until a client has seen that it was refused. */
async function refused(client: Client): Promise<void> {
  await until(() => client.ended || client.error !== undefined, 'the end');
  client.socket.destroy();
}

for (const loop of LOOPS) {
  for (const trigger of TRIGGERS) {
    t.test(`who is over maxConnections is refused at once, the others go on, and a place is free when one leaves or resets (${trigger}, ${loop})`, async (t) => {
      const { port, reactor } = await serve(t, ECHO, { loop, listen: { trigger, maxConnections: 2 } });
      const [first, second] = [await dial(t, port), await dial(t, port)];
      await first.echo('a');
      await second.echo('b');
      for (let i = 1; i <= 3; i++) {
        await refused(await dial(t, port));
        t.equal(reactor.counters.refusedByTotal, i);
        t.equal(await first.echo('ping'), 'ping');
      }
      for (const leave of [() => first.reset(), () => second.socket.end()]) {
        const before = reactor.connectionCount;
        leave();
        await until(() => reactor.connectionCount === before - 1, 'a place');
        t.equal(await (await dial(t, port)).echo('in'), 'in');
        await refused(await dial(t, port));
      }
      t.match(reactor.counters, { accepted: 4, refusedByTotal: 5, refusedByAddress: 0, refusedByRate: 0, shed: 0 });
    });
  }
}

t.test('one address cannot take more than its share', async (t) => {
  const { port, reactor } = await serve(t, ECHO, { listen: { maxConnectionsPerAddress: 2 } });
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const clients = [await dialFrom(t, port, address), await dialFrom(t, port, address)];
    for (const client of clients) t.equal(await client.echo('in'), 'in');
    await refused(await dialFrom(t, port, address));
    clients[0]?.reset();
    await until(() => reactor.counters.failed > 0 && reactor.connectionCount % 2 === 1, 'a place');
    t.equal(await (await dialFrom(t, port, address)).echo('again'), 'again');
  }
  t.match(reactor.counters, { refusedByAddress: 2, refusedByTotal: 0 });
});

t.test('maxAcceptsPerSecond lets a second\'s worth in at once, and then as many as time has passed for', async (t) => {
  let nowMs = 1_000_000;
  const { port, reactor } = await serve(t, ECHO, { kernel: { now: () => nowMs }, listen: { maxAcceptsPerSecond: 5 } });
  const come = async (count: number) => {
    const before = { ...reactor.counters };
    await Promise.all(Array.from({ length: count }, () => dial(t, port)));
    const seen = () => ({ accepted: reactor.counters.accepted - before.accepted, refused: reactor.counters.refusedByRate - before.refusedByRate });
    await until(() => seen().accepted + seen().refused === count, 'all to be judged');
    return seen();
  };
  t.same(await come(8), { accepted: 5, refused: 3 });
  nowMs += 400;
  t.same(await come(4), { accepted: 2, refused: 2 });
  nowMs += 60_000;
  t.same(await come(6), { accepted: 5, refused: 1 });
});

t.test('the limit of the reactor is one for all its listeners, and what it dials does not count', async (t) => {
  const { port, reactor, plugin } = await serve(t, ECHO, { maxConnections: 2 });
  const { address } = await using(reactor, ECHO).listen({ port: 0 });
  const first = await dial(t, port);
  await first.echo('x');
  await (await dial(t, address.port)).echo('y');
  const elsewhere = await serve(t, ECHO);
  await plugin.connect({ host: '127.0.0.1', port: elsewhere.port });
  await refused(await dial(t, port));
  await refused(await dial(t, address.port));
  t.equal(reactor.counters.refusedByTotal, 2);
  first.reset();
  await until(() => reactor.connectionCount === 2, 'a place');
  t.equal(await (await dial(t, address.port)).echo('in'), 'in');
});

t.test('a connection that its own onOpen closes gives its place back', async (t) => {
  const { port, reactor } = await serve(t, { onOpen: (connection: Connection) => connection.destroy() }, { maxConnections: 1, listen: { maxConnections: 1, maxConnectionsPerAddress: 1 } });
  for (let i = 1; i <= 3; i++) {
    await refused(await dial(t, port));
    await until(() => reactor.counters.closed === i, 'the close');
  }
  t.match(reactor.counters, { accepted: 3, refusedByTotal: 0, refusedByAddress: 0 });
});

t.test('a connection that was admitted and finds no room in the epoll set gives its place back', async (t) => {
  let full = false;
  const native = nativeKernel();
  const kernel = { epollAdd: (...args: Parameters<typeof native.epollAdd>) => (full ? -28 : native.epollAdd(...args)) };
  const { port, reactor } = await serve(t, ECHO, { kernel, maxConnections: 1, listen: { maxConnectionsPerAddress: 1 } });
  full = true;
  await refused(await dial(t, port));
  full = false;
  t.equal(await (await dial(t, port)).echo('in'), 'in');
  t.match(reactor.counters, { shed: 1, accepted: 1, refusedByTotal: 0, refusedByAddress: 0 });
});

t.test('a thousand refusals are a few lines in the log, and every one is counted there', async (t) => {
  const log = memoryLog();
  const { port, reactor } = await serve(t, ECHO, { log, listen: { maxConnections: 1 } });
  await (await dial(t, port)).echo('in');
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => dial(t, port)));
    await Promise.all(clients.map(refused));
  }
  await until(() => told(log.lines) === 1000, 'the last of the lines');
  t.equal(reactor.counters.refusedByTotal, 1000);
  const lines = log.lines.filter(({ event }) => event === 'connection.refused');
  t.match(lines[0], { level: 'warn', plugin: 'test', limit: 'total', peer: /^127\.0\.0\.1:\d+$/ });
  t.ok(lines.length < 100, `${lines.length} lines`);
});

/** The refusals that these lines tell of. */
function told(lines: readonly object[]): number {
  return lines.reduce((sum, line) => {
    const { event, count = 1 } = line as { event?: string; count?: number };
    return event === 'connection.refused' ? sum + count : sum;
  }, 0);
}

t.test('a Unix socket has the other limits, but none for an address, since its clients have none', async (t) => {
  const path = `@edgeloop-admission-${process.pid}`;
  const reactor = openReactor(t);
  const plugin = using(reactor, ECHO);
  await t.rejects(plugin.listen({ path, maxConnectionsPerAddress: 5 } as object as { path: string }), { code: 'EL_OPTION_INVALID', message: /maxConnectionsPerAddress/ });
  await plugin.listen({ path, maxConnections: 1 });
  const dialler = using(openReactor(t), {});
  await dialler.connect({ path });
  await until(() => reactor.connectionCount === 1, 'the first');
  await dialler.connect({ path });
  await until(() => reactor.counters.refusedByTotal === 1, 'the refusal');
  t.equal(reactor.connectionCount, 1);
});
