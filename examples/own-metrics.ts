/**
 * The admin endpoint with a metric of the program's own beside the reactor's and Node's: in a browser it is a live page, and
 * Prometheus scrapes it.
 *
 * Start it with `node examples/dist/own-metrics.js [port] [admin port]`, then try
 *   printf 'to be or not to be' | nc -N 127.0.0.1 7000
 *   curl -s http://127.0.0.1:9464/metrics | grep words
 * Each client is told how many words it has sent. Ctrl-C ends it.
 */
import { closeOnSignals, createReactor, definePlugin } from '@edgeloop/reactor';
import { openAdmin } from '@edgeloop/reactor/admin';
import { processRegistry } from '@edgeloop/reactor/telemetry';
import { Counter } from 'prom-client';
import { z } from 'zod';

const [port = '7000', adminPort = '9464'] = process.argv.slice(2);

const reactor = createReactor();
const registry = processRegistry(reactor.meters);
// A label takes values that the program knows, never one that a client sends: each is a series that Prometheus keeps.
const words = new Counter({ name: 'words_counted_total', help: 'Words of all clients.', registers: [registry] });

const counting = definePlugin({
  name: 'counting',
  options: z.strictObject({}),
  state: () => ({ words: 0, within: false }),
  setup: () => ({
    onData({ state }, chunk) {
      for (const byte of chunk) {
        const within = byte > 0x20;
        if (within && !state.within) state.words++;
        state.within = within;
      }
    },
    onHalfClose(connection) {
      words.inc(connection.state.words);
      connection.end(`${connection.state.words} words\n`);
    },
  }),
});

const { address } = await reactor.use(counting).listen({ port: Number(port) });
const admin = await openAdmin(reactor, { port: Number(adminPort), name: 'own-metrics', registry });
closeOnSignals(reactor);
console.log(`counting on port ${address.port}, live page at ${admin.url}`);
