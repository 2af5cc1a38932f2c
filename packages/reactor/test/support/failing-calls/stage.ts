import { z } from 'zod';
import { EdgeloopError, type Hooks, type Log, SystemError, definePlugin } from '../../../src/index.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import type { ListenerHandle } from '../../../src/plugin/listener-handle.js';
import type { TcpListen } from '../../../src/plugin/plugin-host.js';
import { type SimPeer, Simulation, type SimulationOptions, intercept } from '../../../src/testing/index.js';
import { Audit } from '../../../src/testing/audit.js';
import type { Fault, FaultInjector } from './fault.js';

export const PORT = 7000;

/** Longer than a listener rests. */
const RECOVERY_MS = 150;

const nothing = (): void => {};
const silent: Log = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => silent, isLevelEnabled: () => false };

interface Client {
  readonly peer: SimPeer;
  /** What it is to receive before the end. */
  readonly expected: Buffer;
}

/** A shortage of descriptors costs the connections that wait to be accepted. */
function sheds({ call, errno }: Fault): boolean {
  return call === 'accept' && (errno === 'EMFILE' || errno === 'ENFILE');
}

/** Only these may reach the user: their codes are documented. */
function checkCoded(error: unknown): void {
  if (!(error instanceof EdgeloopError) && !(error instanceof SystemError)) throw error;
}

/**
 * A simulation on which calls fail, and what is demanded of the reactor meanwhile: what fails does so with a coded error and can be tried
 * again, the end of each connection is told once, and nobody but the connection that a failed call was about goes unserved.
 */
export class Stage {
  /** What the reactor calls: the simulated kernel with the injector in front. */
  readonly kernel: Kernel;
  readonly simulation: Simulation;
  readonly #injector: FaultInjector;
  readonly #clients: Client[] = [];
  /** How often the end of each connection was told, by id. */
  readonly #ends = new Map<number, number>();

  private constructor(simulation: Simulation, kernel: Kernel, injector: FaultInjector) {
    this.simulation = simulation;
    this.kernel = kernel;
    this.#injector = injector;
  }

  /** A reactor that cannot be made says why, and leaves nothing behind; then another is made. */
  static open(injector: FaultInjector, options: SimulationOptions): Stage {
    let kernel!: Kernel;
    const put = (simulated: Simulation['kernel']) => {
      injector.kernel = simulated;
      return (kernel = intercept(simulated, injector));
    };
    for (;;) {
      const { failed } = injector;
      try {
        return new Stage(new Simulation({ log: silent, ...options, intercept: put }), kernel, injector);
      } catch (error) {
        checkCoded(error);
        if (injector.failed === failed) throw error;
        Audit.afterClose(injector.kernel);
      }
    }
  }

  /** The result of something that takes the simulation's time. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => (settled = true);
    promise.then(settle, settle);
    await this.simulation.until(() => settled);
    return promise;
  }

  /** Does something that may fail with a coded error, until it succeeds: it must where no call of it fails. */
  async attempt<T>(operation: () => T | Promise<T>): Promise<T> {
    for (;;) {
      const { failed } = this.#injector;
      try {
        return await this.outcome(Promise.resolve().then(operation));
      } catch (error) {
        checkCoded(error);
        if (this.#injector.failed === failed) throw error;
      }
    }
  }

  /** As attempt, for what is not told of its failure: until the condition holds. */
  async repeat(action: () => void, done: () => boolean): Promise<void> {
    while (!done()) {
      const { failed } = this.#injector;
      action();
      await this.simulation.settle();
      if (!done() && this.#injector.failed === failed) throw new Error('what was done has no effect, though no call has failed');
    }
  }

  listen(hooks: Hooks<undefined>, options: Partial<TcpListen> = {}): Promise<ListenerHandle> {
    const plugin = definePlugin({ name: 'staged', options: z.strictObject({}), setup: () => this.watched(hooks) });
    const host = this.simulation.reactor.use(plugin);
    return this.attempt(() => host.listen({ port: PORT, ...options }));
  }

  /** Hooks that also hold the reactor to its promise of one end for each connection. */
  watched(hooks: Hooks<undefined>): Hooks<undefined> {
    return {
      ...hooks,
      onOpen: (connection) => {
        this.#ends.set(connection.id, 0);
        return hooks.onOpen?.(connection);
      },
      onClose: (connection, reason) => {
        if (reason !== undefined) checkCoded(reason);
        this.#ends.set(connection.id, (this.#ends.get(connection.id) ?? Number.NaN) + 1);
        return hooks.onClose?.(connection, reason);
      },
    };
  }

  /** A client that is to get what it expects, and then the end. */
  client(send: string, expect: string | Buffer = send): SimPeer {
    const peer = this.simulation.connect({ port: PORT });
    this.#clients.push({ peer, expected: Buffer.from(expect) });
    peer.send(send);
    return peer;
  }

  /** The same in one: it sends, ends, and is served in the end. */
  async exchange(send: string, expect: string | Buffer = send): Promise<void> {
    this.client(send, expect).end();
    await this.simulation.settle();
  }

  /** A client of which the scenario asks nothing. */
  stranger(send = ''): SimPeer {
    const peer = this.simulation.connect({ port: PORT });
    peer.send(send);
    return peer;
  }

  /** Waits for all clients, and looks at what they have got. */
  async served(): Promise<void> {
    await this.simulation.until(() => this.#clients.every(({ peer }) => peer.over));
    for (const client of this.#clients.splice(0)) {
      const complaint = complaintOf(client);
      if (complaint === undefined || this.#excused(client)) continue;
      throw new Error(`the client at port ${client.peer.localPort} ${complaint}, though no call that was about it has failed`);
    }
  }

  /** The reactor works: whoever comes now is served. */
  async recovers(send: string, expect = send): Promise<void> {
    for (;;) {
      await this.simulation.advance(RECOVERY_MS);
      const { failed } = this.#injector;
      const peer = this.simulation.connect({ port: PORT });
      peer.send(send);
      peer.end();
      await this.simulation.until(() => peer.over);
      const complaint = complaintOf({ peer, expected: Buffer.from(expect) });
      if (complaint === undefined) return;
      if (this.#injector.failed === failed) throw new Error(`a client that came last ${complaint}, though no call has failed since`);
    }
  }

  async close(deadlineMs = 0): Promise<void> {
    const { reactor } = this.simulation;
    this.#injector.closing = true;
    await this.simulation.close({ deadlineMs });
    for (const [id, ends] of this.#ends) if (ends !== 1) throw new Error(`the end of connection ${id} was told ${ends} times`);
    if (reactor.connectionCount !== 0) throw new Error(`${reactor.connectionCount} connections are counted as open`);
  }

  /** A call that was interrupted is made again, so it excuses nobody. */
  #excused({ peer }: Client): boolean {
    const { fault, victims, missed } = this.#injector;
    return fault !== undefined && fault.errno !== 'EINTR' && (fault.times > 1 || victims.has(peer.localPort) || sheds(fault) || missed);
  }
}

function complaintOf({ peer, expected }: Client): string | undefined {
  if (peer.error !== undefined) return `has met ${peer.error}`;
  const got = peer.take();
  return got.equals(expected) ? undefined : `has got ${got.length} bytes instead of ${expected.length}`;
}
