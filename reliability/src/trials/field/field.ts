import { Caller } from './caller.js';
import { type LoadMode, load } from './bystanders.js';
import { slowdownOf } from './slowdown.js';
import type { Disturbance, Expectation, Extent, Findings, Traces } from './findings.js';
import type { Placement } from './placement.js';
import { peakResidentBytesOf } from './process.js';
import { holds } from '../../waiting.js';
import { type ServerSetting, type Standing, TrialServer } from './server.js';

type CounterName = keyof Standing['counters'];

/** Bystanders may wait at most so much longer than when all is quiet, at the 99th percentile. */
const P99_RATIO = 2;

/** What a server may use while nothing can be done, of one core. */
const IDLE_CPU_PERCENT = 5;
/** Fewer than a listener's backlog: of more the kernel drops some, and those come seconds later, when a deadline has ended the first (tcp(7)). */
const DIALLED_AT_ONCE = 500;

/**
 * What the resident set may have grown by. V8 lets its young generation grow to some 50 MB before it collects, and gives pages back
 * when it likes; a leak of 2 kB for each of twenty thousand connections would be as much, and is found by the slots and descriptors, too.
 */
const RESIDENT_GROWTH_BYTES = 48 * 1024 * 1024;

/** Ends what was begun. */
export type Ending = () => Promise<void> | void;

/** Where a trial is made: the servers that it started, the callers that it sent, and what was seen of them. */
export class Field {
  readonly #expectations: Expectation[] = [];
  readonly #disturbances: Disturbance[] = [];
  readonly #cpuPercents: number[] = [];
  readonly #traces: Traces[] = [];
  readonly #endings: Ending[] = [];

  constructor(
    readonly extent: Extent,
    readonly placement: Placement,
  ) {}

  /** As many as a full trial takes, or a brief one. */
  count(full: number, brief: number): number {
    return this.extent.measured ? full : brief;
  }

  /** Has something undone when the trial is over, however it ends. */
  atEnd(ending: Ending): void {
    this.#endings.push(ending);
  }

  /** A server that is up, has been warmed up, and ends with the trial. */
  async serve(setting: ServerSetting = {}, host?: string): Promise<TrialServer> {
    const server = await TrialServer.start(this.placement.server, setting, host);
    this.atEnd(() => server.kill());
    await server.warmUp();
    return server;
  }

  async callers(server: TrialServer, count: number): Promise<Caller[]> {
    const callers: Caller[] = [];
    while (callers.length < count) {
      const dials = Array.from({ length: Math.min(DIALLED_AT_ONCE, count - callers.length) }, () => Caller.dial(server));
      callers.push(...(await Promise.all(dials)));
    }
    return callers;
  }

  expect(what: string, met: boolean, seen: string | number | boolean = met): void {
    this.#expectations.push({ what, met, seen: String(seen) });
  }

  /** That a counter moves, by at least so much since the warm-up. What was done to the server may be still on its way to it. */
  async expectMoved(server: TrialServer, name: CounterName, atLeast = 1): Promise<void> {
    const moved = async () => (await server.stats()).counters[name] - server.before.counters[name];
    const met = await holds(async () => (await moved()) >= atLeast);
    this.expect(`${name} moves${atLeast > 1 ? ` by ${atLeast} or more` : ''}`, met, await moved());
  }

  /** The same for a metric that was 0 at the start, by the name and the labels that Prometheus is told. */
  async expectMetric(server: TrialServer, name: string, atLeast = 1): Promise<void> {
    const met = await holds(async () => (await server.metric(name)) >= atLeast);
    this.expect(`${name} moves${atLeast > 1 ? ` by ${atLeast} or more` : ''}`, met, await server.metric(name));
  }

  /** That the server never had more memory than it had before, what is allowed by its configuration, and what V8 takes when it likes. */
  expectPeak(server: TrialServer, allowedBytes: number, why: string): void {
    if (!this.extent.measured) return;
    const grown = peakResidentBytesOf(server.pid) - server.before.residentBytes;
    const [seen, allowed] = [grown, allowedBytes + RESIDENT_GROWTH_BYTES].map((bytes) => (bytes / 2 ** 20).toFixed(0));
    this.expect(`its memory never grows by more than ${allowed} MB (${why})`, grown <= allowedBytes + RESIDENT_GROWTH_BYTES, `${seen} MB`);
  }

  /** That a newcomer is served; not always the first one, where deadlines are short and this process is late. */
  async #expectServed(server: TrialServer): Promise<void> {
    const served = await holds(() => server.protocol.serves(server));
    this.expect('a newcomer is served afterwards', served);
  }

  /** Lets a load run against the server, beside what else happens. */
  async load(server: TrialServer, mode: LoadMode, connections: number, seconds: number): Promise<void> {
    await load(server, this.placement, { mode, connections, seconds });
  }

  /** Watches bystanders, first when all is quiet and then during what `begin` begins, in as many rounds as asked for. */
  async disturb(
    server: TrialServer, begin: () => Promise<Ending>, calm: () => Promise<Ending> = () => Promise.resolve(() => {}), times = this.extent.rounds,
  ): Promise<void> {
    const rounds: Disturbance[] = [];
    for (let round = 0; round < times; round++) {
      const quiet = await this.#watchDuring(server, calm);
      const attacked = await this.#watchDuring(server, begin);
      rounds.push({ quiet, attacked });
    }
    this.#disturbances.push(...rounds);
    this.expect('bystanders are answered, and rightly', true);
    const { quiet, attacked, ratio } = slowdownOf(rounds, 'p99Us');
    const seen = `${quiet.toFixed(0)} → ${attacked.toFixed(0)} µs, ${ratio.toFixed(2)}x`;
    if (this.extent.measured) this.expect(`bystanders' p99 stays within ${P99_RATIO}x of quiet`, ratio <= P99_RATIO, seen);
  }

  async #watchDuring(server: TrialServer, begin: () => Promise<Ending>) {
    const end = await begin();
    try {
      return await server.protocol.watch(server, this.placement, this.extent.seconds);
    } finally {
      await end();
    }
  }

  /** Watches the CPU of a server that can do nothing but wait. A brief trial takes no notice of it. */
  async expectIdle(server: TrialServer, when: string): Promise<void> {
    if (!this.extent.measured) return;
    const percent = await server.cpuPercent(this.extent.seconds);
    this.#cpuPercents.push(percent);
    this.expect(`the server needs less than ${IDLE_CPU_PERCENT} % CPU ${when}`, percent < IDLE_CPU_PERCENT, `${percent.toFixed(1)} %`);
  }

  /** The end of each trial: nothing is left of it in the server, but for bytes that it keeps, which is well and ends in order. */
  async expectRecovered(server: TrialServer, keptBytes = 0): Promise<void> {
    await this.#expectServed(server);
    this.expect('no connection is left', await server.atRest());
    const { before } = server;
    const after = await server.standing();
    this.expect('descriptors are back', after.descriptors === before.descriptors, `${before.descriptors} before, ${after.descriptors} after`);
    this.#expectMemory(before, after, keptBytes);
    this.#traces.push(tracesOf(before, after));
    const wrong = await server.stop();
    this.expect('the server ends in order, and has logged no error', wrong === '', wrong);
  }

  #expectMemory({ residentBytes: before }: Standing, { residentBytes: after }: Standing, keptBytes: number): void {
    if (!this.extent.measured) return;
    const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
    this.expect('memory is back, as far as V8 gives it back', after - before < keptBytes + RESIDENT_GROWTH_BYTES, `${megabytes(before)} before, ${megabytes(after)} after`);
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0).toReversed()) await end();
  }

  get findings(): Findings {
    return { expectations: this.#expectations, disturbances: this.#disturbances, cpuPercents: this.#cpuPercents, traces: this.#traces };
  }
}

/** What a server counts at all times, fault or none, tells nothing here. */
const USUAL: readonly string[] = ['turns', 'events', 'eventsReadable', 'eventsWritable', 'eventsPeerClosed', 'emptyWaits', 'bytesRead', 'bytesWritten', 'tasksRun', 'timersExpired', 'closed'];

function tracesOf(before: Standing, after: Standing): Traces {
  const names = Object.keys(after.counters) as CounterName[];
  const changes = names.map((name) => [name, after.counters[name] - before.counters[name]] as const);
  return {
    descriptors: [before.descriptors, after.descriptors],
    residentBytes: [before.residentBytes, after.residentBytes],
    moved: Object.fromEntries(changes.filter(([name, change]) => change !== 0 && !USUAL.includes(name))),
  };
}
