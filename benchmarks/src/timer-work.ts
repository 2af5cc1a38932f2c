// The program that the timers benchmark runs: node --expose-gc timer-work.js SCENARIO edgeloop|node
//
// It fills the pending timers, repeats one operation beside them and prints one line of JSON. Each measurement ends after
// two turns of Node's loop, so that work which a timekeeper puts off until then is paid for too. No timer comes due in it.

import { type Timer as EdgeloopTimer, createReactor } from '@edgeloop/reactor';

const PENDING = 1_000_000;
const OPERATIONS = 1_000_000;

/** Enough for the compiler to be done. */
const WARMUP_OPERATIONS = 500_000;

const KEPT = 10;

const IDLE_TIMEOUT_MS = 30_000;
const SHORTEST_MS = 60_000;
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

function fired(): never {
  throw new Error('a timer fired during the measurement');
}

const nodeTimers: Timekeeper<NodeJS.Timeout> = {
  arm: (delayMs) => setTimeout(fired, delayMs),
  cancel: (timer) => clearTimeout(timer),
};

function edgeloopTimers(): Timekeeper<EdgeloopTimer> {
  const reactor = createReactor();
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

/** By index, here and below: the iterator of a typed array costs as much as a timer. */
const armAndCancel: Work = (keeper, delays) => {
  for (let index = 0; index < delays.length; index++) keeper.cancel(keeper.arm(delays[index]!));
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
  for (let index = 0; index < delays.length; index++) pending.push(keeper.arm(delays[index]!));
  return pending;
}

/** User and system time of all threads, the garbage collector's included, for each of so many operations. */
async function cpuNsPerOperation(count: number, work: () => void): Promise<number> {
  globalThis.gc!();
  const before = process.cpuUsage();
  work();
  await settled();
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

/** Two turns: an immediate that was made in the first one runs in the second. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Returns a few timers to keep: code that was optimised for objects of a kind is thrown away when the last of them is collected. */
async function warmUp<T extends Timer>(keeper: Timekeeper<T>, { draw, work }: Task): Promise<T[]> {
  const delays = drawDelays(WARMUP_OPERATIONS, draw);
  const pending = fill(keeper, delays);
  work(keeper, delays, pending);
  await settled();
  for (const timer of pending.splice(KEPT)) keeper.cancel(timer);
  return pending;
}

async function run<T extends Timer>(keeper: Timekeeper<T>, task: Task): Promise<object> {
  const kept = await warmUp(keeper, task);
  const fillDelays = drawDelays(PENDING, task.draw);
  const delays = drawDelays(OPERATIONS, task.draw);
  let pending: T[] = [];
  const fillNs = await cpuNsPerOperation(PENDING, () => (pending = fill(keeper, fillDelays)));
  const operationNs = await cpuNsPerOperation(OPERATIONS, () => task.work(keeper, delays, pending));
  return { pending: pending.length + kept.length, operations: OPERATIONS, fillNs, operationNs };
}

const [scenario = '', keeper = ''] = process.argv.slice(2);
const task = tasks[scenario];
if (task === undefined) throw new Error(`unknown scenario ${scenario}`);
console.log(JSON.stringify(keeper === 'edgeloop' ? await run(edgeloopTimers(), task) : await run(nodeTimers, task)));
// A million timers are pending, and none is waited for.
process.exit(0);
