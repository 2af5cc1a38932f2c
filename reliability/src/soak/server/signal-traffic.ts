import type { Reactor, Subscription, Timer } from '@edgeloop/reactor';
import { holds } from '../../waiting.js';

const SIGNAL = 'SIGUSR2';
const EVERY_MS = 50;

/** Signals that come while a cycle lasts, to a listener that comes and goes with it. */
export class SignalTraffic {
  readonly #subscription: Subscription;
  readonly #timer: Timer;
  #sent = 0;
  #heard = 0;

  constructor(reactor: Reactor) {
    this.#subscription = reactor.onSignal(SIGNAL, () => void this.#heard++);
    this.#timer = reactor.setInterval(() => this.#send(), EVERY_MS);
  }

  /** Resolves when the last one has been heard: a signal that is still pending when the subscription closes would end the process. */
  async end(): Promise<string[]> {
    this.#timer.cancel();
    const before = this.#heard;
    this.#send();
    const complete = await holds(() => this.#heard > before);
    this.#subscription.close();
    if (complete && this.#heard <= this.#sent) return [];
    return [`${SIGNAL} was sent ${this.#sent} times and heard ${this.#heard} times`];
  }

  /** Several that are pending at once count as one (signal(7)), so fewer may be heard than are sent. */
  #send(): void {
    this.#sent++;
    process.kill(process.pid, SIGNAL);
  }
}
