// The memory of another process, from its smaps_rollup, for the reasons that load/process-usage.h gives, its time and its sleeps.

import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessMemory {
  readonly residentBytes: number;
  /** The resident pages that no file backs. */
  readonly anonymousBytes: number;
}

export function memoryOf(pid: number): ProcessMemory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (field: string): number => {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1];
    if (kilobytes === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no ${field}`);
    return Number(kilobytes) * 1024;
  };
  return { residentBytes: bytes('Rss'), anonymousBytes: bytes('Anonymous') };
}

/** proc(5) counts in units that are 10 ms everywhere. */
const TICK_SECONDS = 0.01;

/** User and system time of all threads since the process began, for what takes long beside a tick: the fields utime and stime of its stat. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before them stands in brackets, and may have any character in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
}

/** How often one of the present threads has gone to sleep to wait for something (proc(5)), and so how often one was woken. */
export function sleepsOf(pid: number): number {
  const counts = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
