import type { AcceptStrategy } from './group-options.js';

/** How a worker stands, for who divides the work. */
export interface Standing {
  readonly index: number;
  /** Its loop runs, and it is not about to end. */
  readonly up: boolean;
  readonly lagging: boolean;
}

/**
 * Who is to accept from which of the group's sockets: for each worker the numbers of its sockets.
 *
 * A lagging worker accepts nothing unless all lag, for slow service is better than none. With `reuseport` the kernel goes on giving
 * connections to a socket whose worker is away, so another one serves it meanwhile. With `handoff` it is the main thread that accepts.
 */
export function listenPlan(strategy: AcceptStrategy, sockets: number, workers: readonly Standing[]): ReadonlySet<number>[] {
  const takers = takersOf(workers);
  const plan = workers.map(() => new Set<number>());
  if (strategy === 'handoff' || takers.length === 0) return plan;
  for (let socket = 0; socket < sockets; socket++) {
    for (const index of strategy === 'exclusive' ? takers : [takerOf(socket, takers, workers.length)]) plan[index]?.add(socket);
  }
  return plan;
}

/** The numbers of those who are to get new connections. */
export function takersOf(workers: readonly Standing[]): number[] {
  const up = workers.filter((worker) => worker.up);
  const free = up.filter((worker) => !worker.lagging);
  return (free.length > 0 ? free : up).map(({ index }) => index);
}

/** The socket's own worker, or one of those who stand in for him: not the same for all whom he would have to replace. */
function takerOf(socket: number, takers: readonly number[], workers: number): number {
  const own = socket % workers;
  return takers.includes(own) ? own : (takers[socket % takers.length] as number);
}
