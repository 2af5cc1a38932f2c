import { ERROR_CODES } from '../errors.js';
import { invariant } from '../invariant.js';
import { METERS_BYTES } from '../limits.js';
import { Histogram, type HistogramShape } from '../structures/histogram.js';
import { Tally } from '../structures/tally.js';
import { COUNTERS, type Counters, openCounters } from './counters.js';
import { HOOKS } from './hook.js';
import { GAUGES, type Gauges, openGauges } from './gauges.js';
import { PluginMeters } from './plugin-meters.js';
import { STAGES } from './stage.js';

/** The system's errors that are told apart; all others are counted as "other", so that there are never more names than these. */
const ERRNOS = [
  'EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL', 'ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTDOWN', 'EHOSTUNREACH', 'EMFILE', 'ENETDOWN',
  'ENETUNREACH', 'ENFILE', 'ENOBUFS', 'ENOENT', 'ENOMEM', 'ENOSPC', 'EPIPE', 'EPROTO', 'ETIMEDOUT',
];
const ERROR_NAMES = [...ERROR_CODES, ...ERRNOS, 'other'];

/** From 4 µs to 2 s. */
const TURN: HistogramShape = { lowest: 4e-6, buckets: 20 };
/** From 1 event to 1024, which is all that one epoll_wait fetches. */
const BATCH: HistogramShape = { lowest: 1, buckets: 11 };
/** From 0.25 ms to 8 s; timers tick in milliseconds. */
const LATENESS: HistogramShape = { lowest: 0.25e-3, buckets: 16 };

/**
 * All numbers that a reactor keeps of itself, in one piece of shared memory. The loop counts; whoever wants to know reads,
 * from any thread, also while the loop is blocked: `new Meters(memory)` there sees the same numbers.
 */
export class Meters {
  readonly memory: SharedArrayBuffer;
  readonly counters: Counters;
  readonly gauges: Gauges;
  /** Milliseconds, by the number of the stage. */
  readonly stagesMs: Float64Array;
  readonly errors: Tally;
  readonly stallsByHook: Tally;
  readonly plugins: PluginMeters;
  /** How long turns took, the wait before them not included. */
  readonly turnSeconds: Histogram;
  /** How many events one epoll_wait brought. */
  readonly batchEvents: Histogram;
  /** How much later than they were due timers were called. */
  readonly timerLatenessSeconds: Histogram;
  /** How long those that waited in the ready queue from one turn to the next have waited, at most: once for each such turn. */
  readonly readyAgeSeconds: Histogram;
  /** How long connections that another thread has accepted were on their way to this loop. */
  readonly handoffSeconds: Histogram;

  constructor(memory = new SharedArrayBuffer(METERS_BYTES)) {
    this.memory = memory;
    let offset = 0;
    const take = (count: number) => {
      const cells = new Float64Array(memory, offset, count);
      offset += cells.byteLength;
      return cells;
    };
    const histogram = (shape: HistogramShape) => new Histogram(shape, take(Histogram.cells(shape)));
    this.counters = openCounters(take(COUNTERS.length));
    this.gauges = openGauges(take(GAUGES.length));
    this.stagesMs = take(STAGES.length);
    this.errors = new Tally(ERROR_NAMES, take(ERROR_NAMES.length));
    this.stallsByHook = new Tally(HOOKS, take(HOOKS.length));
    this.turnSeconds = histogram(TURN);
    this.batchEvents = histogram(BATCH);
    this.timerLatenessSeconds = histogram(LATENESS);
    this.readyAgeSeconds = histogram(TURN);
    this.handoffSeconds = histogram(TURN);
    this.plugins = new PluginMeters(take(PluginMeters.CELLS), new Uint8Array(memory, offset, PluginMeters.NAMES_BYTES));
    invariant(offset + PluginMeters.NAMES_BYTES <= METERS_BYTES, 'the meters do not fit their memory');
  }
}
