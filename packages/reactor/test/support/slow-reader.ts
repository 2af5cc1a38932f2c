import type { Test } from 'tap';
import { AF_INET, ECONNRESET, SOCK_STREAM, SOL_SOCKET } from '../../src/kernel/abi.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import { encodeAddress } from '../../src/net/address.js';

const SO_RCVBUF = 8; // socket.h; the reactor itself does not set it
const native = nativeKernel();

/** A client with a small receive buffer, which is emptied when and as far as the test says, and never by itself. */
export class SlowReader {
  receivedBytes = 0;
  /** How the peer has ended, once that has been read. */
  end: 'FIN' | 'RST' | undefined;
  #fd = native.socket(AF_INET, SOCK_STREAM);
  readonly #room = new Uint8Array(64 * 1024);

  constructor(t: Test, port: number, receiveBufferBytes = 4096) {
    t.teardown(() => this.close());
    native.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, receiveBufferBytes);
    const { bytes } = encodeAddress('127.0.0.1', port);
    native.connect(this.#fd, bytes, bytes.length);
  }

  send(text: string): void {
    const bytes = Buffer.from(text);
    native.send(this.#fd, bytes, 0, bytes.length);
  }

  /** Takes at most `length` bytes, if there are any. */
  read(length = this.#room.length): void {
    const answer = native.recv(this.#fd, this.#room, 0, length);
    if (answer > 0) this.receivedBytes += answer;
    else if (answer === 0) this.end = 'FIN';
    else if (answer === -ECONNRESET) this.end = 'RST';
  }

  close(): void {
    native.close(this.#fd);
    this.#fd = -1;
  }
}
