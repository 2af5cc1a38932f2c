import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** What a server says in RESP2. A string stands for its bytes, a character each (latin1). */
export type Reply = string | number | null | Refusal | Reply[];

/** An error that the server has answered with. */
export class Refusal {
  constructor(readonly text: string) {}
}

/** A string as it is, and what is none as somebody would write it down. */
export function textOf(reply: Reply | undefined): string {
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

export type Request = readonly string[];

interface Batch {
  readonly replies: Reply[];
  readonly size: number;
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

/** The server was gone before it had answered. */
export class Gone extends Error {}

/** A connection to the server, whose sudden end is nothing out of the ordinary. */
export class Connection {
  /** Resolves when nothing more will be heard. */
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #batches: Batch[] = [];
  #received = '';
  #at = 0;
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => {});
    this.over = new Promise((resolve) => socket.once('close', () => {
      this.#end();
      resolve();
    }));
  }

  /** Error: Gone, if nobody listens. */
  static async dial(path: string): Promise<Connection> {
    const socket = connect(path);
    await once(socket, 'connect').catch(() => {
      throw new Gone('the server does not listen');
    });
    return new Connection(socket);
  }

  /** Sends requests at once, and resolves with their replies. Error: Gone; replies that have come before count for nothing then. */
  call(requests: readonly Request[]): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(new Gone('the server is gone'));
      this.#batches.push({ replies: [], size: requests.length, resolve, reject });
      this.#socket.write(requests.map(encoded).join(''), 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#isOver = true;
    for (const batch of this.#batches.splice(0)) batch.reject(new Gone('the server is gone'));
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    for (let reply = this.#next(); reply !== undefined; reply = this.#next()) {
      this.#received = this.#received.slice(this.#at);
      const batch = this.#batches[0];
      if (batch === undefined) throw new Error(`the server says what nobody has asked: ${JSON.stringify(reply)}`);
      if (batch.replies.push(reply) === batch.size) this.#batches.shift()?.resolve(batch.replies);
    }
  }

  /** The reply that stands first; undefined as long as a part of it is missing. */
  #next(): Reply | undefined {
    this.#at = 0;
    return this.#parse();
  }

  #parse(): Reply | undefined {
    const lineEnd = this.#received.indexOf('\r\n', this.#at);
    if (lineEnd < 0) return undefined;
    const line = this.#received.slice(this.#at + 1, lineEnd);
    const kind = this.#received[this.#at];
    this.#at = lineEnd + 2;
    if (kind === '+') return line;
    if (kind === '-') return new Refusal(line);
    if (kind === ':') return Number(line);
    if (line === '-1') return null;
    return kind === '$' ? this.#bulk(Number(line)) : this.#array(Number(line));
  }

  #bulk(length: number): string | undefined {
    const from = this.#at;
    this.#at += length + 2;
    return this.#at > this.#received.length ? undefined : this.#received.slice(from, from + length);
  }

  #array(length: number): Reply[] | undefined {
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#parse();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}

function encoded(request: Request): string {
  return `*${request.length}\r\n${request.map((argument) => `$${argument.length}\r\n${argument}\r\n`).join('')}`;
}
