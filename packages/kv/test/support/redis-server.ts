/** Starts the redis-server that is installed, the oracle of the tests: throw-away, on a free port, keeping nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, RespClient } from './resp-client.js';

export interface RedisServer extends Address {
  readonly pid: number;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const ATTEMPTS = 5;

/** Whoever starts it stops it; `options` are further arguments of redis-server. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    const server = await tryToStart(await freePort(), options);
    if (server !== undefined) return server;
    if (attempt === ATTEMPTS) throw new Error(`redis-server did not start in ${ATTEMPTS} attempts`);
  }
}

/** Undefined if it ended at once, most likely because somebody was faster to take the port. */
async function tryToStart(port: number, options: readonly string[]): Promise<RedisServer | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'edgeloop-kv-redis-'));
  const settings = ['--port', `${port}`, '--bind', HOST, '--save', '', '--appendonly', 'no', '--dir', directory, '--logfile', '/dev/null'];
  // SORT ALPHA compares by the locale, and a test must not.
  const env = { ...process.env, LC_ALL: 'C' };
  const child = spawn('redis-server', [...settings, '--enable-debug-command', 'yes', ...options], { stdio: 'ignore', env });
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
    rmSync(directory, { recursive: true, force: true });
  };
  if (await answers(child, { host: HOST, port })) return { host: HOST, port, pid: child.pid as number, stop };
  await stop();
  return undefined;
}

async function answers(child: ChildProcess, address: Address): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const client = await RespClient.connect(address).catch(() => undefined);
    if (client !== undefined) {
      const reply = await client.call('PING');
      client.close();
      return reply.type === 'simple';
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
