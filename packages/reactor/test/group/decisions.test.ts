/** What the main thread decides, without any thread: who accepts where, who is given a connection, who lags, what may follow what. */
import fc from 'fast-check';
import t from 'tap';
import { type Standing, listenPlan, takersOf } from '../../src/group/listen-plan.js';
import { LoadWatch } from '../../src/group/load-watch.js';
import { choiceOf } from '../../src/group/placement.js';
import { type WorkerPhase, transition } from '../../src/group/worker-phase.js';
import { isPresent } from '../../src/group/worker-slot.js';
import { Meters } from '../../src/loop/meters.js';
import type { SocketAddress } from '../../src/net/address.js';
import { STRATEGIES } from '../support/group-setting.js';

const standings = fc.array(fc.record({ up: fc.boolean(), lagging: fc.boolean() }), { minLength: 1, maxLength: 8 }).map(
  (workers): Standing[] => workers.map((worker, index) => ({ index, ...worker })),
);

const peer = (address: string): SocketAddress => ({ family: 'IPv4', address, port: 1 });
const candidates = (...loads: number[]) => loads.map((load, index) => ({ index, load }));

t.test('each socket has a taker as long as a worker is up, and none is one who is down, or lags while another does not', async () => {
  fc.assert(fc.property(standings, fc.constantFrom(...STRATEGIES), (workers, strategy) => {
    const sockets = strategy === 'reuseport' ? workers.length : 1;
    const plan = listenPlan(strategy, sockets, workers);
    const takers = takersOf(workers);
    const busy = plan.flatMap((served, index) => (served.size > 0 ? [index] : []));
    const covered = Array.from({ length: sockets }, (_, socket) => plan.filter((served) => served.has(socket)).length);
    const wanted = { reuseport: 1, exclusive: takers.length, handoff: 0 }[strategy];
    return (
      plan.length === workers.length &&
      busy.every((index) => takers.includes(index)) &&
      covered.every((count) => count === (takers.length > 0 ? wanted : 0)) &&
      takers.every((index) => workers[index]?.up) &&
      (takers.length > 0 || workers.every(({ up }) => !up)) &&
      (!takers.some((index) => workers[index]?.lagging) || workers.every(({ up, lagging }) => !up || lagging))
    );
  }));
});

t.test('reuseport: who is up serves its own socket, whoever else is away', async () => {
  fc.assert(fc.property(standings, (workers) => {
    const plan = listenPlan('reuseport', workers.length, workers);
    return takersOf(workers).every((index) => plan[index]?.has(index));
  }));
});

t.test('round-robin passes over who is away, and goes on behind him', async (t) => {
  const choose = choiceOf('round-robin');
  const chosen = (among: ReturnType<typeof candidates>) => choose(among, peer('::1')).index;
  const all = candidates(0, 0, 0);
  const [withoutSecond, third, second] = [[0, 2], [2], [1]].map((there) => all.filter(({ index }) => there.includes(index)));
  t.same([all, withoutSecond, all, third, second, all].map((among) => chosen(among ?? [])), [0, 2, 0, 2, 1, 2]);
});

t.test('least-connections chooses who has the fewest', async () => {
  fc.assert(fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 16 }), (loads) => {
    return choiceOf('least-connections')(candidates(...loads), peer('::1')).load === Math.min(...loads);
  }));
});

t.test('source-hash: when a worker goes, only his addresses move, and they come back to him', async (t) => {
  const choose = choiceOf('source-hash');
  const all = candidates(0, 0, 0, 0);
  const addresses = Array.from({ length: 4000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const before = addresses.map((address) => choose(all, peer(address)).index);
  const without = addresses.map((address) => choose(all.filter(({ index }) => index !== 2), peer(address)).index);
  t.ok(before.every((worker, i) => (worker === 2 ? without[i] !== 2 : without[i] === worker)));
  for (const { index } of all) {
    const share = before.filter((worker) => worker === index).length;
    t.ok(share > 800 && share < 1200, `worker ${index} has ${share} of 4000 addresses`);
  }
});

/** A loop's meters, which tell what a test says of its turns. */
class Turns {
  readonly meters = new Meters();
  #nowMs = 1000;

  get nowMs(): number {
    return this.#nowMs;
  }

  begin(): void {
    this.meters.counters.turns++;
    this.meters.gauges.turnBeganMs = this.#nowMs;
  }

  end(): void {
    const { gauges, turnSeconds } = this.meters;
    gauges.turnEndedMs = this.#nowMs;
    turnSeconds.observe((this.#nowMs - gauges.turnBeganMs) / 1000);
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  turn(ms: number): void {
    this.begin();
    this.pass(ms);
    this.end();
  }
}

t.test('a loop lags while a turn goes on for longer than the limit, or those that have ended did on average', async (t) => {
  const turns = new Turns();
  const watch = new LoadWatch(turns.meters, 50);
  turns.begin();
  turns.pass(51);
  t.equal(watch.look(turns.nowMs), 51);
  t.ok(watch.lagging);
  turns.end();
  turns.turn(20);
  turns.turn(20);
  watch.look(turns.nowMs);
  t.ok(watch.lagging, 'on average it took 30 ms, which is more than half of the limit');
  for (let i = 0; i < 3; i++) turns.turn(24);
  watch.look(turns.nowMs);
  t.notOk(watch.lagging);
  turns.turn(51);
  watch.look(turns.nowMs);
  t.ok(watch.lagging);
  turns.pass(20);
  t.equal(watch.look(turns.nowMs), 0, 'it has nothing to do');
  t.notOk(watch.lagging);
});

t.test('a loop that lags does not recover between two looks in which no turn has ended', async (t) => {
  const turns = new Turns();
  const watch = new LoadWatch(turns.meters, 50);
  for (let i = 0; i < 3; i++) {
    turns.turn(120);
    turns.pass(0.1);
    turns.begin();
    turns.pass(1);
    watch.look(turns.nowMs);
    turns.pass(20);
    watch.look(turns.nowMs);
    t.ok(watch.lagging);
    turns.pass(99);
    turns.end();
  }
});

t.test('a long turn that ends right behind a look counts in the next one, also where nothing has begun since', async (t) => {
  const turns = new Turns();
  const watch = new LoadWatch(turns.meters, 50);
  turns.begin();
  turns.pass(119);
  watch.look(turns.nowMs);
  turns.pass(1);
  turns.end();
  t.equal(Math.round(watch.look(turns.nowMs)), 120);
});

t.test('with a limit of 0 nobody lags', async (t) => {
  const turns = new Turns();
  const watch = new LoadWatch(turns.meters, 0);
  turns.turn(5000);
  watch.look(turns.nowMs);
  t.notOk(watch.lagging);
});

t.test('the phases of a worker: what may follow what, and nothing else', async (t) => {
  const phases: WorkerPhase[] = ['starting', 'serving', 'draining', 'ended', 'crashed'];
  const legal = phases.flatMap((from) => phases.filter((to) => mayFollow(from, to)).map((to) => `${from} ${to}`));
  t.same(legal, [
    'starting serving', 'starting draining', 'starting ended', 'starting crashed',
    'serving draining', 'serving ended', 'serving crashed',
    'draining ended', 'draining crashed',
    'ended starting',
    'crashed starting', 'crashed ended',
  ]);
});

t.test('the last words of a thread count until its end is settled: they say why it could not start, for one', async (t) => {
  const gone = { alive: false, life: 3 };
  t.ok(isPresent({ ...gone, phase: 'starting' }, 3, { kind: 'failed' }));
  t.ok(isPresent({ ...gone, phase: 'draining' }, 3, { kind: 'draining' }));
  t.notOk(isPresent({ ...gone, phase: 'starting' }, 3, { kind: 'started' }), 'there is nobody to welcome');
  t.notOk(isPresent({ ...gone, phase: 'crashed' }, 3, { kind: 'failed' }));
  t.notOk(isPresent({ alive: true, life: 4, phase: 'starting' }, 3, { kind: 'failed' }), 'it is not the next one that said so');
});

function mayFollow(from: WorkerPhase, to: WorkerPhase): boolean {
  try {
    return transition(from, to) === to;
  } catch {
    return false;
  }
}
