import { cpuSecondsOf } from './thread-cpu.js';
import type { WorkerPhase } from './worker-phase.js';
import type { WorkerSlot } from './worker-slot.js';

/** How one worker stands. */
export interface WorkerStatus {
  readonly index: number;
  readonly phase: WorkerPhase;
  /** Its turns take too long, so that it gets no new connections for now. */
  readonly lagging: boolean;
  /** Connections that it has, those on their way to it included. */
  readonly connections: number;
  /** Of them, those on their way to it. */
  readonly waiting: number;
  /** How often its thread was started again. */
  readonly restarts: number;
  /** How often its thread has ended without having been told to, or could not start. */
  readonly crashes: number;
  /** The kernel's number of its present thread, as top -H shows it, and the CPU time that this has had; 0 while there is none. */
  readonly thread: number;
  readonly cpuSeconds: number;
}

export function statusOf({ index, phase, watch, load, waiting, life, crashes, thread }: WorkerSlot): WorkerStatus {
  const cpuSeconds = thread === 0 ? 0 : cpuSecondsOf(thread);
  return { index, phase, lagging: watch.lagging, connections: load, waiting, restarts: Math.max(0, life), crashes, thread, cpuSeconds };
}
