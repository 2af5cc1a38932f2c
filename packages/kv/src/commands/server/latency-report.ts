import type { LatencyHistory, LatencyMonitor } from '../../server/latency.js';

const HEIGHT = 4;
/** The events that are drawn at most, each in a column. */
const WIDTH = 80;
const MARKS = ['_', 'o', '#'] as const;

/** Columns as high as the event was long, and below them how long ago that was. */
export function drawHistory(event: string, { events, maxMs }: LatencyHistory, nowMs: number): string {
  const shown = events.slice(-WIDTH);
  const durations = shown.map(({ milliseconds }) => milliseconds);
  const high = Math.max(...durations);
  const rows = Array.from({ length: HEIGHT }, (_, row) => durations.map((duration) => markAt(duration / Math.max(1, high), HEIGHT - 1 - row)).join(''));
  const ages = shown.map(({ seconds }) => age(Math.max(0, Math.floor(nowMs / 1000) - seconds)).padStart(3));
  const legend = [0, 1, 2].map((digit) => ages.map((text) => text[digit]).join(''));
  const title = `${event} - high ${high} ms, low ${Math.min(...durations)} ms (all time high ${maxMs} ms)`;
  return `${[title, '-'.repeat(WIDTH), ...rows, '', ...legend].join('\n')}\n`;
}

/** What a column shows in a row that is so many rows above the ground. */
function markAt(share: number, above: number): string {
  const steps = Math.round(share * HEIGHT * MARKS.length) - above * MARKS.length;
  return steps <= 0 ? ' ' : (MARKS[Math.min(steps, MARKS.length) - 1] as string);
}

/** In at most three characters. */
function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.min(99, Math.floor(seconds / 86_400))}d`;
}

/** What an operator would want to hear first. */
export function latencyReport({ histories, thresholdMs }: LatencyMonitor): string {
  if (!Number.isFinite(thresholdMs)) return 'Latency monitoring is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n';
  if (histories.size === 0) return `Nothing took ${thresholdMs} ms or longer.\n`;
  const lines = [...histories].map(([event, { events, maxMs }]) => {
    const mean = events.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / events.length;
    return `${event}: ${events.length} times ${thresholdMs} ms or longer, ${Math.round(mean)} ms on the average, ${maxMs} ms at most.`;
  });
  return `${lines.join('\n')}\nSLOWLOG GET tells which commands took long, and INFO commandstats which take long on the average.\n`;
}
