/** How a simulated kernel and its network behave: each is legal, and most are rare in life. A probability is from 0 to 1. */
export interface Conditions {
  /** How long a segment is under way, at least and at most. */
  readonly latencyMs: readonly [least: number, most: number];
  /** The most bytes that arrive at once. */
  readonly segmentBytes: number;
  /** Fewer arrive than could. */
  readonly splitSegments: number;
  /** What a socket takes that has not arrived at the peer yet (SO_SNDBUF), and what may have arrived without being read (SO_RCVBUF). */
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
  /** What a system call costs: time passes, and things happen, in the middle of a turn, too. */
  readonly callNs: number;
  /** A call is interrupted by a signal (EINTR): accept, recv, send, or a wait that would sleep. */
  readonly interruptions: number;
  /** A send takes less than there is room for, or nothing (EAGAIN); EPOLLOUT follows. */
  readonly shortSends: number;
  /** What was reported as readable is not there yet, or not all of it (EAGAIN, or a short read); EPOLLIN follows. */
  readonly prematureEvents: number;
  /** An event is left out of a wait, and comes in a later one. */
  readonly lateEvents: number;
  /** A wait reports events in another order than they came about. */
  readonly shuffledEvents: number;
  /** A wait reports a descriptor to which nothing has happened. */
  readonly spuriousWakeUps: number;
  /** Instead of a segment a reset arrives, at both ends. */
  readonly resets: number;
  /** A request to connect is lost, and repeated after a second (RFC 6298). */
  readonly lostConnects: number;
  /** A datagram is lost, or arrives twice. */
  readonly lostDatagrams: number;
  readonly doubledDatagrams: number;
}

/** A quick network, and a kernel that does all that it can at once. */
export const FAIR: Conditions = {
  latencyMs: [0.05, 0.05],
  segmentBytes: 64 * 1024,
  splitSegments: 0,
  sendBufferBytes: 256 * 1024,
  receiveBufferBytes: 256 * 1024,
  callNs: 200,
  interruptions: 0,
  shortSends: 0,
  prematureEvents: 0,
  lateEvents: 0,
  shuffledEvents: 0,
  spuriousWakeUps: 0,
  resets: 0,
  lostConnects: 0,
  lostDatagrams: 0,
  doubledDatagrams: 0,
};

/** Everything that may go wrong does, often, but no connection is broken by it. */
export const ROUGH: Conditions = {
  ...FAIR,
  latencyMs: [0, 20],
  segmentBytes: 700,
  splitSegments: 0.3,
  sendBufferBytes: 2000,
  receiveBufferBytes: 1500,
  callNs: 5000,
  interruptions: 0.02,
  shortSends: 0.1,
  prematureEvents: 0.1,
  lateEvents: 0.2,
  shuffledEvents: 0.5,
  spuriousWakeUps: 0.1,
  lostConnects: 0.05,
  lostDatagrams: 0.1,
  doubledDatagrams: 0.05,
};
