import type { Connection } from '@edgeloop/reactor';
import type { Client } from '../../src/client/client.js';
import { Registry } from '../../src/catalogue/registry.js';
import { commands } from '../../src/commands/index.js';
import { Frontend } from '../../src/plugin/frontend.js';
import { Server } from '../../src/server/server.js';
import { type KvOptions, kvOptions } from '../../src/server/settings.js';
import type { TimerHandle, Timers } from '../../src/server/timers.js';
import { encode } from './resp-client.js';

/** A server whose connections begin and end in the test, and whose timers wait until the test lets time pass. */
export class LocalServer implements Timers {
  readonly server: Server;
  readonly registry = new Registry(commands);
  readonly #frontend: Frontend;
  readonly #periodic = new Set<() => void>();
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  #nowMs = 0;

  constructor(options: KvOptions = {}) {
    this.server = new Server(kvOptions.parse(options), this);
    this.#frontend = new Frontend(this.server, this.registry);
  }

  connect(): LocalClient {
    return new LocalClient(this.#frontend);
  }

  /** The client's end of the connection has ended. Resolves when the server is to end its own. */
  halfClose({ client }: LocalClient): Promise<void> | undefined {
    return this.#frontend.halfClose(client);
  }

  /** Lets timers run that are due then, in order. */
  elapse(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#timers].filter(({ dueMs }) => dueMs <= this.#nowMs).toSorted((one, other) => one.dueMs - other.dueMs);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }

  after(delayMs: number, callback: () => void): TimerHandle {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  every(_periodMs: number, callback: () => void): TimerHandle {
    this.#periodic.add(callback);
    return { cancel: () => this.#periodic.delete(callback) };
  }

  /** Lets each period end once. */
  tick(): void {
    for (const callback of this.#periodic) callback();
  }
}

export class LocalClient {
  readonly client: Client;
  readonly #frontend: Frontend;
  /** As the reactor has it. */
  phase: Connection['phase'] = 'open';
  #received = '';

  constructor(frontend: Frontend) {
    this.#frontend = frontend;
    const connection = {
      remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '127.0.0.1', localPort: 2, bytesQueued: 0, bytesRead: 0, bytesWritten: 0,
      write: (bytes: Buffer): boolean => {
        this.#received += bytes.toString('latin1');
        return true;
      },
      paused: false,
      pause(): void {
        this.paused = true;
      },
      resume(): void {
        this.paused = false;
      },
      beginMessage: (): void => {},
      endMessage: (): void => {},
      end: (): void => void (this.phase = 'draining'),
      destroy: (): void => void (this.phase = 'closed'),
    };
    Object.defineProperty(connection, 'phase', { get: () => this.phase });
    this.client = frontend.open(connection as unknown as Connection<Client | undefined>) as Client;
  }

  /** Sends command lines at once, and returns what was received since the last time, as a text with blanks for line ends. */
  send(...lines: string[]): string {
    this.#deliver(lines.map((line) => line.split(' ')));
    return this.received();
  }

  /** Sends one command, of strings of bytes, and returns what was received since the last time, byte by byte. */
  exchange(args: readonly string[]): string {
    this.#deliver([args]);
    const text = this.#received;
    this.#received = '';
    return text;
  }

  #deliver(requests: readonly (readonly string[])[]): void {
    const chunk = encode(requests);
    this.#frontend.receive(this.client, chunk);
    // The loop will reuse the buffer.
    chunk.fill('*');
  }

  /** What was received since the last time. */
  received(): string {
    const text = this.#received.replaceAll('\r\n', ' ').trimEnd();
    this.#received = '';
    return text;
  }

  /** The connection has ended. */
  close(): void {
    this.#frontend.close(this.client);
  }
}
