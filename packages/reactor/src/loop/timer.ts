import { WheelEntry } from '../structures/wheel-list.js';
import type { Stopwatch } from './stopwatch.js';

/** A call that the loop will make at a time, once or again and again. */
export interface Timer {
  /** Whether the call is still to come. */
  readonly pending: boolean;
  /** Calls it off. Does nothing if it was made, or called off, before. */
  cancel(): void;
  /** Starts the delay anew, as if the timer were made now. Also wakes one up that is done. Error: EL_REACTOR_CLOSED. */
  refresh(): void;
  /** While a timer is pending and referenced, which it is at first, it keeps the process alive. */
  ref(): this;
  unref(): this;
  hasRef(): boolean;
}

/** What a timer needs of the clock that it is of. */
export interface TimerClock {
  /** Whether no call is made any more. */
  readonly closed: boolean;
  start(timer: ClockTimer): void;
  /** Starts the delay of a pending timer anew. */
  restart(timer: ClockTimer): void;
  clear(timer: ClockTimer): void;
  /** The reference of a pending timer has changed. */
  referenceChanged(timer: ClockTimer): void;
}

/** Whose timers these are. A timer has it in the place of its clock, and so needs no field more to be told from others. */
export class TimerOwner {
  constructor(
    readonly clock: TimerClock,
    /** The number of the plugin among those that are measured, or PROGRAM; undefined for the reactor's own. */
    readonly plugin?: number,
    /** The plugin's name; undefined if it is no plugin's. */
    readonly name?: string,
  ) {}
}

/** Something that can be set to ring at a time. */
export interface Alarm extends WheelEntry {
  /** 0 for an alarm that rings once. */
  readonly periodMs: number;
  /** Whether it keeps the process alive while it is set. */
  readonly referenced: boolean;
  /** What the program is called for is measured by the stopwatch. */
  ring(stopwatch: Stopwatch): void;
}

/**
 * A user's timer. One small object, and no closure but the user's, because a server may make a million of them: each field
 * costs, and so does each level of inheritance.
 */
export class ClockTimer extends WheelEntry implements Alarm, Timer {
  referenced = true;
  readonly delayMs: number;
  readonly owner: TimerOwner;
  readonly #callback: () => void;

  constructor(owner: TimerOwner, callback: () => void, delayMs: number) {
    super();
    this.delayMs = delayMs;
    this.owner = owner;
    this.#callback = callback;
  }

  get periodMs(): number {
    return 0;
  }

  get pending(): boolean {
    return this.linked && !this.owner.clock.closed;
  }

  ring(stopwatch: Stopwatch): void {
    const { plugin } = this.owner;
    if (plugin !== undefined) stopwatch.handling(plugin, 'timer', this);
    this.#callback();
  }

  cancel(): void {
    if (this.linked) this.owner.clock.clear(this);
  }

  refresh(): void {
    if (this.pending) this.owner.clock.restart(this);
    else this.owner.clock.start(this);
  }

  ref(): this {
    return this.#reference(true);
  }

  unref(): this {
    return this.#reference(false);
  }

  hasRef(): boolean {
    return this.referenced;
  }

  #reference(referenced: boolean): this {
    const changes = this.referenced !== referenced;
    this.referenced = referenced;
    if (changes && this.linked) this.owner.clock.referenceChanged(this);
    return this;
  }
}

/** A timer that goes on. */
export class IntervalTimer extends ClockTimer {
  override get periodMs(): number {
    return this.delayMs;
  }
}
