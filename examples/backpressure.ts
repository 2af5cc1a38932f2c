/**
 * A producer that is faster than its consumers. It writes until `write` answers false, then waits for `onDrain`: so what
 * is queued stays a little above the high-water mark, however much there is to send and however slowly it is read.
 *
 * Start it with `node examples/dist/backpressure.js [port] [MB for each client]`, then try
 *   nc 127.0.0.1 7000 | pv -L 10m > /dev/null
 * or any other client that reads slowly. The longest that the queue has been is printed at the end. Ctrl-C ends it.
 */
import { type Connection, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const [port = '7000', megabytes = '100'] = process.argv.slice(2);
const PIECE = Buffer.alloc(16 * 1024, 'as much as you like, as fast as you can, ');

interface Production {
  leftBytes: number;
  longestQueueBytes: number;
  waits: number;
}

const producer = definePlugin({
  name: 'producer',
  options: z.strictObject({ totalBytes: z.int().positive() }),
  state: ({ totalBytes }): Production => ({ leftBytes: totalBytes, longestQueueBytes: 0, waits: 0 }),
  setup() {
    const produce = (connection: Connection<Production>) => {
      const { state } = connection;
      while (state.leftBytes > 0) {
        const piece = PIECE.subarray(0, state.leftBytes);
        // The piece is taken in any case; the answer is about the next one.
        const more = connection.write(piece);
        state.leftBytes -= piece.length;
        state.longestQueueBytes = Math.max(state.longestQueueBytes, connection.bytesQueued);
        if (more) continue;
        if (state.waits++ === 0) console.log(`connection ${connection.id}: waits for the first time, ${connection.bytesQueued} bytes are queued`);
        return;
      }
      connection.end();
    };
    return {
      onOpen: produce,
      onDrain: produce,
      onClose({ id, bytesWritten, state: { waits, longestQueueBytes } }) {
        console.log(`connection ${id}: sent ${bytesWritten} bytes, waited ${waits} times, at most ${longestQueueBytes} bytes were queued`);
      },
    };
  },
});

const reactor = createReactor();
const { address } = await reactor.use(producer, { totalBytes: Number(megabytes) * 1_000_000 }).listen({ port: Number(port) });
console.log(`producing on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
