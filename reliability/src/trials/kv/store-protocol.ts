import { fileURLToPath } from 'node:url';
import { load } from '../field/bystanders.js';
import type { Protocol } from '../field/protocol.js';
import type { Served } from '../field/served.js';
import { Asker } from './asker.js';
import { request } from './resp.js';

const PROGRAM = fileURLToPath(new URL('../../bin/edgeloop-kv.mjs', import.meta.resolve('@edgeloop/kv')));

/** Requests of bystanders in a second, of all together; each is due whether or not the one before it was answered. */
const RATE = 10_000;
/** The keys that bystanders read and write, with values that they know. */
const KEYS = 1000;
const VALUE = 'x'.repeat(32);
const WARM_UP_ROUNDS = 5;

/** What attackers, too, log in with, where there is a password. */
export const PASSWORD = 'a password that nobody guesses';

export interface StoreWays {
  /** Whether clients have to log in; the flag that says so is up to who starts the server. */
  readonly password?: string;
  /** Bystanders say ECHO, where keys may be evicted: then GET may find nothing, and rightly. */
  readonly echo?: boolean;
}

/** Of the key-value server. Its bystanders are the load of the latency benchmark, which counts from when a request was due: no stall is left out. */
export function storeProtocol({ password, echo = false }: StoreWays = {}): Protocol {
  const logIn = password === undefined ? [] : ['--password', password];
  const flags = ['--rate', String(RATE), '--keys', String(KEYS), '--patient', ...logIn, ...(echo ? ['--echo'] : [])];
  return {
    program: PROGRAM,
    async warmUp(server) {
      const asker = await Asker.dial(server, password);
      for (let round = 0; round < WARM_UP_ROUNDS; round++) await fill(asker);
      asker.reset();
    },
    async serves(server) {
      const asker = await Asker.dial(server, password);
      const reply = await asker.asks('PING');
      asker.socket.end();
      return reply === '+PONG\r\n';
    },
    watch: (server, placement, seconds) => load(server, placement, { program: 'store-load', seconds, flags }),
  };
}

/** Makes the keys that bystanders know. */
async function fill(asker: Asker): Promise<void> {
  const keys = Array.from({ length: KEYS }, (_, i) => `key:${String(i).padStart(12, '0')}`);
  await asker.pipelines(Buffer.concat(keys.map((key) => request('SET', key, VALUE))), KEYS);
}

/** Asks a server one thing, as an operator does. */
export async function ask(server: Served, ...args: readonly (string | number)[]): Promise<string> {
  const asker = await Asker.dial(server);
  const reply = await asker.asks(...args);
  asker.socket.destroy();
  return reply;
}
