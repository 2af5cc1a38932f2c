/**
 * A handler that awaits. While its promise is pending the connection is not read: the handler never runs twice at once
 * for one connection, and whatever a fast client sends meanwhile waits in the kernel, not in this process. With the
 * one-shot trigger the kernel does not even report the connection until the handler is done.
 *
 * Start it with `node examples/dist/async-handler.js [port]`, then try, in two terminals at once,
 *   head -c 1000000 /dev/zero | nc -N 127.0.0.1 7000
 * Each connection is served one chunk after the other; the two do not wait for each other. Ctrl-C ends it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const slow = definePlugin({
  name: 'slow',
  options: z.strictObject({ workMs: z.int().min(0) }),
  setup: ({ options: { workMs } }) => ({
    async onData(connection, chunk) {
      // What is needed after the first await is taken before it: then the chunk belongs to the loop again.
      const { length } = chunk;
      console.log(`connection ${connection.id}: begins ${length} bytes`);
      await sleep(workMs);
      connection.write(`${length} bytes done\n`);
      console.log(`connection ${connection.id}: ends ${length} bytes`);
    },
  }),
});

const reactor = createReactor();
const { address } = await reactor.use(slow, { workMs: 100 }).listen({ port: Number(process.argv[2] ?? 7000), trigger: 'oneshot' });
console.log(`working slowly on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
