/**
 * Several loops behind one port. Each connection is served by one of the workers, which tells who it is; and if one dies of an
 * error that nobody catches, the others serve on, and there is soon another one in its place.
 *
 * Start it with `node examples/dist/workers.js [port] [reuseport|exclusive|handoff]`, then try
 *   for i in 1 2 3 4; do echo hello | nc -N 127.0.0.1 7000; done
 *   echo crash | nc -N 127.0.0.1 7000
 * Ctrl-C lets all of them finish what is under way.
 */
import { isMainThread, threadId } from 'node:worker_threads';
import { LineDecoder, closeOnSignals, createReactorGroup, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

/** Each worker imports this file for it, and has a count of its own. */
export const greeter = definePlugin({
  name: 'greeter',
  options: z.strictObject({}),
  state: () => new LineDecoder(),
  setup({ timers }) {
    let count = 0;
    return {
      onData(connection, chunk) {
        for (const line of connection.state.decode(chunk)) {
          // What a handler throws would end its connection only; of a timer it is the end of the thread.
          if (line.toString() === 'crash') timers.setTimeout(() => { throw new Error('as you like'); }, 0);
          connection.write(`thread ${threadId} has counted ${++count}\n`);
        }
      },
    };
  },
});

if (isMainThread) {
  const [port = '7000', accept = 'handoff'] = process.argv.slice(2);
  const group = await createReactorGroup({
    plugin: { module: new URL(import.meta.url), name: 'greeter' },
    listen: { port: Number(port) },
    accept: accept as 'handoff',
    workers: 2,
  });
  console.log(`${group.workers.length} workers on port ${group.address.port}`);
  closeOnSignals(group.coordinator, { deadlineMs: 5000 });
  const { idle, finished } = await group.closed;
  console.log(`closed, ${idle} were idle, ${finished} finished`);
}
