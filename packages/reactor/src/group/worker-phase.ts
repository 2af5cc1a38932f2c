import { invariant } from '../invariant.js';

/**
 * The life of a worker's slot:
 *
 *   starting ──▶ serving ──▶ draining ──▶ ended ──▶ starting    told to end; and perhaps to be replaced
 *       └───────────┴───────────┴───────▶ crashed ─▶ starting    its thread has died; after a rest there is another one
 */
export type WorkerPhase = 'starting' | 'serving' | 'draining' | 'ended' | 'crashed';

const NEXT: Readonly<Record<WorkerPhase, readonly WorkerPhase[]>> = {
  starting: ['serving', 'draining', 'ended', 'crashed'],
  serving: ['draining', 'ended', 'crashed'],
  draining: ['ended', 'crashed'],
  ended: ['starting'],
  crashed: ['starting', 'ended'],
};

/** Asserts that the step is a legal one, and returns the new phase. */
export function transition(from: WorkerPhase, to: WorkerPhase): WorkerPhase {
  invariant(NEXT[from].includes(to), `a worker cannot go from ${from} to ${to}`);
  return to;
}
