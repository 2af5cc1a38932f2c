import type { Channel } from './channel.js';
import type { Meters } from './meters.js';
import { EdgeloopError, check } from '../errors.js';
import { EPOLLET, EPOLLIN } from '../kernel/abi.js';
import { Horizon } from './horizon.js';
import type { KeepAlive } from './keep-alive.js';
import type { Kernel } from '../kernel/kernel.js';
import { TIMER_BUDGET_TOUCHES } from '../limits.js';
import type { Poller } from './poller.js';
import { TimerWheel } from '../structures/timer-wheel.js';
import { type WheelEntry, WheelList } from '../structures/wheel-list.js';
import { type Alarm, ClockTimer, IntervalTimer, type Timer, type TimerClock, TimerOwner } from './timer.js';
import { rethrowLater } from './rethrow.js';
import type { Stopwatch } from './stopwatch.js';

const NS_PER_MS = 1_000_000;
const NO_FD = -1;
/** Stands for the tick of a timer that is not on the wheel yet. */
const FRESH = -1;
const NOT_ARMED = Number.POSITIVE_INFINITY;

export interface ClockParts {
  readonly kernel: Kernel;
  readonly poller: Poller;
  readonly meters: Meters;
  readonly keepAlive: KeepAlive;
  readonly stopwatch: Stopwatch;
  /** Has a turn made soon. */
  wakeHost(): void;
}

/**
 * The time, and what happens at a time: any number of timers on a wheel, and one timerfd in the epoll set that wakes the
 * loop for the next of them, so that either host sleeps just as long as it may. Owns the timerfd.
 *
 * The timerfd is edge-triggered and never read: setting it again takes the old expiry off.
 */
export class Clock implements Channel, TimerClock {
  fd: number;
  readonly keepsAlive = false;
  slot = -1;
  readonly #kernel: Kernel;
  readonly #poller: Poller;
  readonly #meters: Meters;
  readonly #keepAlive: KeepAlive;
  readonly #stopwatch: Stopwatch;
  readonly #wakeHost: () => void;
  /** Of the timers that the reactor makes for itself. */
  readonly #reactor = new TimerOwner(this);
  readonly #wheel: TimerWheel;
  /** Timers made since the last turn ended. */
  readonly #fresh = new WheelList();
  #woken = false;
  /** When the timerfd expires. */
  #armedMs = NOT_ARMED;
  #turnMs: number;
  readonly #horizon: Horizon;
  #behind = false;
  #inTurn = false;
  #silent = false;

  constructor(parts: ClockParts) {
    const { kernel, poller } = parts;
    this.#kernel = kernel;
    this.#poller = poller;
    this.#meters = parts.meters;
    this.#keepAlive = parts.keepAlive;
    this.#stopwatch = parts.stopwatch;
    this.#wakeHost = () => parts.wakeHost();
    this.#turnMs = kernel.now();
    this.#wheel = new TimerWheel(this.#turnMs);
    this.#horizon = new Horizon(this.#turnMs);
    this.fd = check(kernel.timerfdCreate(), 'timerfd_create');
    try {
      poller.enter(this, (EPOLLIN | EPOLLET) >>> 0);
    } catch (error) {
      kernel.close(this.fd);
      throw error;
    }
  }

  /** Timers that wait, but for those of this very turn. */
  get pending(): number {
    return this.#wheel.size;
  }

  /** Makes no call any more, nor those that are due in this very turn: nothing could be asked of the loop in them. */
  silence(): void {
    this.#silent = true;
  }

  /** Walks the users' timers that wait, and the reactor's own among them. */
  *timers(): IterableIterator<ClockTimer> {
    yield* this.#fresh.entries() as IterableIterator<ClockTimer>;
    for (const entry of this.#wheel.entries()) if (entry instanceof ClockTimer) yield entry;
  }

  /** Whether timers are due that the last turn had no budget for, or new ones wait for the next turn to be started. */
  get behind(): boolean {
    return this.#behind || !this.#fresh.empty;
  }

  /** Whether no call is made any more. */
  get closed(): boolean {
    return this.fd === NO_FD;
  }

  /** When this turn began, or the last one. */
  get turnMs(): number {
    return this.#turnMs;
  }

  /** The time on the monotonic clock, in ms with a fraction. Within a turn it is that of the turn's begin. */
  get nowMs(): number {
    return this.#inTurn ? this.#turnMs : this.#kernel.now();
  }

  /** Calls `callback` in the loop, not before `delayMs` have passed from now. */
  after(delayMs: number, callback: () => void, owner = this.#reactor): Timer {
    return this.start(new ClockTimer(owner, callback, delayMs));
  }

  /** Calls `callback` every `periodMs`. Calls that the loop was too late for are left out, and the rhythm is kept. */
  every(periodMs: number, callback: () => void, owner = this.#reactor): Timer {
    return this.start(new IntervalTimer(owner, callback, periodMs));
  }

  /**
   * The delay counts from the end of this turn, when the time is read once for all timers made in it: their calls cannot
   * come earlier than that anyway, and reading the clock costs more than all the rest of making a timer.
   */
  start(timer: ClockTimer): ClockTimer {
    if (this.closed) throw new EdgeloopError('EL_REACTOR_CLOSED', 'the reactor of this timer is closed; nothing would call it');
    if (timer.referenced) this.#keepAlive.acquire();
    timer.dueTick = FRESH;
    this.#fresh.append(timer);
    if (!this.#inTurn && !this.#woken) this.#wake();
    return timer;
  }

  /** Starts the delay of a pending timer anew. */
  restart(timer: ClockTimer): void {
    if (timer.dueTick !== FRESH) this.#wheel.postpone(timer, this.#kernel.now() + timer.delayMs);
  }

  /** Has an alarm ring at `dueMs` or as soon as possible thereafter. */
  set(alarm: Alarm, dueMs: number): void {
    if (alarm.referenced) this.#keepAlive.acquire();
    this.#wheel.insert(alarm, dueMs);
    if (!this.#inTurn) this.#arm();
  }

  clear(alarm: Alarm): void {
    if (alarm.referenced) this.#keepAlive.release();
    if (alarm.dueTick === FRESH) alarm.unlink();
    else this.#wheel.remove(alarm);
  }

  /** The reference of an alarm that is set has changed. */
  referenceChanged({ referenced }: Alarm): void {
    if (referenced) this.#keepAlive.acquire();
    else this.#keepAlive.release();
  }

  /** Up to when it is known what has come. Who judges by silence must not look beyond it. */
  get horizonMs(): number {
    return this.#horizon.ms;
  }

  /** Reads the time, once for all that happens in a turn of so many events. Until `endTurn` the timerfd is left alone. */
  beginTurn(events: number): void {
    this.#inTurn = true;
    this.#turnMs = this.#kernel.now();
    this.#horizon.waited(this.#turnMs, events, this.#poller.size);
  }

  /** Whether calls may be due. */
  get due(): boolean {
    return this.#behind || this.#wheel.nextMs <= this.#turnMs;
  }

  /** Makes the calls that are due, within the turn's budget. */
  expire(): void {
    this.#behind = this.#wheel.advance(this.#turnMs, TIMER_BUDGET_TOUCHES, this.#expire);
  }

  endTurn(): void {
    this.#inTurn = false;
    this.#startFresh();
    this.#arm();
  }

  mark(): void {
    // That time has passed is all that a timerfd ever says, and each turn looks for itself.
  }

  service(): boolean {
    this.#armedMs = NOT_ARMED;
    return false;
  }

  destroy(): void {
    this.#poller.silence(this);
    this.#poller.remove(this);
    this.#kernel.close(this.fd);
    this.fd = NO_FD;
  }

  #wake(): void {
    this.#woken = true;
    this.#wakeHost();
  }

  #startFresh(): void {
    this.#woken = false;
    if (this.#fresh.empty) return;
    const nowMs = this.#kernel.now();
    while (!this.#fresh.empty) {
      const timer = this.#fresh.shift() as ClockTimer;
      this.#wheel.insert(timer, nowMs + timer.delayMs);
    }
  }

  readonly #expire = (entry: WheelEntry): void => {
    const alarm = entry as Alarm;
    if (this.#silent) {
      if (alarm.referenced) this.#keepAlive.release();
      return;
    }
    const { counters, timerLatenessSeconds } = this.#meters;
    counters.timersExpired++;
    timerLatenessSeconds.observe(Math.max(0, this.#turnMs - alarm.dueTick) / 1000);
    if (alarm.periodMs > 0) this.#wheel.insert(alarm, this.#nextBeat(alarm));
    else if (alarm.referenced) this.#keepAlive.release();
    try {
      alarm.ring(this.#stopwatch);
    } catch (error) {
      rethrowLater(error);
    }
  };

  /** The first multiple of the period, counted from the last call, that lies in the future. */
  #nextBeat({ dueTick, periodMs }: Alarm): number {
    const missed = Math.floor((this.#turnMs - dueTick) / periodMs);
    return dueTick + (missed + 1) * periodMs;
  }

  /**
   * Sets the timerfd, if there is something to wait for before it expires. One that expires too early, because its timer
   * was called off, is left alone: a turn in vain is cheaper than a system call for each timer that comes and goes.
   */
  #arm(): void {
    const { nextMs } = this.#wheel;
    if (nextMs >= this.#armedMs || this.#behind) return;
    this.#armedMs = nextMs;
    const waitMs = nextMs - this.#kernel.now();
    check(this.#kernel.timerfdArm(this.fd, Math.max(1, Math.ceil(waitMs * NS_PER_MS))), 'timerfd_settime');
  }
}
