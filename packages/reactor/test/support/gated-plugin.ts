/** An echo that stops its loop when it is told to wait, until somebody in another thread opens the gate. */
import { z } from 'zod';
import { type Connection, definePlugin } from '../../src/index.js';

export default definePlugin({
  name: 'gated',
  options: z.strictObject({
    /** A cell of 32 bits: 0 is closed. */
    gate: z.instanceof(SharedArrayBuffer),
  }),
  setup: ({ options: { gate } }) => ({
    onData(connection: Connection, chunk: Buffer) {
      if (chunk.toString() === 'wait') Atomics.wait(new Int32Array(gate), 0, 0, 30_000);
      connection.write(chunk);
    },
  }),
});
