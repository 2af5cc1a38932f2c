import type { Kernel } from '../kernel/kernel.js';
import type { ConnectOptions, ListenOptions, UnixConnectOptions } from '../options.js';
import { type KernelAddress, encodeAddress, encodeUnixAddress, hostText } from './address.js';
import { setAdoptedOptions, setTcpOptions, setListenerOptions } from './tcp-options.js';

/** Where a socket is to be bound, and what that takes. */
export interface LocalEndpoint {
  readonly address: KernelAddress;
  /** For errors and logs. */
  readonly text: string;
  /** Between socket and bind. */
  prepare(kernel: Kernel, fd: number): void;
  /** Between bind and listen. */
  bound(): void;
  /** Another process has bound it, and passed it to this one: what can be set now holds as if it had been bound here. */
  adopted(kernel: Kernel, fd: number): void;
  /** After the socket was closed, if it was bound. */
  released(): void;
}

/** Where a socket is to be connected to. */
export interface RemoteEndpoint {
  readonly address: KernelAddress;
  readonly text: string;
  /** Between socket and connect. */
  prepare(kernel: Kernel, fd: number): void;
}

/** `ip` is an IP literal. Error: EL_ADDRESS_INVALID. */
export function tcpListening(ip: string, options: ListenOptions): LocalEndpoint {
  const family = ip.includes(':') ? 'IPv6' : 'IPv4';
  return {
    address: encodeAddress(ip, options.port),
    text: hostText(ip, options.port),
    prepare: (kernel, fd) => setListenerOptions(kernel, fd, family, options),
    bound: () => {},
    adopted: (kernel, fd) => setAdoptedOptions(kernel, fd, options),
    released: () => {},
  };
}

/** `ip` is an IP literal. Error: EL_ADDRESS_INVALID. */
export function tcpRemote(ip: string, options: ConnectOptions): RemoteEndpoint {
  return {
    address: encodeAddress(ip, options.port),
    text: hostText(ip, options.port),
    prepare: (kernel, fd) => setTcpOptions(kernel, fd, options),
  };
}

/** Error: EL_ADDRESS_INVALID. */
export function unixRemote({ path }: UnixConnectOptions): RemoteEndpoint {
  return { address: encodeUnixAddress(path), text: path, prepare: () => {} };
}
