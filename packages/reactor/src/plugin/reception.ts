import type { SystemError } from '../errors.js';
import { InvariantError } from '../invariant.js';
import type { Loop } from '../loop/loop.js';
import { type SocketAddress, addressText } from '../net/address.js';
import { Admission, type AdmissionLimits, type Refusal } from '../net/admission.js';
import type { Acceptor } from '../net/listener.js';
import type { SharedCount } from '../structures/shared-count.js';
import type { RepeatLog } from './repeat-log.js';

const REFUSED = { total: 'refusedByTotal', address: 'refusedByAddress', rate: 'refusedByRate' } as const satisfies Record<Refusal, string>;

export interface ReceptionParts {
  readonly loop: Loop;
  readonly log: RepeatLog;
  /** The reactor's own limits. */
  readonly admission: Admission;
  /** Those who came in here, and with them those whom other threads let in, if the limit holds for them, too. */
  readonly admitted?: SharedCount | undefined;
  /** Takes over the descriptor, or closes it and throws. */
  open(fd: number, peer: SocketAddress, admission: Admission): void;
}

/** Receives what a listener accepts: lets it in, or closes it at once where a limit or a shortage says so. */
export class Reception implements Acceptor {
  readonly #parts: ReceptionParts;
  /** Counts those who came in here. */
  readonly admission: Admission;

  constructor(parts: ReceptionParts, limits: AdmissionLimits) {
    this.#parts = parts;
    this.admission = new Admission(limits, parts.loop.clock.nowMs, parts.admission, parts.admitted);
  }

  opened(address: SocketAddress): void {
    this.#parts.log.log.info({ event: 'listener.opened', address: addressText(address) }, `listening on ${addressText(address)}`);
  }

  closed(address: SocketAddress): void {
    this.#parts.log.log.info({ event: 'listener.closed', address: addressText(address) }, `listening no more on ${addressText(address)}`);
  }

  accepted(fd: number, peer: SocketAddress): void {
    const refusal = this.admission.admit(peer, this.#parts.loop.clock.nowMs);
    if (refusal === undefined) this.#open(fd, peer);
    else this.#refuse(fd, peer, refusal);
  }

  acceptPaused(address: SocketAddress, cause: SystemError): void {
    const fields = { event: 'accept.paused', address: addressText(address), err: cause } as const;
    this.#parts.log.note('warn', `${fields.address} ${cause.code}`, fields, `accepting rests: ${cause.message}`);
  }

  #open(fd: number, peer: SocketAddress): void {
    const { loop, log } = this.#parts;
    try {
      this.#parts.open(fd, peer, this.admission);
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.admission.release(peer);
      loop.counters.shed++;
      log.note('warn', (error as SystemError).code, { event: 'connection.shed', peer: addressText(peer), err: error }, (error as Error).message);
    }
  }

  #refuse(fd: number, peer: SocketAddress, refusal: Refusal): void {
    const { loop, log } = this.#parts;
    loop.kernel.close(fd);
    loop.counters[REFUSED[refusal]]++;
    const fields = { event: 'connection.refused', limit: refusal, peer: addressText(peer) } as const;
    log.note('warn', refusal, fields, `connection refused: over the limit (${refusal})`);
  }
}
