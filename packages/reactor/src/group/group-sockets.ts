import { readFileSync } from 'node:fs';
import { EdgeloopError } from '../errors.js';
import { nativeKernel } from '../kernel/native-kernel.js';
import { MAX_LEDGER_DESCRIPTORS } from '../limits.js';
import { type LocalEndpoint, tcpListening } from '../net/endpoint.js';
import type { ListeningSocket } from '../net/listening-socket.js';
import { resolveHost } from '../net/resolve.js';
import { unixListening } from '../net/socket-file.js';
import type { LoopSockets, SharedSockets } from '../net/socket-set.js';
import { setReusePort } from '../net/tcp-options.js';
import { listenOptions, unixListenOptions } from '../options.js';
import { parseOptions } from '../options-check.js';
import type { TcpListen, UnixListen } from '../plugin/plugin-host.js';
import type { AcceptStrategy } from './group-options.js';

/** What may be done with the sockets: `held` until another process has decided, `released` when it has taken them. */
type State = 'open' | 'held' | 'released' | 'closed';

/** The sockets that a group listens on. Owns them, and may leave them to another process. */
export class GroupSockets implements SharedSockets {
  readonly all: readonly ListeningSocket[];
  readonly #coordinator: Pick<LoopSockets, 'exclude'>;
  #state: State = 'open';
  /** Called when somebody is to begin or to stop accepting. */
  onChange: () => void = () => {};

  constructor(all: readonly ListeningSocket[], coordinator: LoopSockets) {
    this.all = all;
    this.#coordinator = coordinator;
    coordinator.include(this);
  }

  get first(): ListeningSocket {
    return this.all[0] as ListeningSocket;
  }

  /** Whether somebody is to accept from them. */
  get accepting(): boolean {
    return this.#state === 'open';
  }

  /** Whether they are to be closed as soon as nobody accepts from them any more. */
  get released(): boolean {
    return this.#state === 'released';
  }

  sockets(): readonly ListeningSocket[] {
    return this.all;
  }

  hold(): void {
    this.#become('held', 'open');
  }

  resume(): void {
    this.#become('open', 'held');
  }

  release(): void {
    this.#become('released', 'open', 'held');
  }

  /** Nobody accepts from them any more. What is another process's is left as it is: its file, and who waits. */
  close(): void {
    if (this.#state === 'closed') return;
    const ours = this.#state === 'open';
    this.#state = 'closed';
    this.#coordinator.exclude(this);
    for (const socket of this.all) {
      if (ours) socket.close();
      else socket.leave();
    }
  }

  #become(state: State, ...from: readonly State[]): void {
    if (!from.includes(this.#state)) return;
    this.#state = state;
    this.onChange();
  }
}

/**
 * Opens what a group of so many workers listens on: a socket for each with `reuseport`, else one for all; and what another process has left.
 * Errors: EL_OPTION_INVALID, EL_ADDRESS_UNRESOLVED, EL_ADDRESS_INVALID, EL_PATH_TAKEN, and SystemErrors such as EADDRINUSE.
 */
export async function openSockets(coordinator: LoopSockets, listen: TcpListen | UnixListen, accept: AcceptStrategy, workers: number): Promise<GroupSockets> {
  if ('path' in listen) return openUnix(coordinator, listen, accept);
  const options = parseOptions(listenOptions, listen, 'listen');
  const [ip] = await resolveHost(options.host);
  const beside = ({ fd, address: { port } }: ListeningSocket) => {
    const reusePort = options.reusePort || accept === 'reuseport';
    // Not before it was bound: another server at this address, whose sockets have it too, would not be found out but shared with.
    if (reusePort) setReusePort(nativeKernel(), fd);
    return tcpListening(ip, { ...options, port, reusePort });
  };
  return openAll(coordinator, tcpListening(ip, options), beside, accept === 'reuseport' ? workers : 1, options.backlog);
}

function openUnix(coordinator: LoopSockets, listen: UnixListen, accept: AcceptStrategy): GroupSockets {
  const options = parseOptions(unixListenOptions, listen, 'listen');
  const endpoint = unixListening(options);
  if (accept !== 'reuseport') return openAll(coordinator, endpoint, () => endpoint, 1, options.backlog);
  throw new EdgeloopError('EL_OPTION_INVALID', `"accept": reuseport is for TCP, and ${options.path} is a Unix socket; choose exclusive or handoff`);
}

/** `beside` makes the endpoint of those that are bound beside the first, on the port that the kernel has chosen for it if it was to choose. */
function openAll(coordinator: LoopSockets, endpoint: LocalEndpoint, beside: (first: ListeningSocket) => LocalEndpoint, wanted: number, backlog: number): GroupSockets {
  const first = coordinator.open('connections', endpoint, backlog);
  const sockets = [first];
  try {
    const others = beside(first);
    while (sockets.length < wanted) sockets.push(coordinator.open('connections', others, backlog));
    // At those that another process had more than we need somebody may wait.
    for (let more = coordinator.openPassed('connections', others); more !== undefined; more = coordinator.openPassed('connections', others)) sockets.push(more);
    return new GroupSockets(sockets, coordinator);
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

/** How many numbers of descriptors a process may have. */
export function descriptorLimit(): number {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const limit = Number(soft);
  return Number.isInteger(limit) ? Math.min(limit, MAX_LEDGER_DESCRIPTORS) : MAX_LEDGER_DESCRIPTORS;
}
