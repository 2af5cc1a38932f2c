import type { Kernel } from '../kernel/kernel.js';
import { receiveMany, sendMany } from './sim/many.js';

/** The calls of a kernel that can fail. */
export type Call = Exclude<keyof Kernel, 'now' | 'recvMany' | 'sendMany'>;

/** Who stands between a reactor and its kernel. */
export interface Interceptor {
  /** Answers a call in the kernel's place, with a value or -errno; undefined lets it through. */
  before?(call: Call, args: readonly unknown[]): number | undefined;
  /** Hears of every call, also of one that was answered by `before`. */
  after?(call: Call, args: readonly unknown[], result: number): void;
}

/** Calls that always succeed in what matters: a descriptor is closed whatever close(2) returns, and a claim is given back. */
const FINAL: ReadonlySet<Call> = new Set<Call>(['close', 'releaseSignals']);

/** The kernel, with somebody in between. What receives or sends for many is taken apart into single calls, as the kernel does it. */
export function intercept(kernel: Kernel, interceptor: Interceptor): Kernel {
  const wrapped = { now: () => kernel.now() } as Kernel;
  for (const call of KERNEL_CALLS) {
    const proceed = (...args: unknown[]) => (kernel[call] as (...values: unknown[]) => number).apply(kernel, args);
    wrapped[call] = (...args: unknown[]) => {
      const answer = interceptor.before?.(call, args);
      const result = answer === undefined || FINAL.has(call) ? proceed(...args) : answer;
      interceptor.after?.(call, args, answer ?? result);
      return answer ?? result;
    };
  }
  wrapped.recvMany = (base, triples, count, enough) => receiveMany(wrapped, base, triples, count, enough);
  wrapped.sendMany = (base, triples, count) => sendMany(wrapped, base, triples, count);
  return wrapped;
}

const CALLS: Readonly<Record<Call, true>> = {
  epollCreate: true, epollAdd: true, epollModify: true, epollRemove: true, epollWait: true,
  socket: true, bind: true, listen: true, connect: true, accept: true, getsockname: true, getpeername: true,
  setsockopt: true, getsockopt: true, getsockoptBytes: true, setLinger: true,
  recv: true, send: true, recvDatagrams: true, sendDatagrams: true, sendDescriptors: true, recvDescriptors: true,
  shutdown: true, close: true, duplicate: true, replace: true, flock: true,
  openNull: true, timerfdCreate: true, timerfdArm: true, timerfdRead: true, eventfdCreate: true, eventfdSignal: true, eventfdRead: true,
  claimSignals: true, releaseSignals: true, signalfd: true, signalfdRead: true,
  setAffinity: true, getAffinity: true, setThreadName: true, adviseHugePages: true,
};

/** The calls by name, in the order of `Kernel`. */
export const KERNEL_CALLS = Object.keys(CALLS) as readonly Call[];
