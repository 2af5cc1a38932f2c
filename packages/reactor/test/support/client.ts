import { type Socket, type TcpNetConnectOpts, connect } from 'node:net';
import { once } from 'node:events';
import type { TearsDown } from './fixture.js';
import { until } from './until.js';

/** A client on node:net that keeps its side open when the server ends, and remembers all that happens to it. */
export class Client {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  length = 0;
  ended = false;
  closed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(options: TcpNetConnectOpts) {
    this.socket = connect({ allowHalfOpen: true, noDelay: true, ...options });
    this.socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.length += chunk.length;
    });
    this.socket.on('end', () => (this.ended = true));
    this.socket.on('close', () => (this.closed = true));
    this.socket.on('error', (error) => (this.error = error));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  end(data?: string | Uint8Array): void {
    if (data === undefined) this.socket.end();
    else this.socket.end(data);
  }

  /** Sends a RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Waits until exactly this text, and no more so far, has come. */
  async hears(text: string): Promise<void> {
    await until(() => this.text === text);
  }
}

/** A connected client, gone when the test ends. */
export async function dial(t: TearsDown, port: number, options: Partial<TcpNetConnectOpts> = {}): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, ...options });
  t.teardown(() => client.socket.destroy());
  await once(client.socket, 'connect');
  return client;
}
