import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { ProgramError } from '@edgeloop/reactor/service';
import { ReplyError } from '../command/reply-error.js';
import { type Answer, ask, type Peer, type Words } from './peer.js';
import { ReplyReader } from './reply-reader.js';
import { RequestWriter } from './request-writer.js';

/** Where a server listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Who says to be whom. */
export interface Credentials {
  /** Without it, the default user. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Requests that were sent together, and are answered together. */
interface Batch {
  readonly size: number;
  readonly answers: Answer[];
  readonly resolve: (answers: Answer[]) => void;
  readonly reject: (error: Error) => void;
}

/** A server on the other end of a socket, which `close` frees: any Redis from 5 on, and what speaks like one. */
export class RemotePeer implements Peer {
  readonly name: string;
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #writer = new RequestWriter();
  readonly #batches: Batch[] = [];
  #ending: ProgramError | undefined;

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('the connection was closed'));
  }

  /** Connects, and says who we are. Error: ProgramError. */
  static async connect(address: Address, credentials: Credentials = {}): Promise<RemotePeer> {
    const name = 'path' in address ? address.path : `${address.host}:${address.port}`;
    const socket = connect(address);
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    } catch (error) {
      socket.destroy();
      const reason = (error as Error).name === 'AbortError' ? `no connection within ${CONNECT_TIMEOUT_MS / 1000} s` : reasonOf(error as NodeJS.ErrnoException);
      throw new ProgramError(`${name}: ${reason}`);
    }
    const peer = new RemotePeer(name, socket);
    await logIn(peer, credentials).catch(async (error: unknown) => {
      await peer.close();
      throw error;
    });
    return peer;
  }

  call(requests: readonly Words[]): Promise<Answer[]> {
    if (requests.length === 0) return Promise.resolve([]);
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    for (const request of requests) this.#writer.write(request);
    this.#socket.write(this.#writer.take());
    return new Promise((resolve, reject) => this.#batches.push({ size: requests.length, answers: [], resolve, reject }));
  }

  close(): Promise<void> {
    this.#end('the connection is closed');
    this.#socket.destroy();
    return Promise.resolve();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const answer of this.#reader.push(chunk)) this.#deliver(answer);
    } catch (error) {
      this.#end((error as Error).message);
      this.#socket.destroy();
    }
  }

  /** A server that answers what nobody has asked speaks of something else, and its next answers would be taken for others. */
  #deliver(answer: Answer): void {
    const [batch] = this.#batches;
    if (batch === undefined) throw new Error('it answers more than it was asked');
    if (batch.answers.push(answer) < batch.size) return;
    this.#batches.shift();
    batch.resolve(batch.answers);
  }

  #end(reason: string): void {
    this.#ending ??= new ProgramError(`${this.name}: ${reason}`);
    for (const batch of this.#batches.splice(0)) batch.reject(this.#ending);
  }
}

/** Where several addresses were tried, Node's own message is empty. */
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return message === '' ? `connect ${code ?? 'failed'}` : message;
}

/** The first request also shows whether the server wants to know. Error: ProgramError, without the password. */
async function logIn(peer: Peer, { user, password }: Credentials): Promise<void> {
  const name = user === undefined ? [] : [user];
  const request = password === undefined ? ['PING'] : ['AUTH', ...name, password];
  await ask(peer, ...request).catch((error: unknown) => {
    if (!(error instanceof ReplyError)) throw error;
    const hint = error.message.startsWith('NOAUTH') ? ' Give --pass, or set REDISCLI_AUTH.' : '';
    throw new ProgramError(`${peer.name}: ${error.message}${hint}`);
  });
}
