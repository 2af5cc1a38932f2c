// A connection to a store, for what is done before and after a measurement.
//
// It understands answers of one line, which is what the commands that fill, count and clear a store give.

import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

const LINE_FEED = 0x0a;
const MINUS = 0x2d;

/** A store that says nothing for so long while it is asked has failed: saving millions of keys on a busy machine takes its time. */
const PATIENCE_MS = 60_000;

/** A command as RESP has it, an array of bulk strings. All that is sent here is ASCII. */
export function encode(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((argument) => `$${argument.length}\r\n${argument}\r\n`).join('')}`;
}

/** Owns its socket, until close(). */
export class StoreClient {
  readonly #socket: Socket;
  /** The beginning of a line whose end has not come. */
  #begun: Buffer = Buffer.alloc(0);
  #last = '';
  #owed = 0;
  #settle: ((error?: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.#settle?.(error));
    socket.on('close', () => this.#settle?.(new Error('the store closed the connection')));
    socket.on('timeout', () => socket.destroy(new Error(`the store was silent for ${PATIENCE_MS} ms`)));
  }

  static async open(port: number): Promise<StoreClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new StoreClient(socket);
  }

  /** Resolves to the line that is the answer. Rejects where it is an error. */
  async call(...command: readonly string[]): Promise<string> {
    await this.pour([Buffer.from(encode(command))], 1);
    return this.#last;
  }

  /** Sends commands as fast as they are taken, and resolves when so many answers have come. The first error rejects. */
  async pour(commands: Iterable<Buffer>, answers: number): Promise<void> {
    if (this.#socket.destroyed) throw new Error('the store has closed the connection');
    this.#owed = answers;
    this.#socket.setTimeout(PATIENCE_MS);
    const answered = new Promise<void>((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    try {
      await Promise.all([answered, this.#write(commands, answered)]);
    } finally {
      this.#settle = undefined;
      // Between two questions others are measured, for as long as that takes.
      this.#socket.setTimeout(0);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** A store that fails while it is written to takes no more, so the wait for room ends with the wait for answers. */
  async #write(commands: Iterable<Buffer>, answered: Promise<void>): Promise<void> {
    for (const bytes of commands) {
      if (!this.#socket.write(bytes)) await Promise.race([once(this.#socket, 'drain'), answered]);
    }
  }

  #read(chunk: Buffer): void {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.#answer(bytes, start, end);
      start = end + 1;
    }
    this.#begun = bytes.subarray(start);
  }

  /** Only the last answer is kept, for of millions of the same a look at the first byte is enough. */
  #answer(bytes: Buffer, start: number, end: number): void {
    const failed = bytes[start] === MINUS;
    this.#owed--;
    if (failed || this.#owed === 0) this.#last = bytes.toString('latin1', start + 1, end - 1);
    if (failed) this.#settle?.(new Error(`the store answered: ${this.#last}`));
    else if (this.#owed === 0) this.#settle?.();
  }
}
