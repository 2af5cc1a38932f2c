/** The server that the clients are tried with: ours, or redis-server in its place, which is how the tests themselves are tried. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Test } from 'tap';
import { throwAwayKv } from '../../src/index.js';
import { Program } from './program.js';

export interface KvOptions {
  /** What AUTH must say; without it nobody is asked. */
  readonly password?: string;
}

export interface Kv {
  readonly host: string;
  readonly port: number;
  /** With the password in it, if there is one. */
  readonly url: string;
}

const HOST = '127.0.0.1';

/** Starts an empty server that ends with the test. */
export async function startKv(t: Test, options: KvOptions = {}): Promise<Kv> {
  if (process.env['KV_TEST_TARGET'] === 'redis') {
    const port = await startRedis(t, options);
    return { host: HOST, port, url: `redis://${options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`}${HOST}:${port}` };
  }
  const server = await throwAwayKv({ requirepass: options.password ?? '', enableDebugCommand: true });
  t.teardown(() => server.close());
  return server;
}

/** `timeout` ends it also when the test's process was killed and could not. */
async function startRedis(t: Test, { password = '' }: KvOptions): Promise<number> {
  const port = await freePort();
  const settings = { port, bind: HOST, dir: t.testdir(), save: '', requirepass: password };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = new Program(t, 'timeout', ['--kill-after=5', '120', 'redis-server', ...args]);
  await server.printed(/Ready to accept connections/);
  return port;
}

/** redis-server cannot choose one itself. Between here and its start somebody may take it; then it ends, and says so. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
