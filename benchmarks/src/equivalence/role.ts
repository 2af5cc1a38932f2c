// What one client does, step by step, and what it must see if its server is an echo server. load/script.h says what the steps mean.

export type Act =
  | 'mss' | 'window' | 'connect' | 'bite' | 'rest' | 'send' | 'urgent' | 'pause' | 'await' | 'meet' | 'finish' | 'end' | 'stay' | 'reset' | 'leave';

/** How a connection ended for the client: what should be comes first. */
export type Ending =
  | 'eof' | 'open' | 'left'
  | 'early-eof' | 'reset' | 'refused' | 'wrong-bytes' | 'too-many-bytes' | 'stalled';

/**
 * What a client saw, in words that do not depend on who was how fast. So some things are not in it:
 *
 * - Into how many segments the bytes were cut, and when they came: a stream has no borders (tcp(7)).
 * - How many bytes had come back when the client itself ended with `reset` or `leave`. What is under way then may be lost, and close(2)
 *   throws away what has come and was not read. The bytes it did get have been compared, and those it awaited have come.
 * - What the server did after that: the client has no connection any more on which it could be seen.
 * - In which step the server's FIN came, if it came after ours and after all bytes: the client notes it in `end`. One that comes
 *   sooner is `early-eof`, wherever it comes.
 * - Whether the kernel said ECONNRESET or EPIPE of the server's RST: it depends on whether we received or sent next.
 */
export interface Observation {
  /** The index of the step under way. */
  readonly step: number;
  readonly ending: Ending;
  /** How many right bytes had come back; undefined where that is left open. */
  readonly bytes: number | undefined;
}

interface Step {
  readonly act: Act;
  readonly amount: number | undefined;
}

/** The expected end of each last step. */
const ENDINGS: Partial<Record<Act, Ending>> = { end: 'eof', stay: 'open', reset: 'left', leave: 'left' };

export class Role {
  readonly #steps: Step[] = [];
  #sent = 0;

  /** A small window, and small segments: they make the server's send buffer small as well. Before connect. */
  narrow(segmentBytes: number, windowBytes: number): this {
    return this.#then('mss', segmentBytes).#then('window', windowBytes);
  }

  connect(): this {
    return this.#then('connect');
  }

  /** From now on it takes at most so many bytes at once, and rests between. */
  nibble(biteBytes: number, restMs: number): this {
    return this.#then('bite', biteBytes).#then('rest', restMs);
  }

  send(bytes: number): this {
    this.#sent += bytes;
    return this.#then('send', bytes);
  }

  /** One urgent byte, which does not come back; at most once. */
  urgent(): this {
    return this.#then('urgent');
  }

  pause(ms: number): this {
    return ms === 0 ? this : this.#then('pause', ms);
  }

  /** Waits until all that it has sent, or this much of it, has come back. */
  awaitEcho(bytes = this.#sent): this {
    return this.#then('await', bytes);
  }

  /** Waits for all others that meet. */
  meet(): this {
    return this.#then('meet');
  }

  finish(): this {
    return this.#then('finish');
  }

  /** The last step, after `finish`: waits for the server's FIN. */
  end(): this {
    return this.#then('end');
  }

  /** The last step, after `awaitEcho`: the connection stays open as long as anybody has one. */
  stay(): this {
    return this.#then('stay');
  }

  /** The last step: a RST. */
  reset(): this {
    return this.#then('reset');
  }

  /** The last step: closes, without waiting for anything. */
  leave(): this {
    return this.#then('leave');
  }

  get sentBytes(): number {
    return this.#sent;
  }

  get expected(): Observation {
    const step = this.#steps.length - 1;
    const ending = ENDINGS[this.#steps[step]!.act]!;
    return { step, ending, bytes: ending === 'left' ? undefined : this.#sent };
  }

  /** The line for load/play.c. */
  toString(): string {
    return this.#steps.map((_, index) => this.stepName(index)).join(' ');
  }

  stepName(index: number): string {
    const { act, amount } = this.#steps[index]!;
    return amount === undefined ? act : `${act} ${amount}`;
  }

  #then(act: Act, amount?: number): this {
    this.#steps.push({ act, amount });
    return this;
  }
}
