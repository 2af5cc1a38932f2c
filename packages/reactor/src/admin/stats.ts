import type { Observed } from './observed.js';

/** The numbers of a moment, for the live page: two of them make rates. */
export function statsOf(observed: Observed, name: string, version: string): object {
  const { draining } = observed;
  return { name, version, pid: process.pid, uptimeSeconds: process.uptime(), draining, ...observed.snapshot(), workers: observed.workers() };
}
