import type { Kernel } from '../kernel/kernel.js';
import type { DescriptorLedger } from '../structures/descriptor-ledger.js';

/** The calls whose result is a new descriptor. */
const OPENING = ['epollCreate', 'socket', 'accept', 'duplicate', 'openNull', 'timerfdCreate', 'eventfdCreate', 'signalfd'] as const satisfies readonly (keyof Kernel)[];

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
  const epollCreate = () => {
    const fd = opening.epollCreate();
    // Before anything watches it.
    Atomics.store(epoll, 0, fd);
    return fd;
  };
  const close = (fd: number) => {
    // Before: as soon as it is closed, another thread may get the number and note it.
    ledger.forget(fd);
    return kernel.close(fd);
  };
  return { ...kernel, ...opening, epollCreate, close };
}
