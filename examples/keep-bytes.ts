/**
 * How to keep bytes. The chunk that a handler gets is a view into a buffer that the loop reuses, so what is needed later
 * must be copied. Here it is the unfinished line of each connection, kept in the connection's own `state`.
 * `debug: true` overwrites the buffer after each handler: a plugin that forgets to copy fails at once, not once a month.
 *
 * Start it with `node examples/dist/keep-bytes.js [port]`, then try
 *   (printf 'half a '; sleep 1; printf 'line\n') | nc -N 127.0.0.1 7000
 * Each line comes back with its number. Ctrl-C ends it.
 */
import { createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const LINE_FEED = 10;

const numberLines = definePlugin({
  name: 'number-lines',
  options: z.strictObject({ maxLineBytes: z.int().positive().default(1024) }),
  state: () => ({ count: 0, unfinished: Buffer.alloc(0) }),
  setup: ({ options: { maxLineBytes } }) => ({
    onData(connection, chunk) {
      const { state } = connection;
      // concat copies; `unfinished = chunk`, or a subarray of it, would be the mistake.
      const bytes = Buffer.concat([state.unfinished, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        connection.write(`${++state.count}: ${bytes.toString('utf8', start, end)}\n`);
        start = end + 1;
      }
      state.unfinished = bytes.subarray(start);
      // Whatever a peer can make us keep needs a bound.
      if (bytes.length - start > maxLineBytes) connection.destroy(new Error(`a line is longer than ${maxLineBytes} bytes`));
    },
  }),
});

const reactor = createReactor({ debug: true });
const { address } = await reactor.use(numberLines).listen({ port: Number(process.argv[2] ?? 7000) });
console.log(`numbering lines on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
