import type { ErrorCode } from '../errors.js';
import type { Alarm, Clock } from '../loop/clock.js';
import type { Counters } from '../loop/counters.js';
import type { ConnectionOptions } from '../options.js';
import { WheelEntry } from '../structures/wheel-list.js';

const NOT_RUNNING = -1;
const NEVER = Number.POSITIVE_INFINITY;

/** What the deadlines look at, and whom they end. */
export interface Watched {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** When bytes last came or went. */
  readonly lastActiveMs: number;
  /** Whether a handler's promise is pending: then it is we who keep the peer waiting. */
  readonly handling: boolean;
  /** Whether bytes wait that the socket does not take. */
  readonly blocked: boolean;
  timedOut(code: ErrorCode, why: string): void;
}

type Deadline = 'handshake' | 'message' | 'write' | 'idle' | 'lifetime';

const ENDINGS: Readonly<Record<Deadline, { code: ErrorCode; counter: keyof Counters; option: keyof ConnectionOptions; why: string }>> = {
  handshake: { code: 'EL_HANDSHAKE_TIMEOUT', counter: 'handshakeTimeouts', option: 'handshakeTimeoutMs', why: 'has not sent a first byte' },
  message: { code: 'EL_MESSAGE_TIMEOUT', counter: 'messageTimeouts', option: 'messageTimeoutMs', why: 'has not finished the message that it began' },
  write: { code: 'EL_WRITE_TIMEOUT', counter: 'writeTimeouts', option: 'writeTimeoutMs', why: 'has taken none of the bytes that wait for it' },
  idle: { code: 'EL_IDLE_TIMEOUT', counter: 'idleTimeouts', option: 'idleTimeoutMs', why: 'has neither sent nor taken a byte' },
  lifetime: { code: 'EL_LIFETIME_EXCEEDED', counter: 'lifetimeTimeouts', option: 'lifetimeMs', why: 'has been connected for as long as allowed' },
};

/** In the order in which they are told if several have passed. */
const DEADLINES = Object.keys(ENDINGS) as readonly Deadline[];

/**
 * The times by which a connection must have done something. One alarm serves all of them: it rings at the earliest and,
 * if that was met meanwhile, is set to the next. Meeting a deadline costs no more than noting the time, since it only
 * moves deadlines away.
 */
export class Deadlines extends WheelEntry implements Alarm {
  readonly delayMs = 0;
  readonly periodMs = 0;
  readonly referenced = false;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #options: ConnectionOptions;
  readonly #watched: Watched;
  readonly #openedMs: number;
  #messageSinceMs = NOT_RUNNING;
  /** Since when the socket has taken nothing, and how much it had taken by then. */
  #blockedSinceMs = NOT_RUNNING;
  #bytesWritten = 0;

  /** Undefined for a connection without any. */
  static of(parts: { clock: Clock; counters: Counters }, options: ConnectionOptions, watched: Watched): Deadlines | undefined {
    const none = DEADLINES.every((deadline) => options[ENDINGS[deadline].option] === 0);
    return none ? undefined : new Deadlines(parts, options, watched);
  }

  private constructor({ clock, counters }: { clock: Clock; counters: Counters }, options: ConnectionOptions, watched: Watched) {
    super();
    this.#clock = clock;
    this.#counters = counters;
    this.#options = options;
    this.#watched = watched;
    this.#openedMs = clock.nowMs;
    this.#set();
  }

  /** A message has begun, if none was under way. */
  beginMessage(): void {
    if (this.#messageSinceMs !== NOT_RUNNING) return;
    this.#messageSinceMs = this.#clock.nowMs;
    this.#hasten('message');
  }

  endMessage(): void {
    this.#messageSinceMs = NOT_RUNNING;
  }

  /** To be called when the socket may have taken bytes, or have stopped to take them. */
  noteWrites(): void {
    const { blocked, bytesWritten } = this.#watched;
    if (!blocked) {
      this.#blockedSinceMs = NOT_RUNNING;
    } else if (this.#blockedSinceMs === NOT_RUNNING || bytesWritten !== this.#bytesWritten) {
      this.#blockedSinceMs = this.#clock.nowMs;
      this.#bytesWritten = bytesWritten;
      this.#hasten('write');
    }
  }

  stop(): void {
    if (this.linked) this.#clock.clear(this);
  }

  ring(): void {
    const { nowMs } = this.#clock;
    const missed = DEADLINES.find((deadline) => this.#due(deadline) <= nowMs);
    if (missed === undefined) return this.#set();
    const { code, counter, option, why } = ENDINGS[missed];
    this.#counters[counter]++;
    this.#watched.timedOut(code, `${why} (${option} is ${String(this.#options[option])})`);
  }

  #due(deadline: Deadline): number {
    const limitMs = this.#options[ENDINGS[deadline].option] as number;
    const sinceMs = this.#since(deadline);
    return limitMs === 0 || sinceMs === NOT_RUNNING ? NEVER : sinceMs + limitMs;
  }

  /** When a deadline began to run. */
  #since(deadline: Deadline): number {
    switch (deadline) {
      case 'handshake':
        return this.#watched.bytesRead === 0 ? this.#openedMs : NOT_RUNNING;
      case 'message':
        return this.#messageSinceMs;
      case 'write':
        return this.#blockedSinceMs;
      case 'idle':
        return this.#watched.handling ? this.#clock.nowMs : this.#watched.lastActiveMs;
      case 'lifetime':
        return this.#openedMs;
    }
  }

  #set(): void {
    const dueMs = Math.min(...DEADLINES.map((deadline) => this.#due(deadline)));
    if (dueMs < NEVER) this.#clock.set(this, dueMs);
  }

  /** A deadline has begun to run: it may be earlier than what the alarm is set to. */
  #hasten(deadline: Deadline): void {
    const dueMs = this.#due(deadline);
    if (this.linked && dueMs >= this.dueTick) return;
    if (dueMs === NEVER) return;
    this.stop();
    this.#clock.set(this, dueMs);
  }
}
