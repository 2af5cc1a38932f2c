import type { Kernel } from '../kernel/kernel.js';
import type { DescriptorLedger } from '../structures/descriptor-ledger.js';

/** The calls whose result is a new descriptor. */
const OPENING = ['epollCreate', 'socket', 'accept', 'duplicate', 'openNull', 'timerfdCreate', 'eventfdCreate', 'signalfd'] as const satisfies readonly (keyof Kernel)[];

/** In the place of a descriptor. */
const NONE = -1;

/**
 * The same kernel, which notes in the ledger what this thread opens and closes, so that others can close it when the thread has died.
 * It also writes down in a cell what the thread waits for. The calls that a message takes are the original ones; only those that open and close pay, a few nanoseconds.
 */
export function ledgered(kernel: Kernel, ledger: DescriptorLedger, owner: number, epoll: Int32Array): Kernel {
  const noting = (open: (...args: never[]) => number) => (...args: never[]) => {
    const fd = open(...args);
    if (fd >= 0) ledger.note(fd, owner);
    return fd;
  };
  const opening = Object.fromEntries(OPENING.map((name) => [name, noting(kernel[name])])) as Pick<Kernel, (typeof OPENING)[number]>;
  let waitedFor = NONE;
  const epollCreate = () => {
    waitedFor = opening.epollCreate();
    // Before anything watches it.
    Atomics.store(epoll, 0, waitedFor);
    return waitedFor;
  };
  /** Whether it is still ours to close. Who is about to end this thread may have taken it, and is to find it under its number; it is reaped with the rest. */
  const claim = (fd: number) => {
    if (fd !== waitedFor) return true;
    waitedFor = NONE;
    return Atomics.exchange(epoll, 0, NONE) === fd;
  };
  const close = (fd: number) => {
    if (!claim(fd)) return 0;
    // Before: as soon as it is closed, another thread may get the number and note it.
    ledger.forget(fd);
    return kernel.close(fd);
  };
  return { ...kernel, ...opening, epollCreate, close };
}
