/** The plugin of the groups under test: an echo that does what some messages tell it to. Each worker imports it. */
import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { type Connection, type Plugin, definePlugin } from '../../src/index.js';

/** By the message's first word; the others are its arguments. What is no order is sent back. */
const ORDERS: Readonly<Record<string, (connection: Connection, argument: string) => void>> = {
  /** Which worker is it? */
  who: (connection) => connection.write(String((workerData as { index: number }).index)),
  /** An error that nobody catches. In a handler it would end its connection only. */
  die: () => void setImmediate(() => { throw new Error('told to die'); }),
  exit: (_, code) => process.exit(Number(code)),
  hang: () => { for (;;); },
  /** Until the memory of the thread is used up. */
  eat: () => { for (const eaten: string[][] = []; ; ) eaten.push(new Array<string>(1e5).fill('x')); },
  /** Keeps the loop for so many milliseconds. */
  busy: (connection, ms) => {
    for (const until = performance.now() + Number(ms); performance.now() < until; );
    connection.write('done');
  },
};

const plugin: Plugin = definePlugin({
  name: 'obedient',
  options: z.strictObject({}),
  setup: () => ({
    onData(connection: Connection, chunk: Buffer) {
      const [word = '', argument = ''] = chunk.length < 16 ? chunk.toString().split(' ') : [];
      const order = ORDERS[word];
      if (order === undefined) connection.write(chunk);
      else order(connection, argument);
    },
  }),
});

export default plugin;
/** What is no plugin. */
export const nothing = {};
