import type { Timer } from '@edgeloop/reactor';
import { Deliberate, demand } from './finding.js';
import type { Stage } from './stage.js';

const MAX_DELAY_MS = 400;
const MAX_PERIOD_MS = 50;
const MAX_BEATS = 8;
/** So many beats, so slow, that one which drifts by the rounding to a tick is too late in the end. */
const SLOW_PERIOD_MS = 80;
const SLOW_BEATS = 80;
/** What is due is called within this time: a tick for the rounding, and what the calls of some turns cost. */
const LATE_MS = 60;
/** No more at once, or each run would take a thousand turns of nothing else. */
const MAX_ALARMS = 60;

/** One timer, and when it may be called. */
class Alarm {
  timer: Timer | undefined;
  /** Not to be called before, and soon after. */
  dueMs = 0;
  /** Calls that are still to come. */
  left = 1;

  constructor(
    readonly delayMs: number,
    readonly periodMs = 0,
  ) {}
}

/** A model of the timers of a reactor: when each may be called, and that each is. Makes, refreshes and cancels them at random. */
export class Alarms {
  readonly #stage: Stage;
  readonly #pending = new Set<Alarm>();
  readonly #deeds = [
    () => this.#once(), () => this.#once(), () => this.#repeat(), () => this.#wait(),
    () => this.#cancel(), () => this.#refresh(), () => this.#reference(),
  ];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Does one thing with timers: from outside a turn, or from a call of one. */
  act(): void {
    this.#stage.random.pick(this.#deeds)();
  }

  /** No timer is to have been forgotten. */
  checkTime(): void {
    const { nowMs } = this.#stage;
    for (const { dueMs } of this.#pending) demand(nowMs <= dueMs + LATE_MS, () => `a timer was due at ${dueMs} ms, and is not called at ${nowMs} ms`);
  }

  #once(): void {
    const alarm = new Alarm(this.#delayMs());
    if (this.#add(alarm)) alarm.timer = this.#stage.sim.reactor.setTimeout(() => this.#called(alarm), alarm.delayMs);
  }

  #repeat(): void {
    const { random } = this.#stage;
    const slow = random.chance(0.1);
    const periodMs = slow ? SLOW_PERIOD_MS : random.between(1, MAX_PERIOD_MS);
    const alarm = new Alarm(periodMs, periodMs);
    alarm.left = slow ? SLOW_BEATS : random.between(1, MAX_BEATS);
    if (this.#add(alarm)) alarm.timer = this.#stage.sim.reactor.setInterval(() => this.#called(alarm), alarm.periodMs);
  }

  /** A promise, which somebody may give up. */
  #wait(): void {
    const { sim, random } = this.#stage;
    const [alarm, controller] = [new Alarm(this.#delayMs()), new AbortController()];
    if (!this.#add(alarm)) return;
    const told = sim.reactor.delay(alarm.delayMs, { signal: controller.signal });
    void told.then(() => this.#called(alarm), (error: unknown) => this.#stage.guard(() => this.#givenUp(alarm, error)));
    if (random.chance(0.3)) sim.reactor.setTimeout(() => controller.abort(new Deliberate('given up')), this.#delayMs());
  }

  #cancel(): void {
    const alarm = this.#any();
    if (alarm?.timer !== undefined) this.#end(alarm);
  }

  #refresh(): void {
    const alarm = this.#any();
    if (alarm?.timer === undefined || alarm.periodMs > 0) return;
    alarm.timer.refresh();
    this.#stage.note('a timer is refreshed');
    alarm.dueMs = this.#stage.nowMs + alarm.delayMs;
  }

  #reference(): void {
    const timer = this.#any()?.timer;
    timer?.unref();
    demand(timer?.hasRef() !== true, () => 'a timer that was unref-ed has a reference');
    timer?.ref();
  }

  #delayMs(): number {
    const { random } = this.#stage;
    return random.pick([0, random.below(3), random.below(MAX_DELAY_MS), random.below(MAX_DELAY_MS * 1000) / 1000]);
  }

  #any(): Alarm | undefined {
    return this.#pending.size === 0 ? undefined : this.#stage.random.pick([...this.#pending]);
  }

  #add(alarm: Alarm): boolean {
    if (this.#pending.size >= MAX_ALARMS) return false;
    alarm.dueMs = this.#stage.nowMs + alarm.delayMs;
    this.#pending.add(alarm);
    return true;
  }

  #end(alarm: Alarm): void {
    this.#pending.delete(alarm);
    alarm.timer?.cancel();
    if (alarm.timer !== undefined) demand(!alarm.timer.pending, () => 'a timer is pending that was cancelled');
    alarm.left = 0;
  }

  #called(alarm: Alarm): void {
    const { random } = this.#stage;
    this.#stage.guard(() => this.#checkCall(alarm));
    this.#stage.tally.count('timers called');
    if (random.chance(0.2)) this.act();
    if (alarm.timer !== undefined && random.chance(0.02)) throw new Deliberate('thrown by a timer');
  }

  #checkCall(alarm: Alarm): void {
    const { nowMs } = this.#stage;
    this.#stage.note(`a timer is called that was due at ${alarm.dueMs.toFixed(6)}`);
    demand(alarm.left > 0, () => 'a timer was called that is done, or was cancelled');
    demand(nowMs >= alarm.dueMs, () => `a timer was called at ${nowMs} ms, too early: it was due at ${alarm.dueMs} ms`);
    demand(nowMs <= alarm.dueMs + LATE_MS, () => `a timer was called at ${nowMs} ms, too late: it was due at ${alarm.dueMs} ms`);
    if (alarm.periodMs > 0) alarm.dueMs += alarm.periodMs * (1 + this.#missed(alarm));
    if (--alarm.left === 0) this.#end(alarm);
  }

  /** Beats that the loop was too late for, and left out; for certain, for it counts from whole ticks. */
  #missed({ dueMs, periodMs }: Alarm): number {
    return Math.max(0, Math.floor((this.#stage.turnMs - dueMs - 1) / periodMs));
  }

  #givenUp(alarm: Alarm, error: unknown): void {
    demand(error instanceof Deliberate, () => `a delay was rejected: ${String(error)}`);
    this.#pending.delete(alarm);
  }
}
