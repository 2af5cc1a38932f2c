/** An echo that dies of an error that nobody catches when a client says so. The workers of groups under test import it. */
import { z } from 'zod';
import { type Connection, type Plugin, definePlugin } from '../../src/index.js';

const mortal: Plugin = definePlugin({
  name: 'mortal',
  options: z.strictObject({}),
  setup: () => ({
    onData(connection: Connection, chunk: Buffer) {
      // What a handler throws ends its connection only.
      if (chunk.toString() === 'die') setImmediate(() => { throw new Error('told to die'); });
      else connection.write(chunk);
    },
  }),
});

export default mortal;
