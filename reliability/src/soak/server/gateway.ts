import { type Connection, ConnectionPool, type LengthPrefixDecoder, type PluginHost, type Reactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';
import { encoder, newDecoder } from './request-plugin.js';

const POOLED_CONNECTIONS = 6;

interface Upstream {
  readonly decoder: LengthPrefixDecoder;
  answered?: { resolve(reply: Buffer): void; reject(error: Error): void };
}

/** Speaks the request protocol to its clients, and has each request answered by one of a few pooled connections to the real service. */
export class Gateway {
  readonly host: PluginHost<LengthPrefixDecoder>;
  readonly #dial: () => Promise<Connection<Upstream>>;
  #pool: ConnectionPool<Upstream> | undefined;

  constructor(reactor: Reactor, upstreamPort: number) {
    const upstreams = reactor.use(pooledPlugin);
    this.#dial = () => upstreams.connect({ host: '127.0.0.1', port: upstreamPort });
    const forward = (request: Buffer) => this.#forward(request);
    this.host = reactor.use(
      definePlugin({
        name: 'gateway',
        options: z.strictObject({}),
        state: newDecoder,
        setup: () => ({
          async onData(connection, chunk) {
            const requests = Array.from(connection.state.decode(chunk), (frame) => Buffer.from(frame));
            for (const request of requests) connection.write(encoder.encode(await forward(request)));
          },
        }),
      }),
    );
  }

  begin(): void {
    this.#pool = new ConnectionPool(this.#dial, { maxConnections: POOLED_CONNECTIONS });
  }

  /** Those in use are ended when they come back. */
  end(): void {
    this.#pool?.close();
  }

  async #forward(request: Buffer): Promise<Buffer> {
    if (this.#pool === undefined) throw new Error('no cycle has begun');
    return this.#pool.use(
      (upstream) =>
        new Promise<Buffer>((resolve, reject) => {
          upstream.state.answered = { resolve, reject };
          upstream.write(encoder.encode(request));
        }),
    );
  }
}

const pooledPlugin = definePlugin({
  name: 'pooled',
  options: z.strictObject({}),
  state: (): Upstream => ({ decoder: newDecoder() }),
  setup: () => ({
    onData({ state }, chunk) {
      for (const reply of state.decoder.decode(chunk)) state.answered?.resolve(Buffer.from(reply));
    },
    onClose({ state }, reason) {
      state.answered?.reject(reason ?? new Error('the upstream has ended'));
    },
  }),
});
