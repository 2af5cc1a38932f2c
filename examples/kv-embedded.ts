/**
 * A key-value server inside an app that uses it, too: the app reads and writes without a socket, and redis-cli sees the same
 * keys. Here an HTTP server counts its visitors, and whoever subscribes to the channel `visits` hears of each.
 *
 * Start it with `node examples/dist/kv-embedded.js [key-value port] [HTTP port]`, then try
 *   redis-cli -p 6380 subscribe visits
 *   curl http://127.0.0.1:7001/
 *   redis-cli -p 6380 set visits 1000
 * Ctrl-C closes everything.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kv } from '@edgeloop/kv';
import { createReactor } from '@edgeloop/reactor';

const [kvPort = '6380', httpPort = '7001'] = process.argv.slice(2);

const reactor = createReactor();
const store = reactor.use(kv, {});
const { address } = await store.listen({ port: Number(kvPort) });
const { api } = store;

const web = createServer((request, response) => {
  // Both happen at once for everybody else: nothing comes between two calls without an await.
  const visits = api.incrBy('visits');
  api.hset(`visit:${visits}`, { path: request.url ?? '', at: Date.now() });
  api.expire(`visit:${visits}`, 60);
  const listeners = api.publish('visits', `${visits}: ${request.url}`);
  response.end(`You are visitor ${visits}; ${listeners} heard of it.\n`);
});
web.listen(Number(httpPort), '127.0.0.1');
await once(web, 'listening');

api.subscribe('visits', (message) => console.log(`visit ${message}`));
console.log(`keys on port ${address.port}, http://127.0.0.1:${(web.address() as AddressInfo).port}/`);

process.once('SIGINT', async () => {
  web.close();
  web.closeAllConnections();
  await reactor.close();
  console.log('closed');
});
