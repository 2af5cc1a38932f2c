import { type Socket, connect } from 'node:net';
import { holds } from '../../waiting.js';

/** A client of an echo server, polite or rude, that notes what has become of it. */
export class Caller {
  /** How the server has ended the connection. */
  end: 'none' | 'FIN' | 'RST' = 'none';
  readonly #socket: Socket;
  #received = 0;
  #expected = 0;
  #wrong = false;
  #pending = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    // After the peer's FIN nothing is said any more.
    socket.on('end', () => (this.end = this.end === 'none' ? 'FIN' : this.end));
    socket.on('error', () => (this.end = 'RST'));
  }

  /** A connection that is there; listening or not. */
  static async dial({ host, port }: { readonly host: string; readonly port: number }): Promise<Caller> {
    const socket = connect({ host, port, noDelay: true });
    const caller = new Caller(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
    return caller;
  }

  /** Whether the server has ended it. */
  get ended(): boolean {
    return this.end !== 'none';
  }

  /** Says something and waits for the echo. Resolves with whether it came, whole and right, before an end did. */
  async asks(text: string): Promise<boolean> {
    this.says(text);
    return this.answered();
  }

  /** Says something and listens for the echo. */
  says(text: string): void {
    if (this.#expected === 0) this.#socket.on('data', (chunk) => this.#hears(chunk));
    this.#expected += text.length;
    this.#pending += text;
    this.#socket.write(text, 'latin1');
  }

  /** Whether all that was said has come back, waited for. */
  async answered(): Promise<boolean> {
    await holds(() => this.#received >= this.#expected || this.ended || this.#wrong);
    return this.#received === this.#expected && !this.#wrong;
  }

  /** Says something and never listens. */
  shouts(bytes: Uint8Array): void {
    this.#socket.pause();
    this.#socket.write(bytes);
  }

  /** Listens, but only for the end. */
  listens(): void {
    this.#socket.resume();
  }

  /** Resolves with the first bytes that come, or with the end. */
  heard(): Promise<void> {
    return new Promise((resolve) => this.#socket.once('data', () => resolve()).once('close', () => resolve()));
  }

  hangUp(): void {
    this.#socket.end();
    this.#socket.resume();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Resolves when the connection is over, or with false if it is not in the end. */
  over(): Promise<boolean> {
    return holds(() => this.ended || this.#socket.destroyed);
  }

  #hears(chunk: Buffer): void {
    this.#received += chunk.length;
    const text = chunk.toString('latin1');
    if (!this.#pending.startsWith(text)) this.#wrong = true;
    this.#pending = this.#pending.slice(text.length);
  }
}
