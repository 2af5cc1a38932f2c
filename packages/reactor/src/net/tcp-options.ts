/** Socket options of tcp(7), socket(7) and ipv6(7), set before listen or connect. An accepted socket inherits its listener's. */
import { check } from '../errors.js';
import {
  IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY, SOL_SOCKET, SO_KEEPALIVE, SO_REUSEADDR, SO_REUSEPORT,
  TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_NODELAY, TCP_USER_TIMEOUT,
} from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';
import type { ListenOptions, TcpOptions } from '../options.js';

export function setTcpOptions(kernel: Kernel, fd: number, options: TcpOptions): void {
  if (options.noDelay) set(kernel, fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (options.userTimeoutMs > 0) set(kernel, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, options.userTimeoutMs);
  if (options.keepAliveSeconds === 0) return;
  set(kernel, fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(kernel, fd, IPPROTO_TCP, TCP_KEEPIDLE, options.keepAliveSeconds);
  set(kernel, fd, IPPROTO_TCP, TCP_KEEPINTVL, options.keepAliveIntervalSeconds);
  set(kernel, fd, IPPROTO_TCP, TCP_KEEPCNT, options.keepAliveProbes);
}

/** SO_REUSEADDR, so that a restarted server need not wait for TIME_WAIT to pass, and what the options ask for. */
export function setListenerOptions(kernel: Kernel, fd: number, family: 'IPv4' | 'IPv6', options: ListenOptions): void {
  set(kernel, fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reusePort) setReusePort(kernel, fd);
  if (family === 'IPv6') set(kernel, fd, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6Only ? 1 : 0);
  setTcpOptions(kernel, fd, options);
}

/** Of a socket that listens already. */
export function setAdoptedOptions(kernel: Kernel, fd: number, options: ListenOptions): void {
  if (options.reusePort) setReusePort(kernel, fd);
  setTcpOptions(kernel, fd, options);
}

/** SO_REUSEPORT may come late: the kernel looks whether a socket has it when others are bound beside it. */
export function setReusePort(kernel: Kernel, fd: number): void {
  set(kernel, fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

function set(kernel: Kernel, fd: number, level: number, name: number, value: number): void {
  check(kernel.setsockopt(fd, level, name, value), 'setsockopt');
}
