import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Random } from '@edgeloop/reactor/testing';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { ArgumentError } from '../src/command.js';
import { HELP, readArguments } from '../src/soak/arguments.js';
import { Client } from '../src/soak/load/client.js';
import { Shortage } from '../src/soak/load/shortage.js';
import { LEAKED_OBJECTS } from '../src/soak/server/leaks.js';
import { type Cycle, judge } from '../src/soak/verdict/verdict.js';
import { slopeOf } from '../src/soak/verdict/slope.js';

const SOAK = fileURLToPath(new URL('../src/soak/main.js', import.meta.url));

// The time goes by in other processes.
t.jobs = 4;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly complaint: string;
}

function start(t: Test, ...args: string[]): ChildProcess {
  const soak = spawn(process.execPath, [SOAK, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => soak.kill('SIGTERM'));
  return soak;
}

async function run(t: Test, ...args: string[]): Promise<Outcome> {
  const soak = start(t, ...args);
  const closed = once(soak, 'close') as Promise<[number | null]>;
  const [output, complaint, [code]] = await Promise.all([text(soak.stdout!), text(soak.stderr!), closed]);
  return { code, output, complaint };
}

for (const loop of ['embedded', 'dedicated']) {
  t.test(`after a few short cycles on the ${loop} loop all is as it was, and every client got what it should`, async (t) => {
    const { code, output, complaint } = await run(t, '--cycles', '3', '--cycle-seconds', '0.5', '--clients', '6', '--seed', '1', '--loop', loop);
    t.equal(code, 0, `${output}${complaint}`);
    t.match(output, /after each of 1 cycles the same was left: \d+ descriptors, .* 0 tasks, 0 connections, 0 queued bytes\n/);
    t.match(output, /\npassed, seed 1\n$/);
  });
}

t.test('what is lost in each cycle is found, and named with the seed', async (t) => {
  const { code, output } = await run(t, '--cycles', '3', '--cycle-seconds', '0.2', '--clients', '2', '--seed', '2', '--leak', 'descriptors,slots,timers,connections,queued-bytes,memory');
  t.equal(code, 1, output);
  for (const name of ['descriptors', 'descriptors in epoll sets', 'slots', 'timers', 'connections', 'queued bytes']) {
    t.match(output, new RegExp(`FAILED: ${name} were \\d+ when nobody was there, and then \\d+: \\+[\\d.]+ a minute\n`));
  }
  // Three cycles are too few for a verdict on memory, but what it would go by is seen.
  const objects = output.split('\n').slice(2, 5).map((row) => Number(row.split(/ +/).at(-4)));
  t.ok(objects.every((count, index) => index === 0 || count >= (objects[index - 1] as number) + LEAKED_OBJECTS), `${objects.join(', ')}`);
  t.match(output, /\nfailed; again with: npm run soak -- --seed 2 --loop embedded /);
});

t.test('a soak that is ended leaves no process behind', async (t) => {
  const soak = start(t, '--cycle-seconds', '60', '--clients', '2');
  const ended = once(soak, 'exit');
  // The second line is the head of the table, when both have answered.
  for (let lines = 0; lines < 2; ) lines += String(await once(soak.stdout!, 'data')).split('\n').length - 1;
  const children = readFileSync(`/proc/${soak.pid}/task/${soak.pid}/children`, 'utf8').trim().split(' ');
  t.equal(children.length, 2);
  soak.kill('SIGINT');
  t.same(await ended, [130, null]);
  t.same(children.filter((pid) => existsSync(`/proc/${pid}`)), []);
});

t.test('what is wrong with the arguments is said in a line', async (t) => {
  const wrong = [['--minutes', 'long'], ['--minutes', '0'], ['--loop', 'both'], ['--leak', 'time'], ['--seed', '-1'], ['--hours', '2'], ['twice']];
  for (const args of wrong) t.throws(() => readArguments(args), { constructor: ArgumentError, message: /^[^\n]+$/ }, args.join(' '));
  t.same(await run(t, '--loop', 'both'), { code: 2, output: '', complaint: 'soak: --loop must be embedded or dedicated, not "both"\n' });
  t.same(await run(t, '--help'), { code: 0, output: HELP, complaint: '' });
});

/** A client that says and expects `input`, of a server that treats its connections like that; and leaves in order. */
async function visit(t: Test, serve: (socket: Socket) => void): Promise<string | undefined> {
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const input = Buffer.from('all of these bytes');
  const script = { input, output: input, offends: false, waits: false };
  const conduct = { splitting: 'pieces', slowReader: false, leaving: 'half-close', leaveAfterBytes: 0, leaveAfterMs: 0 } as const;
  return new Client({ port: (server.address() as AddressInfo).port, script, conduct, dials: false }, new Random(1), new Shortage()).run();
}

t.test('a client tells what it did not get as it should', async (t) => {
  t.equal(await visit(t, (socket) => void socket.pipe(socket)), undefined);
  t.equal(await visit(t, (socket) => void socket.end('all of those bytes')), 'got "ose bytes" at byte 9, expected "ese bytes"');
  t.equal(await visit(t, (socket) => void socket.resume().end('all of')), 'got 6 of 18 bytes');
  t.equal(await visit(t, (socket) => void socket.resume().end('all of these bytes, and more')), 'got ", and more" at byte 18, expected nothing');
  t.match(await visit(t, (socket) => socket.once('data', () => socket.resetAndDestroy())), /^got 0 of 18 bytes \(.*ECONNRESET\)$/);
});

const noise = fc.double({ min: -1e6, max: 1e6, noNaN: true });

t.test('a slope is the median of those between all pairs, so that a few wild values do not move it', async (t) => {
  t.same(slopeOf([]), { perCycle: 0, low: -Infinity, high: Infinity });
  t.equal(slopeOf([5, 7, 9, 11]).perCycle, 2);
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), fc.array(noise, { minLength: 2, maxLength: 2 }), fc.integer({ min: 12, max: 60 }), (slope, wild, length) => {
      const values = Array.from({ length }, (_, index) => 1e6 + slope * index);
      values[3] = wild[0] as number;
      values[length - 2] = wild[1] as number;
      t.ok(Math.abs(slopeOf(values).perCycle - slope) < 1e-6);
    }),
    { numRuns: 50 },
  );
});

/** Noise of one seed, evenly distributed around nothing: as many values as are asked for. */
function noiseOf(seed: number, length: number, amplitude: number): number[] {
  const random = new Random(seed);
  return Array.from({ length }, () => (random.below(2 ** 32) / 2 ** 31 - 1) * amplitude);
}

const series = fc.record({ seed: fc.nat(), length: fc.integer({ min: 9, max: 80 }), amplitude: fc.double({ min: 1, max: 1e7, noNaN: true }) });

t.test('noise alone hardly ever passes for a slope, and a slope above the noise is always found', async (t) => {
  // Of 1000 intervals one may miss the truth; that 15 of 1000 do is out of the question.
  let misses = 0;
  fc.assert(
    fc.property(series, ({ seed, length, amplitude }) => {
      const { low, high } = slopeOf(noiseOf(seed, length, amplitude));
      if (low > 0 || high < 0) misses++;
    }),
    { numRuns: 1000 },
  );
  t.ok(misses < 15, `${misses} of 1000`);
  fc.assert(
    fc.property(series, ({ seed, length, amplitude }) => {
      const { low, high } = slopeOf(noiseOf(seed, length, amplitude).map((value, index) => value + 2 * amplitude * index));
      t.ok(low > 0 && high >= low);
    }),
    { numRuns: 200 },
  );
});

t.test('a long series is thinned out, and its slope is still that of a cycle', async (t) => {
  const values = noiseOf(1, 3000, 1000).map((value, index) => value + 50 * index);
  const { perCycle, low, high } = slopeOf(values);
  t.ok(low < 50 && high > 50 && high - low < 5, `${low} to ${high}`);
  t.ok(Math.abs(perCycle - 50) < 2);
});

const MEGABYTE = 1024 * 1024;

/** Cycles of a server that is as it was after each of them, but for its heap, which grows by so much and wavers by 100 kB. */
function cyclesOf(number: number, grownBytes: number): Cycle[] {
  const wavering = noiseOf(7, number, 100_000);
  return wavering.map((noise, index) => ({
    holdings: { descriptors: 30, registrations: 15, slots: 10, timers: 2, tasks: 0, connections: 0, queuedBytes: 0 },
    memory: { objects: 50_000, heap: 20 * MEGABYTE + noise + grownBytes * index, external: 30 * MEGABYTE, resident: 150 * MEGABYTE },
    endMinutes: (index + 1) / 4,
    accepted: 1000,
  }));
}

t.test('memory fails where it certainly grows by an object for each connection, and is not judged by a few cycles', async (t) => {
  t.same(judge(cyclesOf(60, 0)).failures, []);
  t.same(judge(cyclesOf(60, 12_000)).failures, [], 'there were 1000 connections, and no object has 12 bytes');
  const { failures } = judge(cyclesOf(60, 48_000));
  t.equal(failures.length, 1);
  t.match(failures[0], /^the heap: \+\d{3}\.\d kB a minute; a cycle \+4\d\.\d kB, for certain from \+\d+\.\d to \+\d+\.\d kB, and \+15\.6 kB tolerated$/);
  const { failures: few, notes } = judge(cyclesOf(8, 48_000));
  t.same(few, []);
  t.match(notes.join('\n'), /the heap: not judged, for 4 cycles/);
});

t.test('what is counted fails as soon as it differs once, also where it comes back', async (t) => {
  const cycles = cyclesOf(6, 0);
  const odd = { ...(cycles[4] as Cycle), holdings: { ...(cycles[4] as Cycle).holdings, timers: 3 } };
  t.same(judge(cycles.toSpliced(4, 1, odd)).failures, ['timers were 2 when nobody was there, and then 2, 2, 3, 2: +0.0 a minute']);
  t.same(judge(cycles.toSpliced(0, 1, odd)).failures, [], 'but the first cycle may open what it keeps');
});
