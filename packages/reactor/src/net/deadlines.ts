import type { ErrorCode } from '../errors.js';
import type { Clock } from '../loop/clock.js';
import type { Alarm } from '../loop/timer.js';
import type { ConnectionOptions } from '../options.js';
import { WheelEntry } from '../structures/wheel-list.js';

const NOT_RUNNING = -1;
const NEVER = Number.POSITIVE_INFINITY;

/** What the deadlines look at, and whom they end. */
export interface Watched {
  readonly openedMs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** When bytes last came or went. */
  readonly lastActiveMs: number;
  /** Whether a handler's promise is pending. */
  readonly handling: boolean;
  /** Whether bytes wait that the socket does not take. */
  readonly blocked: boolean;
  /** Tries to send what waits. False if the connection has ended by that. */
  retry(): boolean;
  timedOut(code: ErrorCode, why: string): void;
}

type Deadline = 'handshake' | 'message' | 'write' | 'idle' | 'lifetime';

const ENDINGS: Readonly<Record<Deadline, { code: ErrorCode; option: keyof ConnectionOptions; why: string }>> = {
  handshake: { code: 'EL_HANDSHAKE_TIMEOUT', option: 'handshakeTimeoutMs', why: 'has not sent a first byte' },
  message: { code: 'EL_MESSAGE_TIMEOUT', option: 'messageTimeoutMs', why: 'has not finished the message that it began' },
  write: { code: 'EL_WRITE_TIMEOUT', option: 'writeTimeoutMs', why: 'has taken none of the bytes that wait for it' },
  idle: { code: 'EL_IDLE_TIMEOUT', option: 'idleTimeoutMs', why: 'has neither sent nor taken a byte' },
  lifetime: { code: 'EL_LIFETIME_EXCEEDED', option: 'lifetimeMs', why: 'has been connected for as long as allowed' },
};

/** In the order in which they are told if several have passed. */
const DEADLINES = Object.keys(ENDINGS) as readonly Deadline[];

/**
 * The times by which a connection must have done something. One alarm serves all of them: it rings at the earliest and,
 * if that was met meanwhile, is set to the next. Meeting a deadline costs no more than noting the time, since it only
 * moves deadlines away.
 *
 * While a handler's promise is pending nothing is read, so what the peer has to send is not waited for either: that time
 * is not counted, except for `write` and `lifetime`. Times are those of the begin of turns; alarms ring at the end of a
 * turn, when what its wait told of has been read. What is due beyond the clock's horizon waits: there may be bytes that meet it.
 */
export class Deadlines extends WheelEntry implements Alarm {
  readonly periodMs = 0;
  readonly referenced = false;
  readonly #clock: Clock;
  readonly #options: ConnectionOptions;
  readonly #watched: Watched;
  /** Since when a handler's promise is pending; when the last one was settled; how long all of them took. */
  #handlingSinceMs = NOT_RUNNING;
  #handledUntilMs = NOT_RUNNING;
  #handledMs = 0;
  /** When the message began, less what handlers had taken until then. */
  #messageSinceMs = NOT_RUNNING;
  /** Since when the socket has taken nothing, and how much it had taken by then. */
  #blockedSinceMs = NOT_RUNNING;
  #bytesWritten = 0;

  /** Undefined for a connection without any. */
  static of(clock: Clock, options: ConnectionOptions, watched: Watched): Deadlines | undefined {
    const { handshakeTimeoutMs, messageTimeoutMs, writeTimeoutMs, idleTimeoutMs, lifetimeMs } = options;
    // Summed up, because this is done for every connection.
    const none = handshakeTimeoutMs + messageTimeoutMs + writeTimeoutMs + idleTimeoutMs + lifetimeMs === 0;
    return none ? undefined : new Deadlines(clock, options, watched);
  }

  private constructor(clock: Clock, options: ConnectionOptions, watched: Watched) {
    super();
    this.#clock = clock;
    this.#options = options;
    this.#watched = watched;
    if (watched.handling) this.beginHandling();
    this.noteWrites();
    this.#set();
  }

  /** A deadline may have come nearer. Of one that has moved away the alarm finds out by itself when it rings. */
  optionsChanged(): void {
    this.#set();
  }

  /** A message has begun, if none was under way. */
  beginMessage(): void {
    if (this.#messageSinceMs !== NOT_RUNNING) return;
    this.#messageSinceMs = this.#clock.nowMs - this.#excuse();
    this.#ringBy(this.#due('message'));
  }

  endMessage(): void {
    this.#messageSinceMs = NOT_RUNNING;
  }

  /** A handler's promise is pending, and has been settled. The second cannot bring a deadline nearer. */
  beginHandling(): void {
    this.#handlingSinceMs = this.#clock.nowMs;
  }

  endHandling(): void {
    this.#handledMs = this.#excuse();
    this.#handledUntilMs = this.#clock.nowMs;
    this.#handlingSinceMs = NOT_RUNNING;
  }

  /** To be called when the socket may have taken bytes, or have stopped to take them. */
  noteWrites(): void {
    const { blocked, bytesWritten } = this.#watched;
    if (!blocked) {
      this.#blockedSinceMs = NOT_RUNNING;
    } else if (this.#blockedSinceMs === NOT_RUNNING || bytesWritten !== this.#bytesWritten) {
      this.#blockedSinceMs = this.#clock.nowMs;
      this.#bytesWritten = bytesWritten;
      this.#ringBy(this.#due('write'));
    }
  }

  stop(): void {
    if (this.linked) this.#clock.clear(this);
  }

  ring(): void {
    const { horizonMs } = this.#clock;
    if (this.#due('write') <= horizonMs && !this.#watched.retry()) return;
    const missed = DEADLINES.find((deadline) => this.#due(deadline) <= horizonMs);
    if (missed === undefined) return this.#set();
    const { code, option, why } = ENDINGS[missed];
    this.#watched.timedOut(code, `${why} (${option} is ${String(this.#options[option])})`);
  }

  #due(deadline: Deadline): number {
    const limitMs = this.#options[ENDINGS[deadline].option] as number;
    const sinceMs = this.#since(deadline);
    return limitMs === 0 || sinceMs === NOT_RUNNING ? NEVER : sinceMs + limitMs;
  }

  get #handling(): boolean {
    return this.#handlingSinceMs !== NOT_RUNNING;
  }

  /** How long handlers have kept the peer waiting so far, the present one included. */
  #excuse(): number {
    return this.#handledMs + (this.#handling ? this.#clock.nowMs - this.#handlingSinceMs : 0);
  }

  /** Since when a deadline runs. */
  #since(deadline: Deadline): number {
    switch (deadline) {
      case 'handshake':
        return this.#watched.bytesRead === 0 ? this.#watched.openedMs + this.#excuse() : NOT_RUNNING;
      case 'message':
        return this.#messageSinceMs === NOT_RUNNING ? NOT_RUNNING : this.#messageSinceMs + this.#excuse();
      case 'write':
        return this.#blockedSinceMs;
      case 'idle':
        return this.#handling ? this.#clock.nowMs : Math.max(this.#watched.lastActiveMs, this.#handledUntilMs);
      case 'lifetime':
        return this.#watched.openedMs;
    }
  }

  /** Has the alarm ring at the earliest of all; for one that is due, but lies beyond the horizon, in another turn. */
  #set(): void {
    this.#ringBy(Math.max(Math.min(...DEADLINES.map((deadline) => this.#due(deadline))), this.#clock.nowMs + 1));
  }

  #ringBy(dueMs: number): void {
    if (dueMs === NEVER || (this.linked && dueMs >= this.dueTick)) return;
    this.stop();
    this.#clock.set(this, dueMs);
  }
}
