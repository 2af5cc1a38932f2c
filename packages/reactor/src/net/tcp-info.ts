import { IPPROTO_TCP, TCPI_RTT_OFFSET, TCPI_TOTAL_RETRANS_OFFSET, TCP_INFO } from '../kernel/abi.js';
import type { Kernel } from '../kernel/kernel.js';

const MICROSECONDS = 1e-6;

/** As much of struct tcp_info (linux/tcp.h) as is looked at. */
const view = new DataView(new ArrayBuffer(TCPI_TOTAL_RETRANS_OFFSET + 4));
const bytes = new Uint8Array(view.buffer);

/** What the kernel has found out about the path to a peer (TCP_INFO, tcp(7)). */
export interface TcpInfo {
  /** Smoothed round-trip time. */
  readonly rttSeconds: number;
  /** Segments that had to be sent again since the connection was made. */
  readonly retransmits: number;
}

/** Undefined for a socket that is not TCP, or is closed. */
export function readTcpInfo(kernel: Kernel, fd: number): TcpInfo | undefined {
  const length = kernel.getsockoptBytes(fd, IPPROTO_TCP, TCP_INFO, bytes, bytes.length);
  if (length < bytes.length) return undefined;
  return {
    rttSeconds: view.getUint32(TCPI_RTT_OFFSET, true) * MICROSECONDS,
    retransmits: view.getUint32(TCPI_TOTAL_RETRANS_OFFSET, true),
  };
}
