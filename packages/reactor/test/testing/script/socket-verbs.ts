/**
 * `socket LABEL KIND`, `bind LABEL [any | like OTHER | beside OTHER]`, `listen LABEL [BACKLOG]`, `listener LABEL [KIND]`, `connect LABEL to OTHER`,
 * `accept LISTENER LABEL`, `connection LABEL LABEL [KIND]`, `sockname`, `peername`, `set LABEL OPTION VALUE`, `get LABEL OPTION`,
 * `tcp-info LABEL`, and what there is for descriptors of all kinds: `close`, `dup LABEL COPY`, `lock LABEL`, `null LABEL`, `same LABEL LABEL`.
 */
import { decodeAddress, encodeAddress, encodeUnixAddress } from '../../../src/net/address.js';
import {
  AF_INET, AF_INET6, AF_UNIX, IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY, SOCKADDR_STORAGE_BYTES, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, SUN_PATH_OFFSET,
  SO_BROADCAST, SO_ERROR, SO_KEEPALIVE, SO_REUSEADDR, SO_REUSEPORT, TCP_INFO, TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY, TCP_USER_TIMEOUT,
} from '../../../src/kernel/abi.js';
import { type Stage, type Verb, resultText } from './stage.js';

/** Family, type, and the address that lets the kernel choose the rest. */
const KINDS: Readonly<Record<string, readonly [number, number, string]>> = {
  tcp: [AF_INET, SOCK_STREAM, '127.0.0.1'],
  tcp6: [AF_INET6, SOCK_STREAM, '::1'],
  unix: [AF_UNIX, SOCK_STREAM, ''],
  udp: [AF_INET, SOCK_DGRAM, '127.0.0.1'],
  udp6: [AF_INET6, SOCK_DGRAM, '::1'],
};

/** All addresses, by that of loopback. */
const ANY: Readonly<Record<string, string>> = { '127.0.0.1': '0.0.0.0', '::1': '::' };

const OPTIONS: Readonly<Record<string, readonly [number, number]>> = {
  error: [SOL_SOCKET, SO_ERROR],
  reuseaddr: [SOL_SOCKET, SO_REUSEADDR],
  reuseport: [SOL_SOCKET, SO_REUSEPORT],
  keepalive: [SOL_SOCKET, SO_KEEPALIVE],
  broadcast: [SOL_SOCKET, SO_BROADCAST],
  nodelay: [IPPROTO_TCP, TCP_NODELAY],
  keepidle: [IPPROTO_TCP, TCP_KEEPIDLE],
  keepintvl: [IPPROTO_TCP, TCP_KEEPINTVL],
  keepcnt: [IPPROTO_TCP, TCP_KEEPCNT],
  'user-timeout': [IPPROTO_TCP, TCP_USER_TIMEOUT],
  v6only: [IPPROTO_IPV6, IPV6_V6ONLY],
};

const BACKLOG = 16;
/** Abstract names are of the whole machine. */
let abstractNames = 0;

export const SOCKET_VERBS: Readonly<Record<string, Verb>> = {
  socket: (stage, label = '', kind = 'tcp') => openSocket(stage, label, kind),
  bind: (stage, label = '', how, other) => bind(stage, label, how, other),
  listen: (stage, label = '', backlog) => resultText(stage.kernel.listen(stage.fd(label), Number(backlog ?? BACKLOG))),
  listener: (stage, label = '', kind = 'tcp') => listener(stage, label, kind),
  connect: (stage, label = '', _to, other = '') => connect(stage, label, other),
  accept: (stage, from = '', label = '') => accept(stage, from, label),
  connection: (stage, client = '', server = '', kind = 'tcp') => connection(stage, client, server, kind),
  learn: (stage, label = '') => (stage.learnAddress(label), 'ok'),
  sockname: (stage, label = '') => named(stage, (address) => stage.kernel.getsockname(stage.fd(label), address, address.length)),
  peername: (stage, label = '') => named(stage, (address) => stage.kernel.getpeername(stage.fd(label), address, address.length)),
  set: (stage, label = '', option = '', value = '') => resultText(stage.kernel.setsockopt(stage.fd(label), ...optionOf(option), Number(value))),
  get: (stage, label = '', option = '') => optionText(option, stage.kernel.getsockopt(stage.fd(label), ...optionOf(option))),
  'tcp-info': (stage, label = '') => resultText(Math.min(104, stage.kernel.getsockoptBytes(stage.fd(label), IPPROTO_TCP, TCP_INFO, new Uint8Array(104), 104))),
  close: (stage, label = '') => stage.close(label),
  lock: (stage, label = '') => resultText(stage.kernel.flock(stage.fd(label))),
  dup: (stage, label = '', copy = '') => stage.opened(copy, stage.kernel.duplicate(stage.fd(label))),
  replace: (stage, label = '', by = '') => (stage.kernel.replace(stage.fd(label), stage.fd(by)) === stage.fd(label) ? 'ok' : 'failed'),
  null: (stage, label = '') => stage.opened(label, stage.kernel.openNull()),
  same: (stage, one = '', other = '') => (stage.fd(one) === stage.fd(other) ? 'yes' : 'no'),
};

function openSocket(stage: Stage, label: string, kind: string): string {
  const [family, type] = KINDS[kind] ?? [999, 1];
  stage.kinds.set(label, kind);
  return stage.opened(label, stage.kernel.socket(family, type));
}

function bind(stage: Stage, label: string, how?: string, other?: string): string {
  const kind = stage.kinds.get(label) as string;
  const address = other === undefined ? freshAddress(kind, how === 'any') : takenAddress(stage, kind, how, other);
  const result = stage.kernel.bind(stage.fd(label), address, address.length);
  if (result === 0) stage.learnAddress(label);
  return resultText(result);
}

function freshAddress(kind: string, any: boolean): Uint8Array {
  if (kind === 'unix') return encodeUnixAddress(`@edgeloop-script-${process.pid}-${abstractNames++}`).bytes;
  const loopback = loopbackOf(kind);
  return encodeAddress(any ? ANY[loopback] as string : loopback, 0).bytes;
}

/** That of another socket, or all addresses with its port. */
function takenAddress(stage: Stage, kind: string, how: string | undefined, other: string): Uint8Array {
  const address = stage.address(other);
  const port = decodeAddress(address, address.length)?.port ?? 0;
  return how === 'beside' ? encodeAddress(ANY[loopbackOf(kind)] as string, port).bytes : address;
}

function loopbackOf(kind: string): string {
  return (KINDS[kind] as readonly [number, number, string])[2];
}

function listener(stage: Stage, label: string, kind: string): string {
  openSocket(stage, label, kind);
  bind(stage, label);
  return resultText(stage.kernel.listen(stage.fd(label), BACKLOG));
}

function connect(stage: Stage, label: string, other: string): string {
  const address = dialled(stage.address(other), stage.kinds.get(label) as string);
  const result = stage.kernel.connect(stage.fd(label), address, address.length);
  stage.learnAddress(label);
  return resultText(result);
}

/** Who is bound to all addresses is dialled by that of loopback. */
function dialled(address: Uint8Array, kind: string): Uint8Array {
  const decoded = decodeAddress(address, address.length);
  const isAny = decoded !== undefined && Object.values(ANY).includes(decoded.address);
  return isAny ? encodeAddress(loopbackOf(kind), decoded.port).bytes : address;
}

/** Observed is the peer: nobody else's address may be in its place. */
function accept(stage: Stage, from: string, label: string): string {
  const peer = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const result = stage.opened(label, stage.kernel.accept(stage.fd(from), peer, peer.length));
  // Who dials over a Unix socket has no name, and what is behind the family is not the peer's.
  const known = stage.kinds.get(from) === 'unix' ? SUN_PATH_OFFSET : peer.length;
  return result === 'ok' ? `from ${stage.addressLabel(peer.subarray(0, known))}` : result;
}

/** Two ends, and nothing else that is open. Nagle's algorithm is off: it would hold back bytes until others are acknowledged. */
function connection(stage: Stage, client: string, server: string, kind: string): string {
  listener(stage, `${server}-listener`, kind);
  openSocket(stage, client, kind);
  connect(stage, client, `${server}-listener`);
  stage.settle();
  const accepted = accept(stage, `${server}-listener`, server);
  stage.close(`${server}-listener`);
  for (const end of [client, server]) stage.kernel.setsockopt(stage.fd(end), IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

function named(stage: Stage, call: (address: Uint8Array) => number): string {
  const address = new Uint8Array(SOCKADDR_STORAGE_BYTES);
  const length = call(address);
  return length < 0 ? resultText(length) : stage.addressLabel(address.subarray(0, length));
}

function optionOf(option: string): readonly [number, number] {
  return OPTIONS[option] as readonly [number, number];
}

/** The value of SO_ERROR is an errno. */
function optionText(option: string, value: number): string {
  return option === 'error' && value > 0 ? resultText(-value) : resultText(value);
}
