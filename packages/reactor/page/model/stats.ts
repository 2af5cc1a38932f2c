/** What `GET /stats` answers. Counters, stages and the three maps are cumulative since the process began. */
export interface Stats {
  readonly name: string;
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  /** Monotonic: the clock to divide by, which a wall clock that is set does not move. */
  readonly atSeconds: number;
  readonly draining: boolean;
  readonly counters: Counts;
  readonly gauges: Counts;
  readonly histograms: Readonly<Record<string, Histogram>>;
  readonly stagesSeconds: Counts;
  readonly errors: Counts;
  readonly closes: Counts;
  readonly plugins: Readonly<Record<string, { readonly handlerSeconds: number; readonly stalls: number }>>;
  /** Not there, or empty, where one thread does it all. */
  readonly workers?: readonly WorkerEntry[];
}

/** One thread of a group. */
export interface WorkerEntry {
  readonly worker: number;
  readonly phase: string;
  readonly lagging: boolean;
  readonly connections: number;
  readonly crashes: number;
  /** Of its present thread, whose number this is. */
  readonly cpuSeconds: number;
  readonly thread: number;
}

/** Numbers by name. A name that an older or newer server does not send counts as 0. */
export type Counts = Readonly<Record<string, number>>;

export interface Histogram {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  /** One more than bounds, not cumulative: the last counts what is above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What `GET /connections` answers. */
export interface ConnectionList {
  readonly total: number;
  readonly matched: number;
  readonly connections: readonly ConnectionEntry[];
}

export interface ConnectionEntry {
  /** A text where several threads have connections: "2-0-4711". */
  readonly id: number | string;
  readonly plugin: string;
  readonly direction: 'accepted' | 'dialled';
  readonly peer: string;
  /** Null where the kernel does not tell. */
  readonly local: string | null;
  readonly state: string;
  readonly armed: readonly string[];
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly bytesQueued: number;
  readonly paused: boolean;
  /** Null where there is no TCP. */
  readonly rttSeconds: number | null;
  readonly retransmits: number | null;
}
