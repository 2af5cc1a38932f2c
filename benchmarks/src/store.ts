// One store process: started on a core of its own and on a port that was free, and asked until it answers.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import type { Cores, Peer } from './benchmark.js';
import { type Server, launch, stop } from './server.js';
import { StoreClient } from './store-client.js';

const START_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 5;

/** What a store answers that is there and cannot say more yet. */
const LOADING = 'LOADING';

/** What a store prints at its start is shown where it fails. */
const MAX_OUTPUT_CHARS = 8192;

/** A running server, and a connection to it for what is not measured. */
export interface Store extends Server {
  readonly client: StoreClient;
}

/** redis-server cannot be told to choose a port. Another process may take this one first: the store then fails to start. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Collects what the process prints, and goes on reading so that it never blocks on its output. */
function outputOf(child: ChildProcess): () => string {
  let output = '';
  const read = (chunk: Buffer): void => {
    if (output.length < MAX_OUTPUT_CHARS) output += chunk.toString();
  };
  child.stdout!.on('data', read);
  child.stderr!.on('data', read);
  return () => output.trim();
}

/** Whether the store has all that it starts from. Redis opens its port before that. */
async function isReady(client: StoreClient): Promise<boolean> {
  try {
    await client.call('PING');
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes(LOADING)) return false;
    throw error;
  }
}

/** Resolves when the store answers a PING: while it starts, nobody listens at its port. */
async function answering(peer: Peer, child: ChildProcess, port: number, patienceMs: number): Promise<StoreClient> {
  const output = outputOf(child);
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${peer.title} ended with ${child.exitCode}\n${output()}`);
    const client = await StoreClient.open(port).catch(() => undefined);
    if (client !== undefined) {
      if (await isReady(client)) return client;
      client.close();
    }
    await setTimeout(ASK_AGAIN_MS);
  }
  throw new Error(`${peer.title} did not answer in time\n${output()}`);
}

/** The caller stops it, also where the measurement fails. */
export async function startStore(peer: Peer, cores: Cores, patienceMs = START_TIMEOUT_MS): Promise<Store> {
  const port = await freePort();
  const child = launch(peer, cores, port);
  try {
    const client = await answering(peer, child, port, patienceMs);
    const end = (): Promise<void> => {
      client.close();
      return stop(child);
    };
    return { peer, pid: child.pid!, port, greeting: '', client, stop: end };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** Runs the body on a new store, and stops it whatever happens. */
export async function withStore<T>(peer: Peer, cores: Cores, body: (store: Store) => Promise<T>, patienceMs?: number): Promise<T> {
  const store = await startStore(peer, cores, patienceMs);
  try {
    return await body(store);
  } finally {
    await store.stop();
  }
}

/** The same for several, which run at once: an idle store costs next to no CPU. */
export async function withStores<T>(peers: readonly Peer[], cores: Cores, body: (stores: readonly Store[]) => Promise<T>): Promise<T> {
  const stores: Store[] = [];
  try {
    for (const peer of peers) stores.push(await startStore(peer, cores));
    return await body(stores);
  } finally {
    await Promise.all(stores.map((store) => store.stop()));
  }
}
