import type { Reactor } from '../reactor.js';
import { takeSnapshot } from '../telemetry/snapshot.js';

/** The numbers of a moment, for the live page: two of them make rates. */
export function statsOf(reactor: Reactor, name: string, version: string): object {
  return { name, version, pid: process.pid, uptimeSeconds: process.uptime(), draining: reactor.draining, ...takeSnapshot(reactor.meters) };
}
