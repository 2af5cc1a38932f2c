import { CALL_ERRORS, type Call, type Errno, type Interceptor, type SimKernel, failure } from '../../../src/testing/index.js';
import { StreamSocket } from '../../../src/testing/sim/stream-socket.js';

/** Which calls fail, and how. */
export interface Fault {
  readonly call: Call;
  /** The first that fails, counted among its kind from 1. */
  readonly nth: number;
  readonly errno: Errno;
  /** How many of its kind fail in a row. */
  readonly times: number;
}

/** More than any scenario makes: who comes here goes in circles. */
const MOST_CALLS = 3000;

const ABOUT_SECOND_ARGUMENT: ReadonlySet<Call> = new Set<Call>(['epollAdd', 'epollModify', 'epollRemove']);

/** Counts the calls of a run, and has those fail that the fault names. */
export class FaultInjector implements Interceptor {
  /** By call: how often it was made. */
  readonly counts = new Map<Call, number>();
  /** The client's ports of the connections that a failed call was about. */
  readonly victims = new Set<number>();
  kernel!: SimKernel;
  calls = 0;
  /** Whether a connection that waits to be accepted has no second chance. */
  closing = false;
  /** Whether an accept has failed then. */
  missed = false;
  failed = 0;

  constructor(readonly fault?: Fault) {}

  before(call: Call, args: readonly unknown[]): number | undefined {
    const nth = (this.counts.get(call) ?? 0) + 1;
    this.counts.set(call, nth);
    if (++this.calls > MOST_CALLS) throw new Error(`the reactor goes in circles: ${JSON.stringify([...this.counts])}`);
    const { fault } = this;
    if (fault === undefined || call !== fault.call || nth < fault.nth || nth >= fault.nth + fault.times) return undefined;
    this.failed++;
    this.missed ||= this.closing && call === 'accept';
    this.#noteVictim(args[ABOUT_SECOND_ARGUMENT.has(call) ? 1 : 0] as number);
    return failure(fault.errno);
  }

  #noteVictim(fd: number): void {
    const file = this.kernel.descriptors.at(fd);
    if (file instanceof StreamSocket && file.remote !== undefined) this.victims.add(file.remote.port);
  }
}

/**
 * Each call of a run, by kind and number, with each error that it may have. Of the calls in `sparing` the errors take
 * turns.
 */
export function* faultsIn(counts: ReadonlyMap<Call, number>, sparing: readonly Call[] = []): Iterable<Fault> {
  for (const [call, count] of counts) {
    const errnos = CALL_ERRORS[call];
    for (let nth = 1; nth <= count; nth++) {
      const tried = sparing.includes(call) ? inTurn(errnos, nth) : errnos;
      for (const errno of tried) yield { call, nth, errno, times: 1 };
    }
  }
}

/** From each call on, so many of its kind in a row; the errors take turns. */
export function* rowsIn(counts: ReadonlyMap<Call, number>, times: number): Iterable<Fault> {
  for (const [call, count] of counts) {
    for (let nth = 1; nth <= count; nth++) for (const errno of inTurn(CALL_ERRORS[call], nth)) yield { call, nth, errno, times };
  }
}

/** One of them, or none if there are none. */
function inTurn(errnos: readonly Errno[], nth: number): readonly Errno[] {
  return errnos.length === 0 ? [] : [errnos[nth % errnos.length] as Errno];
}
