/** A small client of its own for RESP2 and RESP3: it pipelines, is binary safe, and hides nothing of what the server sends. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type Reply, RespDecoder } from './resp-decoder.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A string stands for its bytes, a character each (latin1). */
export type Argument = string | Buffer;

const MESSAGES: ReadonlySet<string> = new Set(['message', 'pmessage', 'smessage']);
const PATIENCE_MS = 3000;

/** Owns its socket; close() frees it. */
export class RespClient {
  /** What came out of band since somebody last took it: RESP3's pushes, and RESP2's messages to a subscriber. */
  readonly pushes: Reply[] = [];
  private readonly replies: Reply[] = [];
  private readonly decoder = new RespDecoder();
  private isSubscriber = false;
  private ending: string | undefined;
  /** Called whenever replies arrived or the connection ended. */
  private wake = () => {};

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('the connection was closed'));
  }

  static async connect(address: Address): Promise<RespClient> {
    const socket = connect(address.port, address.host);
    await once(socket, 'connect');
    return new RespClient(socket);
  }

  get isOpen(): boolean {
    return this.ending === undefined;
  }

  /** Sends commands in one write and does not wait. */
  send(commands: readonly (readonly Argument[])[]): void {
    for (const [name] of commands) if (/^[ps]?subscribe$/i.test(String(name))) this.isSubscriber = true;
    this.socket.write(encode(commands));
  }

  /** Writes bytes as they are, for inline commands and for what is not RESP at all. */
  sendRaw(bytes: Argument): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next `count` replies. What does not come in time, or never because the connection ended, is of type `missing`. */
  async receive(count: number, patienceMs = PATIENCE_MS): Promise<Reply[]> {
    if (this.replies.length < count && this.isOpen) await this.arrival(count, patienceMs);
    const replies = this.replies.splice(0, count);
    const value = this.ending ?? `no reply within ${patienceMs} ms`;
    while (replies.length < count) replies.push({ type: 'missing', value });
    return replies;
  }

  /** Sends one command and waits for its reply. */
  async call(...command: readonly Argument[]): Promise<Reply> {
    return (await this.pipeline([command]))[0] as Reply;
  }

  /** Sends commands in one write and waits for a reply to each. */
  pipeline(commands: readonly (readonly Argument[])[], patienceMs = PATIENCE_MS): Promise<Reply[]> {
    this.send(commands);
    return this.receive(commands.length, patienceMs);
  }

  close(): void {
    this.socket.destroy();
  }

  private arrival(count: number, patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      this.wake = () => {
        if (this.replies.length >= count || !this.isOpen) done();
      };
    });
  }

  private take(chunk: Buffer): void {
    try {
      for (const reply of this.decoder.push(chunk)) (this.isOutOfBand(reply) ? this.pushes : this.replies).push(reply);
    } catch (error) {
      this.end((error as Error).message);
      this.socket.destroy();
    }
    this.wake();
  }

  private isOutOfBand(reply: Reply): boolean {
    if (reply.type === 'push') return true;
    if (!this.isSubscriber || reply.type !== 'array' || !('items' in reply)) return false;
    const [kind] = reply.items;
    return kind?.type === 'bulk' && 'value' in kind && MESSAGES.has(kind.value) && reply.items.length >= 3;
  }

  private end(reason: string): void {
    this.ending ??= reason;
    this.wake();
  }
}

/** Commands as the RESP arrays of bulk strings that clients send. */
export function encode(commands: readonly (readonly Argument[])[]): Buffer {
  const parts: Buffer[] = [];
  let text = '';
  for (const command of commands) {
    text += `*${command.length}\r\n`;
    for (const argument of command) {
      if (typeof argument === 'string') text += `$${argument.length}\r\n${argument}\r\n`;
      else {
        parts.push(Buffer.from(`${text}$${argument.length}\r\n`, 'latin1'), argument);
        text = '\r\n';
      }
    }
  }
  parts.push(Buffer.from(text, 'latin1'));
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
