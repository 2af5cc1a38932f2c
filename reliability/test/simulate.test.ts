import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Connection } from '@edgeloop/reactor';
import { Random, Simulation } from '@edgeloop/reactor/testing';
import t from 'tap';
import { WORKLOADS } from '../src/simulate/catalogue.js';
import { Deliberate } from '../src/simulate/finding.js';
import { HookOrder } from '../src/simulate/hook-order.js';
import { Link } from '../src/simulate/link.js';
import { MUTATIONS } from '../src/simulate/mutations/mutation-list.js';
import { Report } from '../src/simulate/report.js';
import { run } from '../src/simulate/run.js';
import type { Stage } from '../src/simulate/stage.js';
import { Stream } from '../src/simulate/stream.js';
import { drawSurroundings } from '../src/simulate/surroundings.js';
import { Tally } from '../src/simulate/tally.js';
import { judge } from '../src/simulate/verdict.js';

const LIMIT_MS = 110_000;

const SEED = 4;
/** Those that throw nothing on purpose which only uncaughtException sees: there tap listens, too. */
const QUIET_WORKLOADS = WORKLOADS.filter(({ name }) => name !== 'timers' && name !== 'messages');

const TRACED_WAIT = /^ +\d+\.\d{6} {2}epollWait\(\d+, \[.*\], \d+ ms\) = \d+$/;

function command(name: string, ...args: string[]): SpawnSyncReturns<string> {
  const path = fileURLToPath(new URL(`../src/simulate/${name}`, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { encoding: 'utf8', timeout: LIMIT_MS });
}

/** Bugs on the list, of which `npm run test:long` tries more. */
const QUICKLY_FOUND = ['a reset is not asked for'];
const FOUND_LATE = ['backpressure is never released', 'timers are rounded down'];

t.test('bugs that are put into the reactor are found', async (t) => {
  for (const bug of process.env['LONG_TESTS'] === 'true' ? [...QUICKLY_FOUND, ...FOUND_LATE] : QUICKLY_FOUND) {
    const { status, stdout, stderr } = command('mutations/main.js', bug);
    t.equal(status, 0, `${stdout}${stderr}`);
    t.match(stdout, /: \w+, seed \d+: /);
  }
});

t.test('each bug on the list still has its place in the reactor', async (t) => {
  for (const { what, file, from } of MUTATIONS) {
    const text = readFileSync(new URL(`../../../packages/reactor/dist/src/${file}.js`, import.meta.url), 'utf8');
    t.ok(text.includes(from), what);
  }
});

t.test('a seed is the same run each time, to the last event', async (t) => {
  for (const workload of QUIET_WORKLOADS) {
    const [lines, again]: [string[], string[]] = [[], []];
    const { digest, finding, turns } = await run(workload, SEED, (line) => lines.push(line));
    t.equal(finding, undefined, workload.name);
    const second = await run(workload, SEED, (line) => again.push(line));
    t.equal(second.digest, digest, `${workload.name}: the same trace`);
    t.same(again, lines);
    t.equal(second.turns, turns);
    t.ok(lines.some((line) => TRACED_WAIT.test(line)), `${workload.name}: calls are traced with virtual times`);
  }
});

t.test('a run without a trace is the same run', async (t) => {
  for (const workload of QUIET_WORKLOADS) {
    const traced = await run(workload, SEED, () => {});
    const { turns, counts } = await run(workload, SEED);
    t.same({ turns, counts }, { turns: traced.turns, counts: traced.counts }, workload.name);
  }
});

t.test('the command replays a seed into a file, in each process the same', async (t) => {
  const replays = ['first', 'second'].map((name) => {
    const file = `${t.testdir()}/${name}`;
    const { status, stdout } = command('main.js', '--workload', 'timers', '--seed', `${SEED}`, '--trace', file);
    t.equal(status, 0, stdout);
    return { stdout, trace: readFileSync(file, 'utf8') };
  });
  t.match(replays[0]?.stdout, /timers, seed 4: \d+ turns, trace [0-9a-f]{16}; nothing found/);
  t.match(replays[0]?.trace, /a timer is called that was due at/);
  t.same(replays[1], replays[0]);
});

t.test('what is found is told with the command that plays it again', async (t) => {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  report.add({ workload: 'echo', seed: 7, turns: 12, counts: { 'accept: EMFILE': 2 }, finding: 'Finding: a byte is missing' });
  report.tell();
  t.same(lines.slice(0, 2), ['echo, seed 7: Finding: a byte is missing', '  once more, with a trace: npm run simulate -- --workload echo --seed 7']);
  t.match(lines.at(-1), /^simulate: 1 runs, 12 turns .* FAILED: 1 found$/);
  t.equal(report.findings, 1);
});

t.test('what a workload or a stray error throws is a finding of its run', async (t) => {
  const broken = { name: 'broken', about: '', play: async (stage: Stage) => stage.linkAt(1).toPeer.receive(Buffer.from('x')) };
  t.match((await run(broken, 1)).finding, /1 bytes have come, but only 0 of those sent are missing/);
});

t.test('wrong arguments are told in a line, with what there is', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['--workload', 'echoes'], /there is no workload "echoes"; there are echo, requests, proxy/],
    [['--seeds', 'many'], /--seeds must be a whole number from 1 to \d+, not "many"/],
    [['--seed', '3'], /--seed needs one --workload/],
    [['--workload', 'echo', '--seed', '3', '--turns', '9'], /--turns does not go with --seed/],
    [['--trace', 'x'], /--trace needs a --seed/],
    [['--workload', 'echo', '--seed', '3', '--trace', '/nowhere/x'], /--trace: ENOENT/],
    [['--speed', '3'], /Unknown option '--speed'.*--help tells what there is/],
  ];
  for (const [args, complaint] of wrong) {
    const { status, stderr } = command('main.js', ...args);
    t.equal(status, 2, args.join(' '));
    t.match(stderr, complaint);
    t.equal(stderr.trim().split('\n').length, 1);
  }
  t.match(command('main.js', '--help').stdout, /--workload NAMES .*echo/);
});

t.test('a stream finds bytes that are wrong, too many, or in another order', async (t) => {
  const stream = new Stream('test');
  stream.send(Buffer.from('abc'));
  stream.send(Buffer.from('def'));
  stream.receive(Buffer.from('ab'));
  t.throws(() => stream.receive(Buffer.from('dc')), /other bytes than were sent/);
  stream.receive(Buffer.from('cde'));
  t.equal(stream.missing, 1);
  t.throws(() => stream.receive(Buffer.from('fg')), /2 bytes have come, but only 1/);
  t.throws(() => stream.receive(Buffer.alloc(0)), /a chunk without bytes/);
});

t.test('the order of hooks is held against what plugins rely on', async (t) => {
  const connection = { id: 1, phase: 'open' } as Connection & { phase: string };
  const order = new HookOrder();
  t.throws(() => order.enter('onData', connection), /onData before onOpen/);
  order.enter('onOpen', connection);
  t.throws(() => order.enter('onOpen', connection), /onOpen is called twice/);
  const waiting = order.wait(connection, Promise.resolve());
  t.throws(() => order.enter('onData', connection), /while a promise of an earlier hook is pending/);
  await waiting;
  order.enter('onData', connection);
  order.enter('onHalfClose', connection);
  t.throws(() => order.enter('onData', connection), /onData after onHalfClose/);
  t.throws(() => order.enter('onClose', connection), /onClose in phase open/);
  order.enter('onClose', Object.assign(connection, { phase: 'closed' as const }));
  t.throws(() => order.enter('onClose', connection), /after onClose/);
  t.equal(order.open, 0);
});

t.test('a link that nobody broke must have ended in order, and a FIN says that all has come', async (t) => {
  const link = new Link(9, 1000);
  t.throws(() => link.checkOver(), /never opened/);
  const peer = { ended: true, error: undefined };
  Object.assign(link, { peer, connection: { phase: 'closed' }, closed: true });
  link.checkOver();
  link.toPeer.send(Buffer.from('x'));
  t.throws(() => link.checkOver(), /told of an orderly end, but bytes are missing/);
  link.toPeer.receive(Buffer.from('x'));
  link.reason = new Deliberate('why');
  t.throws(() => link.checkOver(), /closed with an error/);
  link.break('somebody');
  link.checkOver();
});

t.test('a run is judged by its books, its links and who was turned away', async (t) => {
  const { counters } = new Simulation().reactor;
  const records = (links: Link[], changes: object = {}) => ({
    counters: { ...counters, ...changes },
    links, order: new HookOrder(), tally: new Tally(), surroundings: drawSurroundings(new Random(1)),
  });
  judge(records([]));
  t.throws(() => judge(records([], { accepted: 1 })), /1 accepted and 0 dialled, but 0 closed/);
  t.throws(() => judge(records([], { accepted: 1, closed: 1 })), /1 connections were closed, but 0 ends are counted/);
  t.throws(() => judge(records([], { accepted: 1, closed: 1, resets: 1, failed: 1 })), /0 connections ended with an error, but 1 are counted/);
  const ignored = new Link(9, 1000);
  t.throws(() => judge(records([ignored])), /1 links were never opened, but 0 turned away/);
  judge(records([ignored], { shed: 1 }));
  const half = Object.assign(new Link(10, 1000), { connection: { phase: 'open' } });
  t.throws(() => judge(records([half])), /its onClose was never called/);
});
