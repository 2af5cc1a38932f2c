import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Test } from 'tap';

/** Serves a registry as /metrics to whoever has the token, until the test ends. Returns where: `127.0.0.1:PORT`. */
export async function serveMetrics(t: Test, registry: Registry, token: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const allowed = request.url === '/metrics' && request.headers.authorization === `Bearer ${token}`;
    response.writeHead(allowed ? 200 : 401, { 'Content-Type': registry.contentType });
    response.end(allowed ? await registry.metrics() : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
