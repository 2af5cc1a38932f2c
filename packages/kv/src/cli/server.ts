import { resolve } from 'node:path';
import { type ListenerHandle, type Reactor, addressText } from '@edgeloop/reactor';
import { type Configuration, listenOptionsOf } from '@edgeloop/reactor/config';
import { type Service, type ServiceTelemetry, runService } from '@edgeloop/reactor/service';
import { kv } from '../plugin/kv.js';
import { registerKvMetrics } from '../telemetry/index.js';
import { REDIS_VERSION } from '../version.js';
import type { KvConfiguration } from './configuration.js';
import { version } from './version.js';

/** Serves until SIGINT or SIGTERM; then lets what is under way finish, and at a second signal ends at once. */
export async function serve(load: () => Configuration<KvConfiguration>): Promise<void> {
  process.stdout.write(greeting(await runService({ name: 'edgeloop-kv', version: version(), load, open })));
}

function open(reactor: Reactor, { listen, kv: options }: KvConfiguration, { registry }: ServiceTelemetry): Promise<ListenerHandle> {
  const store = reactor.use(kv, options);
  registerKvMetrics(registry, store.api);
  return store.listen(listenOptionsOf(listen));
}

function greeting({ listener: { address }, admin, settings: { kv: { dir, appendfsync } } }: Service<KvConfiguration>): string {
  const place = address.family === 'unix' ? `-s ${address.address}` : `-h ${address.address} -p ${address.port}`;
  const keeping = dir === '' ? 'in memory only: nothing is kept when it ends (--dir DIR keeps it)' : `data in ${resolve(dir)}, appendfsync ${appendfsync}`;
  return `key-value server on ${addressText(address)}, as Redis ${REDIS_VERSION}
${keeping}
${admin === undefined ? '' : `live page and metrics on ${admin.url}\n`}Try, in another terminal:
  redis-cli ${place}
`;
}
