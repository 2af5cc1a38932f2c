import { createLog, createReactor } from '@edgeloop/reactor';
import { kv } from './plugin/kv.js';
import type { KvOptions } from './server/settings.js';

/** A server for the length of a test. */
export interface ThrowAwayKv extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** For clients that take one: `redis://127.0.0.1:PORT`, with the password if there is one. */
  readonly url: string;
  /** Ends it at once with all its connections, also those that wait or have subscribed. Resolves when the port is free. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts an empty server on a free port of 127.0.0.1, in this process and next to Node's own work:
 *
 *     const server = await throwAwayKv();
 *     const client = new Redis(server.port);
 */
export async function throwAwayKv(options: KvOptions = {}): Promise<ThrowAwayKv> {
  // That a test keeps the loop is no news in its output.
  const reactor = createReactor({ log: createLog({ level: 'error' }).log });
  const { address } = await reactor.use(kv, options).listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await reactor.close();
  };
  const password = options.requirepass ?? '';
  const user = password === '' ? '' : `:${encodeURIComponent(password)}@`;
  return { host: address.address, port: address.port, url: `redis://${user}${address.address}:${address.port}`, close, [Symbol.asyncDispose]: close };
}
