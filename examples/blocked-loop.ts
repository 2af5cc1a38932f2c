/**
 * A loop that is blocked answers no scrape. Its numbers lie in shared memory, though, so another thread can serve them: they
 * say since when the loop is blocked, and by which plugin.
 *
 * Start it with `node examples/dist/blocked-loop.js [port] [metrics port]`, then try
 *   echo 10 | nc -N 127.0.0.1 7000 &
 *   curl -s http://127.0.0.1:9464/metrics | grep turn_age
 * The first blocks the loop for as many seconds as it says. Ctrl-C ends it, once the loop is free.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { closeOnSignals, createReactor, definePlugin } from '@edgeloop/reactor';
import { Meters, registerMetrics } from '@edgeloop/reactor/telemetry';
import { Registry } from 'prom-client';
import { z } from 'zod';

const blocking = definePlugin({
  name: 'blocking',
  options: z.strictObject({}),
  setup: () => ({
    onData(connection, chunk) {
      // What no handler should do: nobody else is served meanwhile.
      for (const endMs = Date.now() + 1000 * Number.parseInt(chunk.toString()); Date.now() < endMs; );
      connection.write('done\n');
    },
  }),
});

/** The other thread. */
async function scrape(memory: SharedArrayBuffer): Promise<void> {
  const meters = new Meters(memory);
  const registry = new Registry();
  registerMetrics(registry, meters);
  const web = createServer(async (_request, response) => {
    const running = meters.plugins.nameOf(meters.gauges.runningPlugin);
    response.setHeader('content-type', registry.contentType);
    response.end(`${await registry.metrics()}# in a handler of: ${running === '' ? 'nobody' : running}\n`);
  });
  web.listen(Number(process.argv[3] ?? 9464), '127.0.0.1');
  await once(web, 'listening');
  parentPort?.postMessage((web.address() as AddressInfo).port);
}

async function serve(): Promise<void> {
  const reactor = createReactor();
  const worker = new Worker(new URL(import.meta.url), { workerData: reactor.meters.memory });
  const [metricsPort] = (await once(worker, 'message')) as [number];
  const { address } = await reactor.use(blocking).listen({ port: Number(process.argv[2] ?? 7000) });
  closeOnSignals(reactor);
  console.log(`blocking on port ${address.port}, metrics at http://127.0.0.1:${metricsPort}/metrics`);
  await reactor.closed;
  await worker.terminate();
}

if (isMainThread) await serve();
else await scrape(workerData as SharedArrayBuffer);
