import { EINTR, SOCKADDR_STORAGE_BYTES, SOCK_SEQPACKET } from '../kernel/abi.js';
import { type DescriptorWatch, watchReadable } from '../kernel/descriptor-watch.js';
import type { Kernel } from '../kernel/kernel.js';
import { TAKEOVER_BACKLOG_CONNECTIONS } from '../limits.js';
import { type ListeningSocket, adoptListening, openListening } from '../net/listening-socket.js';
import { unixListening } from '../net/socket-file.js';
import { Link } from './link.js';

/** Nobody but its owner, and root, may connect. */
const MODE = 0o600;

const endpointOf = (path: string) => unixListening({ path, mode: MODE });

/** The Unix socket at which the next process asks for what there is. It is passed on with the others, so its path never goes away. */
export class ControlSocket {
  readonly #kernel: Kernel;
  readonly #socket: ListeningSocket;
  #watch: DescriptorWatch | undefined;

  private constructor(kernel: Kernel, socket: ListeningSocket) {
    this.#kernel = kernel;
    this.#socket = socket;
  }

  /** Errors: EL_ADDRESS_INVALID, EL_PATH_TAKEN, and SystemErrors such as EADDRINUSE. */
  static open(kernel: Kernel, path: string): ControlSocket {
    return new ControlSocket(kernel, openListening(kernel, endpointOf(path), TAKEOVER_BACKLOG_CONNECTIONS, SOCK_SEQPACKET));
  }

  /** Error: a SystemError; then the descriptor is still the caller's. */
  static adopt(kernel: Kernel, path: string, fd: number): ControlSocket {
    return new ControlSocket(kernel, adoptListening(kernel, endpointOf(path), fd));
  }

  get fd(): number {
    return this.#socket.fd;
  }

  /** From now on calls `accepted` with each who connects. This does not keep the process alive. */
  accept(accepted: (link: Link) => void): void {
    this.#watch = watchReadable(this.fd, () => setImmediate(() => this.#acceptAll(accepted)));
    this.#watch.hold(false);
  }

  /** Closes it; its file goes. */
  close(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#socket.close();
  }

  /** The next process has it. */
  leave(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#socket.leave();
  }

  /** It may have been closed since it was found readable. */
  #acceptAll(accepted: (link: Link) => void): void {
    const address = new Uint8Array(SOCKADDR_STORAGE_BYTES);
    while (this.#watch !== undefined) {
      const fd = this.#kernel.accept(this.fd, address, address.length);
      if (fd >= 0) accepted(new Link(this.#kernel, fd));
      else if (fd !== -EINTR) return;
    }
  }
}
