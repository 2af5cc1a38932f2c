// The memory of another process, from its smaps_rollup, for the reasons that load/process-usage.h gives.

import { readFileSync } from 'node:fs';

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
