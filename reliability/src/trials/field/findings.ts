/** What is looked for in a trial, and what is found. */
import type { Latency } from './bystanders.js';

/**
 * How thoroughly trials are made. A full one is repeated and measured, and takes a machine that is quiet; a brief one is for the
 * tests: it shows that the server behaves, and measures nothing.
 */
export interface Extent {
  readonly measured: boolean;
  readonly rounds: number;
  /** Of each stretch that bystanders are watched for. */
  readonly seconds: number;
}

export const FULL: Extent = { measured: true, rounds: 5, seconds: 1 };
/** Long enough for some bystanders to be answered also on a machine that is busy with other tests. */
export const BRIEF: Extent = { measured: false, rounds: 1, seconds: 0.3 };

/** What was expected, and whether it was so. */
export interface Expectation {
  readonly what: string;
  readonly met: boolean;
  readonly seen: string;
}

/** Bystanders before a fault and during it. */
export interface Disturbance {
  readonly quiet: Latency;
  readonly attacked: Latency;
}

/** Of one server, from its warm-up to its end. */
export interface Traces {
  readonly descriptors: readonly [before: number, after: number];
  readonly residentBytes: readonly [before: number, after: number];
  /** Counters that have moved, and by how much. */
  readonly moved: Readonly<Record<string, number>>;
}

export interface Findings {
  readonly expectations: readonly Expectation[];
  readonly disturbances: readonly Disturbance[];
  /** Of the server while the fault lasted and nothing could be done, one for each look. */
  readonly cpuPercents: readonly number[];
  readonly traces: readonly Traces[];
}
