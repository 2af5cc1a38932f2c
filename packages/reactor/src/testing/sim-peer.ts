import { getSystemErrorName } from 'node:util';
import { ByteQueue } from './sim/byte-queue.js';
import type { Observer } from './sim/open-file.js';
import type { StreamSocket } from './sim/stream-socket.js';
import { constants } from 'node:os';
import { SHUT_WR } from '../kernel/abi.js';

const { EAGAIN } = constants.errno;

const CHUNK_BYTES = 64 * 1024;
const scratch = Buffer.allocUnsafe(CHUNK_BYTES);

/** What a peer may react to, each when the simulated network brings it. */
export interface PeerEvents {
  onData?(peer: SimPeer, chunk: Buffer): void;
  /** The other side has sent its FIN. */
  onEnd?(peer: SimPeer): void;
  /** The connection is broken: `'ECONNRESET'`, `'ECONNREFUSED'`. */
  onError?(peer: SimPeer, code: string): void;
}

/**
 * The other side of a connection: a client of the reactor, or an upstream that it dials. It lives in the simulated world and
 * not in the reactor: it needs no descriptor, and reads and writes when the network brings something or makes room.
 */
export class SimPeer implements Observer {
  /** Everything that has come and was not taken. */
  readonly #chunks: Buffer[] = [];
  readonly #socket: StreamSocket;
  readonly #events: PeerEvents;
  /** What the socket has not taken yet. */
  readonly #unsent = new ByteQueue();
  #paused = false;
  #ending = false;
  #finSent = false;
  #ended = false;
  #error: string | undefined;
  #closed = false;
  /** All that have ever come, taken or not. */
  bytesReceived = 0;

  constructor(socket: StreamSocket, events: PeerEvents = {}) {
    this.#socket = socket;
    this.#events = events;
    socket.references++;
    socket.observers.push(this);
  }

  /** Its own port, and the reactor's: each is what the other side calls remote. 0 before there is one. */
  get localPort(): number {
    return this.#socket.local?.port ?? 0;
  }

  get remotePort(): number {
    return this.#socket.remote?.port ?? 0;
  }

  /** Whether the connection is there: made, not broken, and not ended by both sides. */
  get connected(): boolean {
    return this.#socket.state === 'connected';
  }

  /** Whether the other side has sent its FIN, and all before it has been read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How the connection broke; undefined while it has not. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Whether nothing comes any more: ended, broken or closed. */
  get over(): boolean {
    return this.#ended || this.#closed || this.#error !== undefined;
  }

  /** Bytes that wait for room in the network. */
  get unsent(): number {
    return this.#unsent.length;
  }

  /** What has come since the last call. */
  take(): Buffer {
    return Buffer.concat(this.#chunks.splice(0));
  }

  /** Sends bytes or text, as soon as the network has room for them. */
  send(data: Uint8Array | string): void {
    this.#unsent.append(typeof data === 'string' ? Buffer.from(data) : data);
    this.#pump();
  }

  /** Sends the FIN, behind what was sent. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Reads no more: what comes stays in the buffers until they are full. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Breaks the connection: the reactor sees a reset. */
  reset(): void {
    this.#socket.lingerZero = true;
    this.close();
  }

  /** close(2): with bytes that came and were not read it is a reset, too. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.release();
  }

  woken(): boolean {
    this.#pump();
    return false;
  }

  gone(): void {
    this.#closed = true;
  }

  #pump(): void {
    if (this.#closed || this.#socket.state === 'connecting') return;
    this.#write();
    while (!this.#paused && !this.over && this.#readSome());
  }

  #write(): void {
    while (this.#unsent.length > 0 && this.#error === undefined) {
      const sent = this.#socket.send(this.#unsent.bytes, 0, this.#unsent.length);
      if (sent === -EAGAIN) return;
      if (sent < 0) return this.#fail(sent);
      this.#unsent.drop(sent);
    }
    if (!this.#ending || this.#finSent || this.#error !== undefined) return;
    this.#finSent = true;
    this.#socket.shutdown(SHUT_WR);
  }

  #readSome(): boolean {
    const count = this.#socket.recv(scratch, 0, CHUNK_BYTES);
    if (count === -EAGAIN) return false;
    if (count < 0) this.#fail(count);
    else if (count === 0) this.#end();
    else this.#receive(Buffer.from(scratch.subarray(0, count)));
    return true;
  }

  #receive(chunk: Buffer): void {
    this.bytesReceived += chunk.length;
    if (this.#events.onData === undefined) this.#chunks.push(chunk);
    else this.#events.onData(this, chunk);
  }

  #end(): void {
    this.#ended = true;
    this.#events.onEnd?.(this);
  }

  #fail(errno: number): void {
    this.#error = getSystemErrorName(errno);
    this.#unsent.clear();
    this.#events.onError?.(this, this.#error);
  }
}
