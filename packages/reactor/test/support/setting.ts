/** What the socket tests share: reactors that close with the test, and clients that can be rude. */
import { readdirSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import type { Test } from 'tap';
import { z } from 'zod';
import type { Turnable } from '../../src/host/host.js';
import { EmbeddedHost } from '../../src/host/embedded.js';
import { DedicatedHost } from '../../src/host/dedicated.js';
import { type Connection, type CreateReactorOptions, type Hooks, type Log, type Trigger, definePlugin } from '../../src/index.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { nativeKernel } from '../../src/kernel/native-kernel.js';
import type { Loop } from '../../src/loop/loop.js';
import type { OpenTaskPool } from '../../src/offload/task-pool.js';
import { openThreadPool } from '../../src/offload/thread-pool.js';
import { reactorOptions } from '../../src/options.js';
import { parseOptions } from '../../src/options-check.js';
import { Reactor } from '../../src/reactor.js';

export const TRIGGERS: readonly Trigger[] = ['edge', 'level', 'oneshot'];
export const LOOPS = ['embedded', 'dedicated'] as const;

export interface LogLine {
  level: string;
  event?: string;
  message: string;
}

/** A log that a test can read. */
export function memoryLog(lines: LogLine[] = []): Log & { lines: LogLine[] } {
  const bound = (bindings: object): Log => {
    const line = (level: string) => (fields: object, message: string) => void lines.push({ level, message, ...bindings, ...fields });
    const child = (more: object) => bound({ ...bindings, ...more });
    return { error: line('error'), warn: line('warn'), info: line('info'), debug: line('debug'), child, isLevelEnabled: () => true };
  };
  return { lines, ...bound({}) };
}

export interface Setting extends CreateReactorOptions {
  /** System calls to replace. */
  kernel?: Partial<Kernel>;
  /** Default: threads without tap's loader, which takes each half a second. */
  openTaskPool?: OpenTaskPool;
}

const openPlainThreads: OpenTaskPool = (options) => openThreadPool(options, { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } });

const loops = new WeakMap<Reactor, Loop>();

/** A reactor that is closed when the test ends. */
export function openReactor(t: Test, { kernel, openTaskPool = openPlainThreads, log = memoryLog(), ...options }: Setting = {}): Reactor {
  const parsed = parseOptions(reactorOptions, options, 'test');
  const host = parsed.loop === 'dedicated' ? new DedicatedHost() : new EmbeddedHost();
  const attach = host.attach.bind(host);
  let loop: Turnable | undefined;
  host.attach = (turnable) => attach((loop = turnable));
  const reactor = new Reactor({ kernel: { ...nativeKernel(), ...kernel }, host, log, openTaskPool }, parsed);
  loops.set(reactor, loop as Loop);
  t.teardown(() => reactor.close());
  return reactor;
}

/** The loop inside a reactor, which users do not see. */
export function loopOf(reactor: Reactor): Loop {
  return loops.get(reactor) as Loop;
}

/** The connection's descriptor, which plugins do not see. */
export function descriptorOf(connection: Connection): number {
  return (connection as unknown as { fd: number }).fd;
}

/** Puts hooks to use as a plugin without options. */
export function using<State>(reactor: Reactor, hooks: Hooks<State>, state?: () => State) {
  const plugin = { name: 'test', options: z.strictObject({}), setup: () => hooks, ...(state === undefined ? {} : { state }) };
  return reactor.use(definePlugin<z.ZodObject, State>(plugin), {});
}

/** A reactor with a listening plugin; returns the port too. */
export async function serve<State>(t: Test, hooks: Hooks<State>, { listen = {}, state, ...setting }: Setting & { listen?: object; state?: () => State } = {}) {
  const reactor = openReactor(t, setting);
  const plugin = using(reactor, hooks, state);
  const listener = await plugin.listen({ port: 0, ...listen });
  return { reactor, plugin, listener, port: listener.address.port };
}

/** A client by node:net, connected, that leaves its half-close to the test and collects what it is sent. */
export async function dial(t: Test, port: number, host = '127.0.0.1'): Promise<Client> {
  const socket = connect({ port, host, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const client = new Client(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return client;
}

export class Client {
  /** Whether the server has sent its FIN. */
  ended = false;
  closed = false;
  error: Error | undefined;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
    });
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.closed = true));
    socket.on('error', (error) => (this.error = error));
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get receivedBytes(): number {
    return this.#length;
  }

  get text(): string {
    return this.received.toString();
  }

  /** Sends and waits for as many bytes to come back. */
  async echo(text: string): Promise<string> {
    const before = this.#length;
    this.socket.write(text);
    await until(() => this.#length >= before + Buffer.byteLength(text), `the echo of ${JSON.stringify(text)}`);
    return this.received.subarray(before).toString();
  }

  /** Sends an RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Waits for something that must happen; a test that waits in vain fails and says for what. */
export async function until(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets both sides come to rest: enough turns of Node's loop for anything that is under way on loopback. */
export async function quiet(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Open descriptors of this process. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
