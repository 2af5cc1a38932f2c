import { type Client, UNCOUNTED_OUTPUT_BYTES } from './client.js';

/** What a client does not know of itself. */
export interface Circumstances {
  readonly nowMs: number;
  readonly isMonitor: boolean;
}

/**
 * A line of CLIENT LIST, with the fields of Redis 7.0 and, behind them, what CLIENT SETINFO has told. What this server does not have is 0:
 * buffers of a connection's own, since all share one, and the descriptor is the reactor's business. Of what waits to be sent, `obl` is
 * what output limits do not count, `omem` what they do, and `oll` how many blocks that takes.
 */
export function describeClient(client: Client, { nowMs, isMonitor }: Circumstances): string {
  const seconds = (sinceMs: number): number => Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  const requests = client.transaction?.requests ?? [];
  const queryBytes = client.pending?.length ?? 0;
  const multiBytes = requests.reduce((bytes, request) => bytes + request.source.length, 0);
  const inputBytes = client.pending?.capacity ?? 0;
  const outputBytes = client.waitingBytes;
  const ownBytes = Math.min(outputBytes, UNCOUNTED_OUTPUT_BYTES);
  const fields: Readonly<Record<string, string | number>> = {
    id: client.id, addr: client.address, laddr: client.localAddress, fd: -1, name: client.name,
    age: seconds(client.createdMs), idle: seconds(client.lastActiveMs), flags: flagsOf(client, isMonitor), db: client.db.index,
    sub: client.subscriptions.channel.size, psub: client.subscriptions.pattern.size, ssub: client.subscriptions.shard.size,
    multi: client.transaction === undefined ? -1 : requests.length,
    qbuf: queryBytes, 'qbuf-free': inputBytes - queryBytes, 'argv-mem': 0, 'multi-mem': multiBytes, rbs: 0, rbp: 0,
    obl: ownBytes, oll: Math.ceil((outputBytes - ownBytes) / UNCOUNTED_OUTPUT_BYTES), omem: outputBytes - ownBytes,
    'tot-mem': inputBytes + multiBytes + outputBytes,
    events: outputBytes > 0 ? 'rw' : 'r', cmd: client.lastCommand?.fullName ?? 'NULL', user: client.user.name, redir: client.tracking?.redirect ?? -1, resp: client.version,
    'lib-name': client.libraryName, 'lib-ver': client.libraryVersion,
  };
  return `${Object.entries(fields).map(([name, value]) => `${name}=${value}`).join(' ')}\n`;
}

function flagsOf(client: Client, isMonitor: boolean): string {
  const flags: readonly (readonly [string, boolean])[] = [
    ['O', isMonitor],
    ['P', client.subscriptions.any],
    ['x', client.transaction !== undefined],
    ['b', client.waiting !== undefined],
    ['t', client.tracking !== undefined],
    ['R', client.tracking?.isRedirectBroken === true],
    ['B', client.tracking?.broadcasts === true],
    ['d', client.watchBroken],
    ['c', client.closing],
    ['e', client.noEvict],
    ['T', client.noTouch],
  ];
  return flags.filter(([, isSet]) => isSet).map(([letter]) => letter).join('') || 'N';
}
