/** An upstream of fake connections, whose dials end when and how the test says. */
import type { Connection, ConnectionPhase } from '../../src/index.js';

export class FakeConnection {
  phase: ConnectionPhase = 'open';

  constructor(readonly id: number) {}

  end(): void {
    this.phase = 'draining';
  }

  destroy(): void {
    this.phase = 'closed';
  }
}

/** A dial under way. */
export interface FakeDial {
  connect(): Connection;
  fail(reason: Error): void;
}

export class FakeUpstream {
  /** Dials under way, the oldest first. */
  readonly dials: FakeDial[] = [];
  readonly connections: Connection[] = [];
  dialled = 0;

  readonly dial = (): Promise<Connection> => {
    this.dialled++;
    return new Promise((resolve, reject) => {
      const dial: FakeDial = {
        connect: () => {
          this.#end(dial);
          const connection = new FakeConnection(this.connections.length) as unknown as Connection;
          this.connections.push(connection);
          resolve(connection);
          return connection;
        },
        fail: (reason) => {
          this.#end(dial);
          reject(reason);
        },
      };
      this.dials.push(dial);
    });
  };

  get open(): number {
    return this.connections.filter(({ phase }) => phase === 'open').length;
  }

  #end(dial: FakeDial): void {
    this.dials.splice(this.dials.indexOf(dial), 1);
  }
}

/** Lets every promise that is settled be told to those who wait for it. */
export function promisesTold(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
