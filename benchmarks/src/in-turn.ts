// All servers of a session under one load, in turn.

import type { Session } from './benchmark.js';
import { type Samples, alternate } from './rounds.js';
import { type Server, withServers } from './server.js';

/** The servers were warmed up already; this only lets the new connections settle. */
const SETTLE_SECONDS = 0.1;

/** One measurement of a server, which begins to count after a while. */
export type MeasureServer<Sample> = (server: Server, warmupSeconds: number, seconds: number) => Promise<Sample>;

/** Starts the servers, warms each up, and measures them in turn, as many rounds as the session asks for. */
export function measureInTurn<Sample>({ options, cores, peers }: Session, measure: MeasureServer<Sample>): Promise<Samples<Sample>> {
  return withServers(peers, cores, async (servers) => {
    await alternate(servers, 1, (server) => measure(server, 0, options.warmupSeconds));
    return alternate(servers, options.rounds, (server) => measure(server, SETTLE_SECONDS, options.seconds));
  });
}
