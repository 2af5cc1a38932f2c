/**
 * The smallest plugin: it greets whoever connects, and hangs up.
 * Start it with `node examples/dist/hello.js [port]`, then try `nc 127.0.0.1 7000`. Ctrl-C ends it.
 */
import { createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const hello = definePlugin({
  name: 'hello',
  options: z.strictObject({}),
  setup: () => ({
    onOpen: (connection) => connection.end(`Hello, ${connection.remoteAddress}.\n`),
  }),
});

const reactor = createReactor();
const { address } = await reactor.use(hello).listen({ port: Number(process.argv[2] ?? 7000) });
console.log(`hello on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
