/**
 * Deadlines. Who says nothing for a while is idle and is hung up on; who begins a line must finish it in half that time.
 * The second is what ends a client that sends a byte now and then, just to stay: it is never idle.
 *
 * Start it with `node examples/dist/idle-timeout.js [port] [idle ms]`, then try
 *   nc 127.0.0.1 7000                                        and say nothing
 *   (while printf x; do sleep 1; done) | nc 127.0.0.1 7000   and never end the line
 * The reason of each end is printed. Ctrl-C ends it.
 */
import { LineDecoder, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const [port = '7000', idleMs = '4000'] = process.argv.slice(2);

const measure = definePlugin({
  name: 'measure',
  options: z.strictObject({}),
  state: () => new LineDecoder(),
  setup: () => ({
    onData(connection, chunk) {
      try {
        for (const line of connection.state.decode(chunk)) {
          connection.endMessage();
          connection.write(`${line.length} bytes\n`);
        }
        // Only the protocol knows where a message begins and ends. A call for one that is under way changes nothing.
        if (connection.state.pendingBytes > 0) connection.beginMessage();
      } catch (error) {
        connection.destroy(error as Error);
      }
    },
    onClose: (connection, reason) => console.log(`connection ${connection.id}: ${reason?.message ?? 'ended in order'}`),
  }),
});

const reactor = createReactor();
const deadlines = { idleTimeoutMs: Number(idleMs), messageTimeoutMs: Number(idleMs) / 2 };
const { address } = await reactor.use(measure).listen({ port: Number(port), ...deadlines });
console.log(`measuring lines on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
