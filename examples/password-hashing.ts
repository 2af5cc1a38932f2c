/**
 * Work that takes a core for a while is offloaded to a pool of threads: the loop serves everybody else meanwhile. `hash` does so;
 * `hash-here` does the same in the handler, and nobody is answered until it is done.
 *
 * Start it with `node examples/dist/password-hashing.js [port]`, then try, with `ping` in another terminal,
 *   for i in $(seq 50); do echo hash secret; done | nc -N 127.0.0.1 7000
 * and again with `hash-here`. A client that is gone gets no hash: the task is called off with its connection. Ctrl-C ends it.
 */
import { type Connection, EdgeloopError, LineDecoder, createReactor, definePlugin, defineTask } from '@edgeloop/reactor';
import { z } from 'zod';
import { hashPassword } from './tasks/hash-password.js';

const hash = defineTask<string, string>(new URL('./tasks/hash-password.js', import.meta.url), 'hashPassword');

const passwords = definePlugin({
  name: 'passwords',
  options: z.strictObject({}),
  state: () => new LineDecoder(),
  setup: ({ offload }) => {
    const answer = async ({ signal }: Connection, line: string): Promise<string> => {
      const [command, password = ''] = line.split(' ');
      switch (command) {
        case 'ping':
          return 'pong';
        case 'hash':
          return offload(hash, password, { signal, timeoutMs: 30_000 });
        case 'hash-here':
          return hashPassword(password);
        default:
          return 'there are: ping, hash PASSWORD, hash-here PASSWORD';
      }
    };
    return {
      // Until the promise is settled the connection is not read: a client waits for its own hashes, and for nobody else's.
      async onData(connection, chunk) {
        const lines = Array.from(connection.state.decode(chunk), String);
        for (const line of lines) connection.write(`${await answer(connection, line).catch(refusal)}\n`);
      },
    };
  },
});

/** A pool with a queue that is full is the client's to know. Everything else ends the connection. */
function refusal(error: unknown): string {
  if (error instanceof EdgeloopError && error.code === 'EL_QUEUE_FULL') return 'busy, come again later';
  throw error;
}

const reactor = createReactor({ offloadQueue: 100 });
const { address } = await reactor.use(passwords).listen({ port: Number(process.argv[2] ?? 7000), trigger: 'oneshot' });
console.log(`hashing on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
