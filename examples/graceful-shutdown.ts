/**
 * An orderly end. At SIGTERM or Ctrl-C the reactor accepts no more and lets the replies under way be finished, for so long
 * as the deadline allows; a second signal waits no longer. How each connection ended is in the report.
 *
 * Start it with `node examples/dist/graceful-shutdown.js [port] [step ms] [deadline ms]`, then try
 *   echo go | nc 127.0.0.1 7000
 * and press Ctrl-C here before the five steps are over: the client gets the rest of them, and then its end.
 */
import { type Signal, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const [port = '7000', stepMs = '1000', deadlineMs = '10000'] = process.argv.slice(2);
const STEPS = 5;

const reactor = createReactor();

const stepwise = definePlugin({
  name: 'stepwise',
  options: z.strictObject({}),
  setup: () => ({
    async onData(connection) {
      for (let step = 1; step <= STEPS; step++) {
        await reactor.delay(Number(stepMs));
        connection.write(`step ${step} of ${STEPS}\n`);
      }
    },
  }),
});

let stopping = false;

async function stop({ name, pid }: Signal): Promise<void> {
  console.log(`${name} from process ${pid}: ${stopping ? 'ending at once' : 'finishing what is under way'}`);
  if (stopping) return void reactor.close();
  stopping = true;
  const { idle, finished, failed, forced } = await reactor.close({ deadlineMs: Number(deadlineMs) });
  console.log(`closed: ${idle} idle, ${finished} finished, ${failed} failed, ${forced} forced`);
}

for (const name of ['SIGTERM', 'SIGINT'] as const) reactor.onSignal(name, (signal) => void stop(signal));

const { address } = await reactor.use(stepwise).listen({ port: Number(port) });
console.log(`working step by step on port ${address.port}`);
