/**
 * Every system call that the reactor makes, in plain numbers and caller-owned memory.
 *
 * Each returns a value >= 0 or -errno, and never throws for what the kernel says: EAGAIN, EINTR and EINPROGRESS are
 * results. The one production implementation is native-kernel.ts; being an interface lets a test run the whole reactor
 * on a kernel that misbehaves on purpose.
 */
export interface Kernel {
  /** epoll_create1(2), close-on-exec. */
  epollCreate(): number;
  /** epoll_ctl(2). Slot and generation (uint32 each) come back with every event of the descriptor. */
  epollAdd(epoll: number, fd: number, events: number, slot: number, generation: number): number;
  epollModify(epoll: number, fd: number, events: number, slot: number, generation: number): number;
  epollRemove(epoll: number, fd: number): number;
  /** epoll_wait(2). Fills triples `[events, slot, generation]`; `capacity` counts triples; a negative timeout has no end. */
  epollWait(epoll: number, triples: Uint32Array, capacity: number, timeoutMs: number): number;

  /** socket(2), non-blocking and close-on-exec. */
  socket(family: number, type: number): number;
  /** `address` holds a sockaddr of `length` bytes, here and below. */
  bind(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  /** accept4(2), non-blocking and close-on-exec; the peer's sockaddr is written to `address`. */
  accept(fd: number, address: Uint8Array, capacity: number): number;
  /** These two return the length of the sockaddr. */
  getsockname(fd: number, address: Uint8Array, capacity: number): number;
  getpeername(fd: number, address: Uint8Array, capacity: number): number;
  /** Options whose value is an int. */
  setsockopt(fd: number, level: number, name: number, value: number): number;
  getsockopt(fd: number, level: number, name: number): number;
  /** An option whose value is a struct, such as TCP_INFO. Returns how many bytes were written. */
  getsockoptBytes(fd: number, level: number, name: number, value: Uint8Array, capacity: number): number;
  /** SO_LINGER. On with 0 seconds, close drops unsent data and resets the connection; with more, it blocks for them. */
  setLinger(fd: number, on: number, seconds: number): number;
  /** recv(2) into `base[offset, offset + length)`; 0 is the end of the stream, so `length` must not be 0. */
  recv(fd: number, base: Uint8Array, offset: number, length: number): number;
  /** send(2) with MSG_NOSIGNAL. */
  send(fd: number, base: Uint8Array, offset: number, length: number): number;
  /**
   * recv and send for `count` triples `[fd, offset, length]` of one base; each result takes the place of its fd.
   * recvMany stops when `enough` bytes have come. Both return the number of triples that are done.
   */
  recvMany(base: Uint8Array, triples: Int32Array, count: number, enough: number): number;
  sendMany(base: Uint8Array, triples: Int32Array, count: number): number;
  /**
   * recvmmsg(2). Datagram i goes to `base[i * segment, (i + 1) * segment)`, its sender to `addresses` at i * SOCKADDR_STORAGE_BYTES;
   * triple i of the results is `[length, flags, sockaddr length]`. `count` is cut to DATAGRAM_BATCH. Returns how many came.
   */
  recvDatagrams(fd: number, base: Uint8Array, segment: number, addresses: Uint8Array, results: Int32Array, count: number): number;
  /**
   * sendmmsg(2) with MSG_NOSIGNAL, of quads `[offset, length, address offset, address length]`; without an address the
   * length is 0. `count` is cut to DATAGRAM_BATCH. Returns how many were sent, or the error of the first.
   */
  sendDatagrams(fd: number, base: Uint8Array, addresses: Uint8Array, quads: Int32Array, count: number): number;
  /**
   * sendmsg(2) with MSG_NOSIGNAL: bytes, at least one, and with them the first `count` descriptors, as SCM_RIGHTS of unix(7). The receiver
   * gets duplicates. More than DESCRIPTOR_BATCH are EINVAL.
   */
  sendDescriptors(fd: number, base: Uint8Array, offset: number, length: number, descriptors: Int32Array, count: number): number;
  /**
   * recvmsg(2); 0 is the end of the stream. `descriptors[0]` becomes how many came with the bytes, close-on-exec, and they follow it: the
   * list has room for `capacity` and one more. What exceeds it, or the limit of the process, the kernel has closed; no error tells of it.
   */
  recvDescriptors(fd: number, base: Uint8Array, offset: number, length: number, descriptors: Int32Array, capacity: number): number;
  shutdown(fd: number, how: number): number;
  /** close(2). The descriptor is gone whatever is returned. */
  close(fd: number): number;
  /** fcntl(2) with F_DUPFD_CLOEXEC: a second descriptor for the same open file. */
  duplicate(fd: number): number;
  /** dup3(2): `fd` becomes a duplicate of `by`. What it was is closed, also for a thread that uses the number meanwhile. Returns `fd`. */
  replace(fd: number, by: number): number;
  /** flock(2) with LOCK_EX and LOCK_NB. EAGAIN: another opening of the file holds the lock. */
  flock(fd: number): number;

  /** Opens /dev/null: a descriptor to hold in reserve. */
  openNull(): number;
  /** timerfd_create(2) on the monotonic clock. */
  timerfdCreate(): number;
  /** One expiry `afterNs` nanoseconds from now; 0 disarms. */
  timerfdArm(fd: number, afterNs: number): number;
  /** Takes the expirations off the descriptor, so that it stops being readable. */
  timerfdRead(fd: number): number;
  /** eventfd(2), non-blocking and close-on-exec. */
  eventfdCreate(): number;
  /** Adds one to the counter; from any thread. EAGAIN: the counter is full, and readable since long. */
  eventfdSignal(fd: number): number;
  /** Takes the counter, cut to 2^31 - 1, so that the descriptor stops being readable. */
  eventfdRead(fd: number): number;

  /**
   * Makes signals this reactor's own: claimed in the whole process, and blocked in every thread of it. A set of signals is
   * `low` and `high`, 32 bits each, bit n - 1 for signal n. EBUSY if one of them is taken; ETIMEDOUT if a thread is stuck;
   * EAGAIN if no real-time signal is free to visit the threads with.
   */
  claimSignals(low: number, high: number): number;
  /** Unblocks them in every thread and gives up the claim. */
  releaseSignals(low: number, high: number): number;
  /** signalfd(2), non-blocking and close-on-exec; for an fd that is not -1, its set becomes the given one. */
  signalfd(fd: number, low: number, high: number): number;
  /** Takes pending signals into quads `[signal, code, pid, uid]`; `capacity` counts quads and is cut to SIGNAL_BUDGET_CALLS. Returns how many. */
  signalfdRead(fd: number, quads: Int32Array, capacity: number): number;

  /**
   * sched_setaffinity(2) and sched_getaffinity(2) of the calling thread; bit n % 8 of byte n / 8 is CPU n. The latter returns how many
   * bytes it wrote. EINVAL: no such CPU may be used, or `capacity` is no multiple of 8, or less than the kernel's own mask.
   */
  setAffinity(mask: Uint8Array, length: number): number;
  getAffinity(mask: Uint8Array, capacity: number): number;
  /** prctl(2) with PR_SET_NAME, of the calling thread: cut to 15 bytes, and at a NUL. */
  setThreadName(name: Uint8Array): number;

  /** madvise(2) with MADV_HUGEPAGE, for those of 2 MiB that lie in `base[0, length)`. EINVAL: the kernel has none. */
  adviseHugePages(base: Uint8Array, length: number): number;

  /** Milliseconds on the monotonic clock, with a fraction. */
  now(): number;
}
