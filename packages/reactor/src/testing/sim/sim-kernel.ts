import { constants } from 'node:os';
import type { Kernel } from '../../kernel/kernel.js';
import { bitOf } from '../../kernel/thread-signals.js';
import { SIGNAL_BUDGET_CALLS } from '../../limits.js';
import { EventFile, TimerFile } from './counter-files.js';
import { EpollSet } from './epoll-set.js';
import { NullFile, type OpenFile } from './open-file.js';
import { PendingSignals, SignalFile } from './signal-file.js';
import { SocketCalls } from './socket-calls.js';

const { EAGAIN, EBADF, EBUSY, EINTR, EINVAL, EPERM } = constants.errno;

const NS_PER_MS = 1_000_000;
const QUAD = 4;

/** A mask of CPUs comes in words of the machine. */
const MASK_BYTES = 8;

/**
 * A kernel in memory, as far as a reactor can tell: sockets, epoll sets, timers and signals of one process in a simulated world.
 * Time stands still but for what calls cost and for waits, so a program on it does the same each time that it is run with the
 * same seed. What the real kernel does is its specification: the same scenarios run on both in the tests.
 *
 * It has IPv4 and IPv6 on loopback, TCP and UDP. It has no Unix sockets: their files would be real ones.
 */
export class SimKernel extends SocketCalls implements Kernel {
  readonly #signals = new PendingSignals();
  #claimed = { low: 0, high: 0 };

  // --- epoll

  epollCreate(): number {
    this.pass();
    return this.descriptors.open(new EpollSet(this.world));
  }

  epollAdd(epoll: number, fd: number, events: number, slot: number, generation: number): number {
    return this.#control(epoll, fd, (set, file) => set.add(file, fd, events >>> 0, slot, generation));
  }

  epollModify(epoll: number, fd: number, events: number, slot: number, generation: number): number {
    return this.#control(epoll, fd, (set, file) => set.modify(file, fd, events >>> 0, slot, generation));
  }

  epollRemove(epoll: number, fd: number): number {
    return this.#control(epoll, fd, (set, file) => set.remove(file, fd));
  }

  /** While it waits, time passes. As in Linux a signal interrupts a sleep only: not a wait that has something to tell, or no time. */
  epollWait(epoll: number, triples: Uint32Array, capacity: number, timeoutMs: number): number {
    this.pass();
    const set = this.file(epoll, EpollSet);
    if (typeof set === 'number') return set === -EBADF ? set : -EINVAL;
    if (capacity <= 0) return -EINVAL;
    if (timeoutMs !== 0 && !set.ready && this.interrupted()) return -EINTR;
    this.#waitFor(set, timeoutMs);
    return set.collect(triples, capacity);
  }

  // --- What is no socket

  openNull(): number {
    this.pass();
    return this.descriptors.open(new NullFile());
  }

  timerfdCreate(): number {
    this.pass();
    return this.descriptors.open(new TimerFile(this.world.timeline));
  }

  timerfdArm(fd: number, afterNs: number): number {
    this.pass();
    const timer = this.file(fd, TimerFile);
    if (typeof timer === 'number') return timer;
    if (afterNs < 0) return -EINVAL;
    timer.arm(afterNs);
    return 0;
  }

  timerfdRead(fd: number): number {
    this.pass();
    const timer = this.file(fd, TimerFile);
    return typeof timer === 'number' ? timer : timer.read();
  }

  eventfdCreate(): number {
    this.pass();
    return this.descriptors.open(new EventFile());
  }

  eventfdSignal(fd: number): number {
    this.pass();
    const event = this.file(fd, EventFile);
    return typeof event === 'number' ? event : event.signal();
  }

  eventfdRead(fd: number): number {
    this.pass();
    const event = this.file(fd, EventFile);
    return typeof event === 'number' ? event : event.read();
  }

  // --- Signals

  claimSignals(low: number, high: number): number {
    if ((this.#claimed.low & low) !== 0 || (this.#claimed.high & high) !== 0) return -EBUSY;
    this.#claimed = { low: this.#claimed.low | low, high: this.#claimed.high | high };
    return 0;
  }

  releaseSignals(low: number, high: number): number {
    this.#claimed = { low: this.#claimed.low & ~low, high: this.#claimed.high & ~high };
    return 0;
  }

  signalfd(fd: number, low: number, high: number): number {
    this.pass();
    if (fd === -1) return this.descriptors.open(new SignalFile(this.#signals, { low, high }));
    const file = this.file(fd, SignalFile);
    if (typeof file === 'number') return file;
    file.change({ low, high });
    return fd;
  }

  signalfdRead(fd: number, quads: Int32Array, capacity: number): number {
    this.pass();
    const file = this.file(fd, SignalFile);
    if (typeof file === 'number') return file;
    if (capacity <= 0) return -EINVAL;
    let count = 0;
    for (let signal; count < Math.min(capacity, SIGNAL_BUDGET_CALLS) && (signal = file.read()) !== undefined; count++) {
      quads.set([signal.number, signal.code, signal.pid, signal.uid], count * QUAD);
    }
    return count === 0 ? -EAGAIN : count;
  }

  /** Sends a signal to the process. One that nobody has claimed would end it, and is refused. */
  raise(signal: number, { code = 0, pid = 1, uid = 0 } = {}): void {
    if (!bitOf(this.#claimed, signal)) throw new RangeError(`nobody has claimed signal ${signal}: it would end the process`);
    this.#signals.raise({ number: signal, code, pid, uid });
  }

  // --- The thread, memory and time

  /** There is one CPU, and one thread without a name. */
  setAffinity(mask: Uint8Array, length: number): number {
    return length > 0 && ((mask[0] ?? 0) & 1) === 1 ? 0 : -EINVAL;
  }

  getAffinity(mask: Uint8Array, capacity: number): number {
    if (capacity === 0 || capacity % MASK_BYTES !== 0) return -EINVAL;
    mask.fill(0, 0, MASK_BYTES)[0] = 1;
    return MASK_BYTES;
  }

  setThreadName(): number {
    return 0;
  }

  adviseHugePages(): number {
    return 0;
  }

  now(): number {
    return this.world.timeline.nowMs;
  }

  #waitFor(set: EpollSet, timeoutMs: number): void {
    const { timeline } = this.world;
    const untilNs = timeoutMs < 0 ? Number.POSITIVE_INFINITY : timeline.nowNs + timeoutMs * NS_PER_MS;
    set.waiting = true;
    while (!set.ready && timeline.nextNs <= untilNs && timeline.next());
    set.waiting = false;
    if (!set.ready && Number.isFinite(untilNs)) timeline.passTo(untilNs);
  }

  #control(epoll: number, fd: number, change: (set: EpollSet, file: OpenFile) => number): number {
    this.pass();
    const set = this.file(epoll, EpollSet);
    const file = this.descriptors.at(fd);
    if (set === -EBADF || file === undefined) return -EBADF;
    if (file instanceof NullFile) return -EPERM;
    return typeof set === 'number' ? -EINVAL : change(set, file);
  }
}
