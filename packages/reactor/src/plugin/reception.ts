import type { SystemError } from '../errors.js';
import { InvariantError } from '../invariant.js';
import type { Log } from '../log.js';
import type { Loop } from '../loop/loop.js';
import { type SocketAddress, addressText } from '../net/address.js';
import { Admission, type AdmissionLimits, type Refusal } from '../net/admission.js';
import type { Acceptor } from '../net/listener.js';
import { RefusalLog } from './refusal-log.js';

const REFUSED = { total: 'refusedByTotal', address: 'refusedByAddress', rate: 'refusedByRate' } as const satisfies Record<Refusal, string>;

export interface ReceptionParts {
  readonly plugin: string;
  readonly loop: Loop;
  readonly log: Log;
  /** The reactor's own limits. */
  readonly admission: Admission;
  /** Takes over the descriptor, or closes it and throws. */
  open(fd: number, peer: SocketAddress, admission: Admission): void;
}

/** Receives what a listener accepts: lets it in, or closes it at once where a limit or a shortage says so. */
export class Reception implements Acceptor {
  readonly #parts: ReceptionParts;
  /** Counts those who came in here. */
  readonly admission: Admission;
  readonly #refusals: RefusalLog;

  constructor(parts: ReceptionParts, limits: AdmissionLimits) {
    const { loop, log, plugin } = parts;
    this.#parts = parts;
    this.admission = new Admission(limits, loop.clock.nowMs, parts.admission);
    this.#refusals = new RefusalLog(loop.clock, log, { plugin });
  }

  accepted(fd: number, peer: SocketAddress): void {
    const refusal = this.admission.admit(peer, this.#parts.loop.clock.nowMs);
    if (refusal === undefined) this.#open(fd, peer);
    else this.#refuse(fd, peer, refusal);
  }

  acceptPaused(address: SocketAddress, cause: SystemError): void {
    const { plugin, log } = this.#parts;
    log.warn({ event: 'accept.paused', plugin, address: addressText(address), err: cause }, `accepting rests: ${cause.message}`);
  }

  #open(fd: number, peer: SocketAddress): void {
    const { plugin, loop, log } = this.#parts;
    try {
      this.#parts.open(fd, peer, this.admission);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.admission.release(peer);
      loop.counters.shed++;
      log.warn({ event: 'connection.shed', plugin, peer: addressText(peer), err: error }, (error as Error).message);
    }
  }

  #refuse(fd: number, peer: SocketAddress, refusal: Refusal): void {
    const { loop } = this.#parts;
    loop.kernel.close(fd);
    loop.counters[REFUSED[refusal]]++;
    this.#refusals.note(refusal, addressText(peer));
  }
}
