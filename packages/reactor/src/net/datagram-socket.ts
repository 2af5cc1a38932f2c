import { EdgeloopError, check } from '../errors.js';
import {
  AF_INET6, DATAGRAM_BATCH, EAGAIN, EINTR, EPOLLERR, EPOLLET, EPOLLIN, EPOLLOUT, IPPROTO_IPV6, IPV6_V6ONLY, MSG_TRUNC,
  SOCKADDR_IN6_BYTES, SOCKADDR_STORAGE_BYTES, SOCK_DGRAM, SOL_SOCKET, SO_BROADCAST, SO_ERROR, SO_REUSEPORT,
} from '../kernel/abi.js';
import { invariant } from '../invariant.js';
import { BATCH_CONNECTIONS, MAX_DATAGRAM_BYTES, MAX_QUEUED_DATAGRAMS } from '../limits.js';
import type { Channel } from '../loop/channel.js';
import type { Loop } from '../loop/loop.js';
import type { Corked } from '../loop/send-batch.js';
import { HANDLER } from '../loop/stage.js';
import { PROGRAM } from '../loop/stopwatch.js';
import type { DatagramOptions } from '../options.js';
import { DatagramQueue } from '../structures/datagram-queue.js';
import { type SocketAddress, decodeAddress, encodeAddress, encodePeer, hostText } from './address.js';
import { bytesOf } from './payload.js';

const TRIPLE = 3;

invariant(DATAGRAM_BATCH <= BATCH_CONNECTIONS, 'a batch of datagrams must fit the segments of the receive arena');

/** Who is sent to: what a handler got as the sender, or an IP literal and a port. */
export type DatagramPeer = Pick<SocketAddress, 'address' | 'port'>;

/** A UDP socket, as users see it. */
export type DatagramHandle = Pick<DatagramSocket, 'address' | 'bytesQueued' | 'closed' | 'close' | 'send'>;

/** Gets each datagram. `payload` is a view into the loop's buffer, valid until the call returns. */
export type DatagramReceiver = (socket: DatagramHandle, payload: Buffer, sender: SocketAddress) => void;

/**
 * A UDP socket in the loop (udp(7)). Owns its descriptor, and the datagrams that wait for the socket to take them.
 *
 * It receives and sends in batches: one system call for up to 32 datagrams. What is sent within a turn leaves together.
 */
export class DatagramSocket implements Channel, Corked {
  readonly fd: number;
  readonly keepsAlive = true;
  slot = -1;
  /** Nothing for the batch of streams: datagrams have their own. */
  readonly gathered = undefined;
  /** Where it is bound, with the port that the kernel chose if 0 was asked for. */
  readonly address: SocketAddress;
  /** What was asked for: with port 0 where the kernel was to choose. */
  readonly asked: string;
  readonly #loop: Loop;
  readonly #receive: DatagramReceiver;
  readonly #family: number;
  readonly #maxQueuedBytes: number;
  readonly #queue = new DatagramQueue(SOCKADDR_IN6_BYTES);
  readonly #senders = new Uint8Array(DATAGRAM_BATCH * SOCKADDR_STORAGE_BYTES);
  readonly #results = new Int32Array(DATAGRAM_BATCH * TRIPLE);
  #readable = false;
  #writable = true;
  #failed = false;
  #corked = false;
  #closed = false;

  /** `ip` is an IP literal; a socket that is inherited is bound there already, and taken over also if this throws. Errors: EL_ADDRESS_INVALID, EL_SLOTS_EXHAUSTED, and a SystemError of socket, setsockopt or bind. */
  constructor(loop: Loop, receive: DatagramReceiver, ip: string, options: DatagramOptions, inherited?: number) {
    this.#loop = loop;
    this.#receive = receive;
    this.#maxQueuedBytes = options.maxQueuedBytes;
    const { family, bytes } = encodeAddress(ip, options.port);
    this.#family = family;
    this.asked = hostText(ip, options.port);
    this.fd = inherited ?? check(loop.kernel.socket(family, SOCK_DGRAM), 'socket');
    try {
      if (inherited === undefined) this.#bind(bytes, options);
      this.address = this.#boundAddress();
      loop.poller.enter(this, (EPOLLIN | EPOLLOUT | EPOLLET) >>> 0);
    } catch (error) {
      loop.kernel.close(this.fd);
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes of payload that wait for the socket to take them. */
  get bytesQueued(): number {
    return this.#queue.queuedBytes;
  }

  /**
   * Sends a datagram, together with others of this turn. Returns false, and counts it as dropped, if so much is waiting
   * for the socket that `maxQueuedBytes` or 65,536 datagrams would be exceeded, or the socket is closed: UDP may lose
   * datagrams anyway.
   * Errors: EL_DATA_INVALID for what is not bytes or text, or more than 65,507 bytes (RFC 768); EL_ADDRESS_INVALID.
   */
  send(payload: Uint8Array | string, to: DatagramPeer): boolean {
    const bytes = payloadOf(payload);
    const address = encodePeer(to, this.#family).bytes;
    if (this.#closed || this.#isFull(bytes.length)) {
      this.#loop.counters.datagramsDropped++;
      return false;
    }
    this.#queue.append(bytes, address);
    this.#flushSoon();
    return true;
  }

  mark(events: number): void {
    if ((events & EPOLLIN) !== 0) this.#readable = true;
    if ((events & EPOLLOUT) !== 0) this.#writable = true;
    if ((events & EPOLLERR) !== 0) this.#failed = true;
  }

  /** One batch in each turn, so that a flood of datagrams leaves the others their turn. */
  service(): boolean {
    if (this.#failed) this.#takeError();
    if (this.#writable) this.#flush();
    if (this.#readable) this.#receiveBatch();
    return this.#readable && !this.#closed;
  }

  sent(): void {
    // Never asked for: there is nothing in `gathered`.
  }

  uncork(): void {
    this.#corked = false;
    if (!this.#closed) this.#flush();
  }

  /** Sends what the socket still takes, and closes. What it does not take is dropped and counted. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#drop(this.#queue.size);
    this.#loop.forget(this);
    this.#loop.poller.silence(this);
    this.#loop.poller.remove(this);
    this.#loop.kernel.close(this.fd);
  }

  destroy(): void {
    this.close();
  }

  #setOptions({ reusePort, broadcast, ipv6Only }: DatagramOptions): void {
    const set = (level: number, name: number) => check(this.#loop.kernel.setsockopt(this.fd, level, name, 1), 'setsockopt');
    // Not SO_REUSEADDR: for UDP it lets the next one bind the port too, and take all that comes (socket(7)).
    if (reusePort) set(SOL_SOCKET, SO_REUSEPORT);
    if (broadcast) set(SOL_SOCKET, SO_BROADCAST);
    if (this.#family === AF_INET6) check(this.#loop.kernel.setsockopt(this.fd, IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only ? 1 : 0), 'setsockopt');
  }

  #bind(address: Uint8Array, options: DatagramOptions): void {
    this.#setOptions(options);
    check(this.#loop.kernel.bind(this.fd, address, address.length), 'bind', this.asked);
  }

  #boundAddress(): SocketAddress {
    check(this.#loop.kernel.getsockname(this.fd, this.#senders, SOCKADDR_STORAGE_BYTES), 'getsockname');
    return decodeAddress(this.#senders) as SocketAddress;
  }

  /** An ICMP error that some earlier datagram has met. Reading it is what makes the socket go on. */
  #takeError(): void {
    this.#failed = false;
    if (this.#loop.kernel.getsockopt(this.fd, SOL_SOCKET, SO_ERROR) !== 0) this.#loop.counters.datagramErrors++;
  }

  #receiveBatch(): void {
    const { kernel, arena, counters, stopwatch } = this.#loop;
    const count = kernel.recvDatagrams(this.fd, arena.bytes, arena.segmentBytes, this.#senders, this.#results, DATAGRAM_BATCH);
    if (count === -EAGAIN || (count >= 0 && count < DATAGRAM_BATCH)) this.#readable = false;
    // The error of an earlier datagram comes in the place of those that wait, and is gone by that.
    else if (count < 0 && count !== -EINTR) counters.datagramErrors++;
    stopwatch.enter(HANDLER);
    for (let i = 0; i < count && !this.#closed; i++) this.#deliver(i);
  }

  #deliver(index: number): void {
    const { arena, counters, debug, stopwatch } = this.#loop;
    const length = this.#results[index * TRIPLE] as number;
    if (((this.#results[index * TRIPLE + 1] as number) & MSG_TRUNC) !== 0) {
      counters.datagramsTruncated++;
      return;
    }
    const senderAt = index * SOCKADDR_STORAGE_BYTES;
    const sender = decodeAddress(this.#senders.subarray(senderAt, senderAt + SOCKADDR_IN6_BYTES)) as SocketAddress;
    const payload = arena.view(index, length);
    counters.datagramsReceived++;
    counters.bytesRead += length;
    stopwatch.handling(PROGRAM, 'onDatagram', this);
    this.#receive(this, payload, sender);
    if (debug) arena.poison(payload);
  }

  #isFull(moreBytes: number): boolean {
    return this.#queue.queuedBytes + moreBytes > this.#maxQueuedBytes || this.#queue.size >= MAX_QUEUED_DATAGRAMS;
  }

  #flushSoon(): void {
    if (this.#corked) return;
    if (!this.#loop.turning) return this.#flush();
    this.#corked = true;
    this.#loop.uncorkLater(this);
  }

  #flush(): void {
    const { kernel, outputHooks } = this.#loop;
    while (this.#writable && this.#queue.size > 0 && outputHooks.call()) {
      const asked = Math.min(this.#queue.size, DATAGRAM_BATCH);
      const answer = kernel.sendDatagrams(this.fd, this.#queue.bytes, this.#queue.addresses, this.#queue.quads, asked);
      if (answer >= 0) this.#sent(answer);
      else if (answer === -EAGAIN) this.#writable = false;
      else if (answer !== -EINTR) this.#drop(1);
    }
    // It was not allowed to leave.
    if (this.#writable && this.#queue.size > 0) this.#loop.makeReady(this);
  }

  #sent(count: number): void {
    const { counters } = this.#loop;
    const before = this.#queue.queuedBytes;
    this.#queue.consume(count);
    counters.datagramsSent += count;
    counters.bytesWritten += before - this.#queue.queuedBytes;
  }

  /** Gives up the first datagrams: those that the kernel refuses, which are nobody's fault but theirs, or all at the end. */
  #drop(count: number): void {
    this.#loop.counters.datagramsDropped += count;
    this.#queue.consume(count);
  }
}

function payloadOf(data: Uint8Array | string): Uint8Array {
  const bytes = bytesOf(data, 'send');
  if (bytes.length <= MAX_DATAGRAM_BYTES) return bytes;
  throw new EdgeloopError('EL_DATA_INVALID', `a datagram holds at most ${MAX_DATAGRAM_BYTES} bytes, not ${bytes.length}; split it`);
}
