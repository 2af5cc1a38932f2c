import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { type Conduct, isOrderly } from './conduct.js';
import type { Script } from './script.js';
import type { Shortage } from './shortage.js';

const LONGEST_PIECE_BYTES = 5000;
const SLOW_READ_MS = 12;
/** No client has that much to do: one that is not done by then never will be. */
const PATIENCE_MS = 30_000;

/** Whom a client visits, and what for. */
export interface Visit {
  readonly port: number;
  readonly script: Script;
  readonly conduct: Conduct;
  /** Whether the service makes connections of its own for its clients. */
  readonly dials: boolean;
}

/**
 * One connection to a service: sends the input of its script and holds what comes back against the output, byte by byte and
 * in order. Who leaves in order must get all of it; who does not, nothing else.
 */
export class Client {
  readonly #socket: Socket;
  readonly #script: Script;
  readonly #conduct: Conduct;
  readonly #dials: boolean;
  readonly #random: Random;
  readonly #wasShort: () => boolean;
  readonly #late: NodeJS.Timeout;
  #received = 0;
  #ended = false;
  #leaving = false;
  #problem: string | undefined;
  #error: Error | undefined;

  constructor({ port, script, conduct, dials }: Visit, random: Random, shortage: Shortage) {
    this.#script = script;
    this.#conduct = conduct;
    this.#dials = dials;
    this.#random = random;
    this.#wasShort = shortage.watch();
    this.#socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    this.#socket.on('error', (error) => (this.#error = error));
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.once('end', () => this.#end());
    this.#late = globalThis.setTimeout(() => this.#fail(`is not done after ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  }

  get received(): number {
    return this.#received;
  }

  /** Resolves when the connection is closed: with what went wrong, if anything did. */
  async run(): Promise<string | undefined> {
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    await Promise.all([this.#converse(), closed]);
    clearTimeout(this.#late);
    return this.#problem ?? this.#shortcoming();
  }

  async #converse(): Promise<void> {
    const { input } = this.#script;
    if (isOrderly(this.#conduct)) {
      await this.#send(input);
      if (this.#conduct.leaving === 'half-close') this.#socket.end();
      else this.#leaveWhenComplete();
      return;
    }
    await this.#send(input.subarray(0, this.#conduct.leaveAfterBytes));
    await setTimeout(this.#conduct.leaveAfterMs);
    this.#leaveNow();
  }

  /** As fast as the socket takes it; what is not sent when the connection is over is not missed. */
  async #send(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && this.#socket.writable; ) {
      const end = at + this.#pieceBytes(bytes.length - at);
      const goesOn = this.#socket.write(bytes.subarray(at, end));
      if (!goesOn) await this.#drained();
      else if (this.#conduct.splitting !== 'whole') await setImmediate();
      at = end;
    }
  }

  #pieceBytes(left: number): number {
    if (this.#conduct.splitting === 'whole') return left;
    return this.#conduct.splitting === 'bytes' ? 1 : Math.min(left, this.#random.between(1, LONGEST_PIECE_BYTES));
  }

  async #drained(): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    await Promise.race([once(this.#socket, 'drain', { signal }), once(this.#socket, 'close', { signal })]).catch(() => {});
    over.abort();
  }

  #leaveNow(): void {
    this.#leaving = true;
    if (this.#conduct.leaving === 'reset') this.#socket.resetAndDestroy();
    else if (this.#conduct.leaving === 'close') this.#socket.destroy();
    else this.#socket.end(() => this.#socket.destroy());
  }

  #receive(chunk: Buffer): void {
    const expected = this.#script.output.subarray(this.#received, this.#received + chunk.length);
    if (!chunk.equals(expected)) return this.#fail(differenceText(this.#received, chunk, expected));
    this.#received += chunk.length;
    if (this.#conduct.leaving === 'replies') this.#leaveWhenComplete();
    if (this.#conduct.slowReader) this.#rest();
  }

  #rest(): void {
    this.#socket.pause();
    globalThis.setTimeout(() => this.#socket.resume(), this.#random.between(0, SLOW_READ_MS));
  }

  /** An offender waits to be thrown out. */
  #leaveWhenComplete(): void {
    if (this.#received === this.#script.output.length && !this.#script.offends && this.#socket.writable) this.#socket.end();
  }

  /** The server's FIN. Node closes the socket when ours is sent, too. */
  #end(): void {
    this.#ended = true;
    this.#socket.end();
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
    this.#socket.destroy();
  }

  /** What a client that left in order has not got, though nothing was in its way. */
  #shortcoming(): string | undefined {
    if (this.#leaving || this.#script.offends || this.#isExcused()) return undefined;
    const { length } = this.#script.output;
    if (this.#received < length) return `got ${this.#received} of ${length} bytes${this.#errorText()}`;
    return this.#ended ? undefined : `got all bytes, but no FIN${this.#errorText()}`;
  }

  /** A server without descriptors sheds who comes, and cannot dial; who is served already must not notice. */
  #isExcused(): boolean {
    return this.#wasShort() && (this.#received === 0 || this.#dials);
  }

  #errorText(): string {
    return this.#error === undefined ? '' : ` (${this.#error.message})`;
  }
}

function differenceText(at: number, chunk: Buffer, expected: Buffer): string {
  let i = 0;
  while (i < expected.length && chunk[i] === expected[i]) i++;
  const text = (bytes: Buffer) => (i < bytes.length ? JSON.stringify(bytes.toString('latin1', i, i + 24)) : 'nothing');
  return `got ${text(chunk)} at byte ${at + i}, expected ${text(expected)}`;
}
