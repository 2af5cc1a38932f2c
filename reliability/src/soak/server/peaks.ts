import type { Reactor } from '@edgeloop/reactor';

const LOOK_EVERY_MS = 100;

/** The most that there was of something in a cycle, so that it shows what the server had to bear. */
export interface PeakValues {
  readonly connections: number;
  readonly queuedBytes: number;
}

/** Looks at a reactor ten times a second. */
export class Peaks {
  readonly #timer: NodeJS.Timeout;
  readonly #reactor: Reactor;
  #peaks: PeakValues = { connections: 0, queuedBytes: 0 };

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  end(): PeakValues {
    clearInterval(this.#timer);
    return this.#peaks;
  }

  #look(): void {
    const { connectionCount, meters } = this.#reactor;
    this.#peaks = {
      connections: Math.max(this.#peaks.connections, connectionCount),
      queuedBytes: Math.max(this.#peaks.queuedBytes, meters.gauges.bytesQueued),
    };
  }
}
