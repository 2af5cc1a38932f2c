// What operators ask a server for over HTTP: its metrics, and the numbers of the live page. Served by the server's own thread.

import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import type { Reactor } from '@edgeloop/reactor';
import { registerMetrics, takeSnapshot } from '@edgeloop/reactor/telemetry';
import { Registry, collectDefaultMetrics } from 'prom-client';

export interface Endpoint {
  readonly url: string;
  close(): void;
}

type Answer = () => Promise<string>;

function answersOf({ meters }: Reactor): ReadonlyMap<string, Answer> {
  const registry = new Registry();
  registerMetrics(registry, meters);
  collectDefaultMetrics({ register: registry });
  return new Map<string, Answer>([
    ['/metrics', () => registry.metrics()],
    ['/stats', async () => JSON.stringify(takeSnapshot(meters))],
  ]);
}

async function respond(response: ServerResponse, answer: Answer | undefined): Promise<void> {
  if (answer === undefined) response.writeHead(404).end();
  else response.end(await answer());
}

export async function openEndpoint(reactor: Reactor): Promise<Endpoint> {
  const answers = answersOf(reactor);
  const server = createServer((request, response) => void respond(response, answers.get(request.url ?? '')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
