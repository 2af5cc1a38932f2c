/** Events of each kind that are kept. */
const HISTORY_EVENTS = 160;

/** A second in which something took long. */
export interface LatencyEvent {
  /** Unix time. */
  readonly seconds: number;
  /** The longest one of that second, in ms. */
  milliseconds: number;
}

export interface LatencyHistory {
  readonly events: LatencyEvent[];
  /** The longest one of all, in ms. */
  maxMs: number;
}

/** What took at least `latency-monitor-threshold`, by kind of event. */
export class LatencyMonitor {
  readonly histories = new Map<string, LatencyHistory>();
  /** In ms; infinite where nothing is noted. */
  thresholdMs = Number.POSITIVE_INFINITY;

  add(event: string, durationMs: number, nowMs: number): void {
    if (durationMs < this.thresholdMs) return;
    const milliseconds = Math.floor(durationMs);
    const seconds = Math.floor(nowMs / 1000);
    const history = this.#historyOf(event);
    const last = history.events.at(-1);
    if (last?.seconds === seconds) last.milliseconds = Math.max(last.milliseconds, milliseconds);
    else history.events.push({ seconds, milliseconds });
    if (history.events.length > HISTORY_EVENTS) history.events.shift();
    history.maxMs = Math.max(history.maxMs, milliseconds);
  }

  /** Forgets what has happened, of some kinds or of all, and returns of how many. */
  reset(events: readonly string[] = [...this.histories.keys()]): number {
    return events.filter((event) => this.histories.delete(event)).length;
  }

  #historyOf(event: string): LatencyHistory {
    let history = this.histories.get(event);
    if (history === undefined) this.histories.set(event, (history = { events: [], maxMs: 0 }));
    return history;
  }
}
