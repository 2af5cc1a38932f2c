import { plainText } from './plain-text.js';
import { sameRun } from './sample.js';
import type { Counts, Stats } from './stats.js';
import { count, percent, perSecond } from './units.js';

/** A line of a table of counts: a name, and its numbers as text. */
export interface CountsRow {
  readonly name: string;
  readonly cells: readonly string[];
}

/** Each name with its growth per second and its total, the largest totals first. */
export function countsRows(before: Counts, now: Counts, elapsedSeconds: number): CountsRow[] {
  return Object.entries(now)
    .filter(([, total]) => total > 0)
    .sort(([a, most], [b, more]) => more - most || a.localeCompare(b))
    .map(([name, total]) => ({ name, cells: [perSecond(growth(before[name], total, elapsedSeconds)), count(total)] }));
}

/** Each plugin with the share of the time that its handlers took, and how often they have stalled the loop. */
export function pluginRows(before: Stats | undefined, now: Stats): CountsRow[] {
  const elapsedSeconds = elapsedBetween(before, now);
  return Object.entries(now.plugins).map(([name, { handlerSeconds, stalls }]) => {
    const share = growth(before?.plugins[name]?.handlerSeconds, handlerSeconds, elapsedSeconds);
    return { name, cells: [percent(share), count(stalls)] };
  });
}

/** Each worker with how it stands, its connections, the share of a core that it uses, and how often it has crashed. */
export function workerRows(before: Stats | undefined, now: Stats): CountsRow[] {
  const elapsedSeconds = elapsedBetween(before, now);
  return (now.workers ?? []).map(({ worker, phase, lagging, connections, crashes, cpuSeconds, thread }) => {
    const earlier = before?.workers?.find((other) => other.worker === worker && other.thread === thread);
    const share = earlier === undefined ? null : growth(earlier.cpuSeconds, cpuSeconds, elapsedSeconds);
    return { name: `${worker}`, cells: [lagging ? `${plainText(phase, 20)}, lags` : plainText(phase, 20), count(connections), percent(share), count(crashes)] };
  });
}

/** The seconds between two states of one run; 0 if there are not two. */
export function elapsedBetween(before: Stats | undefined, now: Stats): number {
  return before !== undefined && sameRun(before, now) ? now.atSeconds - before.atSeconds : 0;
}

/** A name that was not there before has begun at 0. */
function growth(before = 0, now: number, elapsedSeconds: number): number | null {
  return elapsedSeconds > 0 && now >= before ? (now - before) / elapsedSeconds : null;
}
