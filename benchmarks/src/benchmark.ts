// What a benchmark is, and what it hands to the report. A new benchmark is one file that exports a Benchmark, added to
// the list in bench.ts.

import type { Verdict } from './target.js';

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /**
   * Servers are under load for --seconds. Stores are servers that hold --keys and are asked with --pipelines. Programs do a
   * fixed amount of work, with nobody on the other side.
   */
  readonly measures: 'servers' | 'stores' | 'programs';
  /** Whether the stores keep their data in folders, below --folder. */
  readonly keepsData?: boolean;
  readonly peers: readonly Peer[];
  /** Length of one measurement, if not as long as usual. */
  readonly seconds?: number;
  readonly scenarios: readonly Scenario[];
  /** The scenarios that --quick runs. */
  readonly quick: readonly string[];
  /** Lines that bring together what the scenarios have measured. */
  conclude?(reports: readonly ScenarioReport[]): readonly string[];
}

/** Who is measured: a server or a program. */
export interface Peer {
  readonly name: string;
  readonly title: string;
  /** False for one that is measured only when it is asked for. */
  readonly usual: boolean;
  /** Whether it has work for several cores: it may use that of the load generator too, while others stay on one of their own. */
  readonly everyCore?: boolean;
  /**
   * The command line, or undefined where the peer cannot be had on this machine. A store is told its port; a server chooses
   * one and prints it.
   */
  command(port?: number): readonly string[] | undefined;
}

/** What the command line asks for. */
export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Whether it is to be a short look. */
  readonly quick: boolean;
  /** Of stores alone: how many keys each holds, if not as many as a scenario usually has, and how many requests a client sends before it waits. */
  readonly keys: number | undefined;
  readonly pipelines: readonly number[];
  /** Of stores that keep their data: the folder below which theirs are made. */
  readonly folder: string;
  readonly peers: readonly string[];
  readonly scenarios: readonly string[];
  readonly json: string | undefined;
}

/** What every scenario of one run shares. */
export interface Run {
  readonly options: Options;
  readonly cores: Cores;
  /** Those that were asked for and can be had on this machine. */
  readonly peers: readonly Peer[];
}

/** The same for one scenario, which has a number of keys. */
export interface Session extends Run {
  readonly options: Options & { readonly keys: number };
}

export interface Cores {
  readonly server: number;
  readonly load: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Keys in each store, and in a short look, where --keys says nothing. */
  readonly keys?: { readonly usual: number; readonly quick: number };
  run(session: Session): Promise<ScenarioReport>;
}

export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader of the table must know about this run of it. */
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** Every single measurement, by peer, in the order of the rounds. */
  readonly samples: Readonly<Record<string, readonly object[]>>;
}
