/**
 * An ordinary Node app with a reactor inside: a timer, fetch and an HTTP server live beside it in one process and one
 * thread, and none of them keeps the others waiting. The HTTP server shows what the reactor has done so far.
 *
 * Start it with `node examples/dist/embedded.js [echo port] [HTTP port]`, then try
 *   echo hello | nc -N 127.0.0.1 7000
 *   curl http://127.0.0.1:7001/
 * Ctrl-C closes everything; the process then ends because nothing is left to wait for.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { echo } from '@edgeloop/echo';
import { type Counters, createReactor } from '@edgeloop/reactor';

const [echoPort = '7000', httpPort = '7001'] = process.argv.slice(2);

const reactor = createReactor();
const { address } = await reactor.use(echo).listen({ port: Number(echoPort) });

const web = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(reactor.counters, undefined, 2)}\n`);
});
web.listen(Number(httpPort), '127.0.0.1');
await once(web, 'listening');
const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
console.log(`echo on port ${address.port}, counters at ${url}`);

async function report(): Promise<void> {
  const { accepted, bytesRead } = (await (await fetch(url)).json()) as Counters;
  console.log(`accepted ${accepted} connections, read ${bytesRead} bytes`);
}

const timer = setInterval(() => void report().catch(console.error), 1000);

process.once('SIGINT', async () => {
  clearInterval(timer);
  web.close();
  web.closeAllConnections();
  await reactor.close();
  console.log('closed');
});
