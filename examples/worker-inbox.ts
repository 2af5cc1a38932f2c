/**
 * Work that would hold up the loop is done by another thread, which posts its results to an inbox of the loop. That wakes
 * the loop up, wherever it waits; in between it serves everybody else.
 *
 * Start it with `node examples/dist/worker-inbox.js [port]`, then try
 *   printf '35\n20\n' | nc -N 127.0.0.1 7000
 * Each number is answered with its Fibonacci number, computed the slow way. Ctrl-C ends it.
 */
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type InboxAddress, LineDecoder, createReactor, definePlugin, openOutbox } from '@edgeloop/reactor';
import { z } from 'zod';

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

/** The other thread. */
function compute(address: InboxAddress): void {
  const outbox = openOutbox<{ id: number; result: number }>(address);
  parentPort?.on('message', (questions: { id: number; n: number }[]) => {
    for (const { id, n } of questions) outbox.post({ id, result: fibonacci(n) });
  });
}

async function serve(): Promise<void> {
  const reactor = createReactor();
  const waiting = new Map<number, (result: number) => void>();
  const inbox = reactor.openInbox<{ id: number; result: number }>(({ id, result }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const address = inbox.address();
  const worker = new Worker(new URL(import.meta.url), { workerData: address, transferList: [address.port] });

  const questions: { id: number; n: number }[] = [];
  let id = 0;
  const ask = (n: number): Promise<number> => {
    // A task runs when all connections of this turn have been served: so their questions go over together.
    if (questions.length === 0) reactor.post(() => worker.postMessage(questions.splice(0)));
    questions.push({ id: ++id, n });
    return new Promise((resolve) => waiting.set(id, resolve));
  };

  const plugin = definePlugin({
    name: 'fibonacci',
    options: z.strictObject({}),
    state: () => new LineDecoder(),
    setup: () => ({
      async onData(connection, chunk) {
        const numbers = Array.from(connection.state.decode(chunk), (line) => Math.min(Number.parseInt(line.toString()) || 0, 40));
        for (const result of await Promise.all(numbers.map(ask))) connection.write(`${result}\n`);
      },
    }),
  });
  const { address: at } = await reactor.use(plugin).listen({ port: Number(process.argv[2] ?? 7000) });
  console.log(`computing on port ${at.port}`);
  // First who posts, then where it is posted to.
  process.once('SIGINT', () => void worker.terminate().then(() => reactor.close()));
}

if (isMainThread) await serve();
else compute(workerData as InboxAddress);
