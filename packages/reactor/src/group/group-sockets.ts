import { readFileSync } from 'node:fs';
import { EdgeloopError } from '../errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { MAX_LEDGER_DESCRIPTORS } from '../limits.js';
import { tcpListening } from '../net/endpoint.js';
import { type ListeningSocket, openListening } from '../net/listening-socket.js';
import { resolveHost } from '../net/resolve.js';
import { unixListening } from '../net/socket-file.js';
import { listenOptions, unixListenOptions } from '../options.js';
import { parseOptions } from '../options-check.js';
import type { TcpListen, UnixListen } from '../plugin/plugin-host.js';
import type { AcceptStrategy } from './group-options.js';

/**
 * Opens what a group of so many workers listens on: a socket for each with `reuseport`, else one for all.
 * Errors: EL_OPTION_INVALID, EL_ADDRESS_UNRESOLVED, EL_ADDRESS_INVALID, EL_PATH_TAKEN, and SystemErrors such as EADDRINUSE.
 */
export async function openSockets(kernel: Kernel, listen: TcpListen | UnixListen, accept: AcceptStrategy, workers: number): Promise<ListeningSocket[]> {
  if ('path' in listen) return [openUnix(kernel, listen, accept)];
  const options = parseOptions(listenOptions, listen, 'listen');
  const [ip] = await resolveHost(options.host);
  const shared = { ...options, reusePort: options.reusePort || accept === 'reuseport' };
  const first = openListening(kernel, tcpListening(ip, shared), options.backlog);
  const sockets = [first];
  try {
    // All on the port that the kernel has chosen for the first, if it was to choose.
    const others = tcpListening(ip, { ...shared, port: first.address.port });
    const wanted = accept === 'reuseport' ? workers : 1;
    while (sockets.length < wanted) sockets.push(openListening(kernel, others, options.backlog));
    return sockets;
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

function openUnix(kernel: Kernel, listen: UnixListen, accept: AcceptStrategy): ListeningSocket {
  const options = parseOptions(unixListenOptions, listen, 'listen');
  if (accept !== 'reuseport') return openListening(kernel, unixListening(options), options.backlog);
  throw new EdgeloopError('EL_OPTION_INVALID', `"accept": reuseport is for TCP, and ${options.path} is a Unix socket; choose exclusive or handoff`);
}

/** How many numbers of descriptors a process may have. */
export function descriptorLimit(): number {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  const limit = Number(soft);
  return Number.isInteger(limit) ? Math.min(limit, MAX_LEDGER_DESCRIPTORS) : MAX_LEDGER_DESCRIPTORS;
}
