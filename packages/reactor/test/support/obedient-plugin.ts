/** The plugin of the groups under test: an echo that does what some messages tell it to. Each worker imports it. */
import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { type Connection, type PluginContext, definePlugin } from '../../src/index.js';

type Order = (connection: Connection<undefined>, argument: string, context: PluginContext<object>) => void;

/** By the message's first word; the second is the argument. What is no order is sent back. */
const ORDERS: Readonly<Record<string, Order>> = {
  /** Which worker is it? */
  who: (connection) => connection.write(String((workerData as { index: number }).index)),
  /** An error that nobody catches. In a handler it would end its connection only. */
  die: () => void setImmediate(() => { throw new Error('told to die'); }),
  exit: (_, code) => process.exit(Number(code)),
  hang: () => { for (;;); },
  /** Until the memory of the thread is used up. */
  eat: () => { for (const eaten: string[][] = []; ; ) eaten.push(new Array<string>(1e5).fill('x')); },
  /** Turns of so many milliseconds, one after the other, of each of which it tells; until the connection is closed. */
  toil: (connection, ms, context) => {
    if (connection.phase !== 'open') return;
    for (const until = performance.now() + Number(ms); performance.now() < until; );
    connection.write('.');
    context.post(() => ORDERS['toil']?.(connection, ms, context));
  },
};

let open = 0;
let allLeft = () => {};

const plugin = definePlugin({
  name: 'obedient',
  /** Patient: at a shutdown it waits for its clients to leave. Without, one that connects and is not heard of for a tenth of a second is idle. */
  options: z.strictObject({ patient: z.boolean().default(false) }),
  setup: (context) => ({
    onOpen: () => void open++,
    onClose: () => {
      if (--open === 0) allLeft();
    },
    onShutdown: () => (context.options.patient && open > 0 ? new Promise<void>((resolve) => (allLeft = resolve)) : undefined),
    onData(connection, chunk: Buffer) {
      const [word = '', argument = ''] = chunk.length < 16 ? chunk.toString().split(' ') : [];
      const order = ORDERS[word];
      if (order === undefined) connection.write(chunk);
      else order(connection, argument, context);
    },
  }),
});

export default plugin;
/** What is no plugin. */
export const nothing = {};
