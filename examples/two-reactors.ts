/**
 * Two reactors in one process, each with its own loop and epoll set, that talk to each other over TCP: a number goes
 * back and forth and shrinks by one each time. Both use the same plugin, with different options.
 * Start it with `node examples/dist/two-reactors.js [first number]`. It ends by itself at zero.
 */
import { createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const countdown = definePlugin({
  name: 'countdown',
  options: z.strictObject({ side: z.string(), onClose: z.custom<() => void>().optional() }),
  setup: ({ options: { side, onClose } }) => ({
    onData(connection, chunk) {
      // A message is one byte long, so it cannot come in pieces, and only one is ever under way.
      const number = chunk.readUInt8();
      console.log(`${side}: ${number}`);
      if (number === 0) connection.end();
      else connection.write(Uint8Array.of(number - 1));
    },
    onClose: () => onClose?.(),
  }),
});

const left = createReactor();
const right = createReactor();
const { address } = await left.use(countdown, { side: 'left' }).listen({ port: 0 });

await new Promise<void>((closed, failed) => {
  const dialler = right.use(countdown, { side: 'right', onClose: closed });
  dialler.connect({ host: '127.0.0.1', port: address.port }).then((connection) => {
    connection.write(Uint8Array.of(Number(process.argv[2] ?? 5)));
  }, failed);
});

// The side that sent the last byte has closed; the other learns of it in its own loop.
await Promise.all([left.close(), right.close()]);
console.log(`left read ${left.counters.bytesRead} bytes, right read ${right.counters.bytesRead}`);
