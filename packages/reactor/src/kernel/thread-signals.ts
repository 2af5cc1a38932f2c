/**
 * Blocks signals in every thread of the process, and unblocks them.
 *
 * A signal for the process is delivered to any thread that does not block it, and V8's and libuv's threads do not: a
 * signal that is to be read from a signalfd must be blocked in all of them, or it takes its default action in one. The
 * calling thread changes its own mask, which threads made later inherit; those that exist are visited by a real-time
 * signal whose handler changes theirs, until a pass over /proc/self/task finds none left to change.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';

/** The library's functions, as kernel.ts describes what becomes of them. A set of signals is `low` and `high`, 32 bits each. */
export interface SignalCalls {
  gettid(): number;
  signalMask(block: number, low: number, high: number): number;
  signalVisitor(signal: number): number;
  signalVisit(thread: number, signal: number, block: number, low: number, high: number): number;
}

/** Real-time signals to look for a free one among: the C libraries keep the first for themselves, tracers the last. */
const LAST_REAL_TIME = 60;
const FIRST_REAL_TIME = 35;

/** Passes are a millisecond apart. A visited thread changes as soon as it runs; one that does not in this time is stuck in the kernel. */
const MAX_PASSES = 2000;
const PASS_MS = 1;

/** One pass may find a thread in a moment in which it blocks everything: while it makes a thread, ends, or is visited. */
const CLEAN_PASSES = 2;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Returns 0, or -errno: EAGAIN when no real-time signal is free, ETIMEDOUT when a thread could not be changed. */
export function maskEverywhere(calls: SignalCalls, block: boolean, low: number, high: number): number {
  const visitor = findVisitor(calls, low, high);
  if (visitor < 0) return visitor;
  const masked = calls.signalMask(block ? 1 : 0, low, high);
  if (masked < 0) return masked;
  const visited = new Set<number>();
  let clean = 0;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const left = otherThreads(calls.gettid()).filter((thread) => mustChange(thread, visitor, block, low, high));
    clean = left.length === 0 ? clean + 1 : 0;
    if (clean === CLEAN_PASSES) return 0;
    for (const thread of left) {
      if (!visited.has(thread)) calls.signalVisit(thread, visitor, block ? 1 : 0, low, high);
      visited.add(thread);
    }
    Atomics.wait(sleeper, 0, 0, PASS_MS);
  }
  return -constants.errno.ETIMEDOUT;
}

/** One that nobody handles, and that no reactor reads: what is read is blocked, and would not visit. */
function findVisitor(calls: SignalCalls, low: number, high: number): number {
  const blocked = blockedBy(calls.gettid());
  for (let signal = LAST_REAL_TIME; signal >= FIRST_REAL_TIME; signal--) {
    if (bitOf({ low, high }, signal) || (blocked !== undefined && bitOf(blocked, signal))) continue;
    if (calls.signalVisitor(signal) === 0) return signal;
  }
  return -constants.errno.EAGAIN;
}

function otherThreads(self: number): number[] {
  return readdirSync('/proc/self/task').map(Number).filter((thread) => thread !== self);
}

/** Whether a visit would change the thread, and reach it: one that blocks the visitor too manages its mask itself. */
function mustChange(thread: number, visitor: number, block: boolean, low: number, high: number): boolean {
  const mask = blockedBy(thread);
  if (mask === undefined || bitOf(mask, visitor)) return false;
  const wanted = block ? { low, high } : { low: 0, high: 0 };
  return (mask.low & low) !== (wanted.low & low) || (mask.high & high) !== (wanted.high & high);
}

/** The SigBlk line of a thread's status (proc(5)); undefined if the thread has ended. */
function blockedBy(thread: number): { low: number; high: number } | undefined {
  try {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'latin1');
    const digits = /^SigBlk:\t([0-9a-f]{16})$/m.exec(status)?.[1];
    if (digits === undefined) return undefined;
    return { high: Number.parseInt(digits.slice(0, 8), 16), low: Number.parseInt(digits.slice(8), 16) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Whether a signal is in a set of two words: bit n - 1 for signal n. */
export function bitOf({ low, high }: { readonly low: number; readonly high: number }, signal: number): boolean {
  return signal <= 32 ? ((low >>> (signal - 1)) & 1) === 1 : ((high >>> (signal - 33)) & 1) === 1;
}
