import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import type { Reactor } from '@edgeloop/reactor';
import { takeSnapshot } from '@edgeloop/reactor/telemetry';

const LOOK_EVERY_MS = 20;
/** Longer than anything that is still on its way may take; the key-value server gives its last clients a second. */
const STEADY_MS = 1500;
const PATIENCE_MS = 15_000;

/** What must be the same whenever nobody is there. */
export interface Holdings {
  /** Entries of /proc/self/fd. */
  readonly descriptors: number;
  /** Descriptors in the epoll sets of the process, as the kernel counts them. */
  readonly registrations: number;
  /** Channels of the reactor. */
  readonly slots: number;
  readonly timers: number;
  readonly tasks: number;
  readonly connections: number;
  readonly queuedBytes: number;
}

export type Holding = keyof Holdings;

/** What is in use after a collection: objects by their number, all else in bytes. */
export interface MemoryUse {
  /** JavaScript's, but for what V8 keeps for itself, compiled code above all: that makes the heap grow for hours. */
  readonly objects: number;
  readonly heap: number;
  /** With all array buffers. */
  readonly external: number;
  readonly resident: number;
}

export type MemoryKind = keyof MemoryUse;

export interface Sample {
  readonly holdings: Holdings;
  readonly memory: MemoryUse;
}

/**
 * Takes a sample when everything is as expected; or else when nothing has changed for a while, so that what is merely
 * late is not taken for lost.
 */
export async function sampleWhenSettled(reactor: Reactor, expected: Holdings | undefined): Promise<Sample> {
  const holdings = await settled(reactor, expected);
  // What has a finalizer goes with the collection behind it. Counting collects once more, and drops code that is not in use.
  globalThis.gc?.();
  await setTimeout(1);
  const objects = queryObjects(Object, { format: 'count' });
  const { heapUsed, external, rss } = process.memoryUsage();
  return { holdings, memory: { objects, heap: heapUsed, external, resident: rss } };
}

async function settled(reactor: Reactor, expected: Holdings | undefined): Promise<Holdings> {
  let last = await holdingsOf(reactor);
  let sinceMs = performance.now();
  for (const deadlineMs = sinceMs + PATIENCE_MS; performance.now() < deadlineMs; await setTimeout(LOOK_EVERY_MS)) {
    const now = await holdingsOf(reactor);
    if (expected !== undefined && isSame(now, expected)) return now;
    if (!isSame(now, last)) [last, sinceMs] = [now, performance.now()];
    if (performance.now() - sinceMs > STEADY_MS) return now;
  }
  return last;
}

/** After a turn, at whose end a reactor says how it stands. */
async function holdingsOf(reactor: Reactor): Promise<Holdings> {
  await new Promise<void>((resolve) => reactor.post(resolve));
  await new Promise(setImmediate);
  const { channels, timersPending, tasksPending, bytesQueued } = takeSnapshot(reactor.meters).gauges;
  const descriptors = readdirSync('/proc/self/fd');
  return {
    // One of them is that of the listing itself.
    descriptors: descriptors.length - 1,
    registrations: descriptors.reduce((sum, descriptor) => sum + registrationsIn(descriptor), 0),
    slots: channels,
    timers: timersPending,
    tasks: tasksPending,
    connections: reactor.connectionCount,
    queuedBytes: bytesQueued,
  };
}

/** Each descriptor in an epoll set has a line in what the kernel tells of it (proc(5), /proc/pid/fdinfo). */
function registrationsIn(descriptor: string): number {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`) !== 'anon_inode:[eventpoll]') return 0;
    return readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').match(/^tfd:/gm)?.length ?? 0;
  } catch {
    // The listing's own, which is closed by now.
    return 0;
  }
}

function isSame(one: Holdings, other: Holdings): boolean {
  return (Object.keys(one) as Holding[]).every((name) => one[name] === other[name]);
}
