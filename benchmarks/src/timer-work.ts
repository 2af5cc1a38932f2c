// The program that the timers benchmark runs: node --expose-gc timer-work.js SCENARIO edgeloop|node
//
// It fills the pending timers, repeats one operation beside them and prints one line of JSON. All of that happens in one
// turn of the loop, so that no timer fires, however short its delay.

import { createReactor } from '@edgeloop/reactor';

const PENDING = 1_000_000;
const OPERATIONS = 1_000_000;

/** Enough for the compiler to have seen what it is about to optimise. */
const WARMUP_OPERATIONS = 20_000;

const IDLE_TIMEOUT_MS = 30_000;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 600_000;
const SEED = 0x9e3779b9;

/** A prime that divides no number of timers here, so that every one of them has its turn. */
const STRIDE = 7919;

interface Timer {
  refresh(): unknown;
}

/** One way of keeping time. A process makes one of them, so that the calls through it are to one target. */
interface Timekeeper<T extends Timer> {
  arm(delayMs: number): T;
  cancel(timer: T): void;
}

/** Nothing but what is measured. Kept apart from Reactor so that the benchmark says what it needs. */
interface TimerReactor {
  setTimeout(callback: () => void, delayMs: number): Timer & { cancel(): void };
}

function fired(): never {
  throw new Error('a timer fired during the measurement');
}

const nodeTimers: Timekeeper<NodeJS.Timeout> = {
  arm: (delayMs) => setTimeout(fired, delayMs),
  cancel: (timer) => clearTimeout(timer),
};

function edgeloopTimers(): Timekeeper<Timer & { cancel(): void }> {
  const reactor = createReactor() as ReturnType<typeof createReactor> & TimerReactor;
  return {
    arm: (delayMs) => reactor.setTimeout(fired, delayMs),
    cancel: (timer) => timer.cancel(),
  };
}

const sameDelay = (): number => IDLE_TIMEOUT_MS;

/** Whole milliseconds, drawn evenly by a xorshift generator: the same ones in each process. */
function mixedDelay(): () => number {
  let state = SEED;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return SHORTEST_MS + ((state >>> 0) % (LONGEST_MS - SHORTEST_MS + 1));
  };
}

/** Drawn before the measurement, so that drawing is not measured. */
function drawDelays(count: number, draw: () => number): Uint32Array {
  return Uint32Array.from({ length: count }, draw);
}

/** One operation for each delay, beside the pending timers or on them. */
type Work = <T extends Timer>(keeper: Timekeeper<T>, delays: Uint32Array, pending: T[]) => void;

const armAndCancel: Work = (keeper, delays) => {
  for (const delay of delays) keeper.cancel(keeper.arm(delay));
};

/** A pending timer goes for each that is armed, the oldest first, as connections come and go. */
const replace: Work = (keeper, delays, pending) => {
  for (let index = 0; index < delays.length; index++) {
    const place = index % pending.length;
    keeper.cancel(pending[place]!);
    pending[place] = keeper.arm(delays[index]!);
  }
};

/** Walks the timers in strides, because connections are not heard from in the order of their timers. */
const touch: Work = (_, delays, pending) => {
  let place = 0;
  for (let index = 0; index < delays.length; index++) {
    pending[place]!.refresh();
    place = (place + STRIDE) % pending.length;
  }
};

function fill<T extends Timer>(keeper: Timekeeper<T>, delays: Uint32Array): T[] {
  const pending: T[] = [];
  for (const delay of delays) pending.push(keeper.arm(delay));
  return pending;
}

/** User and system time of all threads, the garbage collector's included, for each of so many operations. */
function cpuNsPerOperation(count: number, work: () => void): number {
  globalThis.gc!();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / count;
}

interface Task {
  readonly draw: () => number;
  readonly work: Work;
}

const tasks: Readonly<Record<string, Task>> = {
  'same-delay': { draw: sameDelay, work: armAndCancel },
  mixed: { draw: mixedDelay(), work: armAndCancel },
  replace: { draw: mixedDelay(), work: replace },
  touch: { draw: sameDelay, work: touch },
};

function warmUp<T extends Timer>(keeper: Timekeeper<T>, { draw, work }: Task): void {
  const delays = drawDelays(WARMUP_OPERATIONS, draw);
  const pending = fill(keeper, delays);
  work(keeper, delays, pending);
  for (const timer of pending) keeper.cancel(timer);
}

function run<T extends Timer>(keeper: Timekeeper<T>, task: Task): object {
  warmUp(keeper, task);
  const fillDelays = drawDelays(PENDING, task.draw);
  const delays = drawDelays(OPERATIONS, task.draw);
  let pending: T[] = [];
  const fillNs = cpuNsPerOperation(PENDING, () => (pending = fill(keeper, fillDelays)));
  const operationNs = cpuNsPerOperation(OPERATIONS, () => task.work(keeper, delays, pending));
  return { pending: pending.length, operations: OPERATIONS, fillNs, operationNs };
}

const [scenario = '', keeper = ''] = process.argv.slice(2);
const task = tasks[scenario];
if (task === undefined) throw new Error(`unknown scenario ${scenario}`);
console.log(JSON.stringify(keeper === 'edgeloop' ? run(edgeloopTimers(), task) : run(nodeTimers, task)));
// A million timers are pending, and none is waited for.
process.exit(0);
