// The server that the workers benchmark measures: the echo plugin on one loop or on a group of them, and what each counts, over HTTP.
//
// node [--import baseline/woken-together.mjs] server-main.js --loop embedded|dedicated [--workers N --accept HOW [--placement WHERE]]

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

import { echo } from '@edgeloop/echo';
import { type Reactor, type ReactorGroupOptions, closeOnSignals, createReactor, createReactorGroup } from '@edgeloop/reactor';
import { type Meters, takeSnapshot } from '@edgeloop/reactor/telemetry';

import type { Counts } from './counts.js';

interface Served {
  readonly reactor: Reactor;
  readonly port: number;
  /** Those who accept on behalf of others, and those who serve. */
  readonly acceptors: readonly Meters[];
  readonly servers: readonly Meters[];
}

type Loop = 'embedded' | 'dedicated';

async function serveAlone(loop: Loop): Promise<Served> {
  const reactor = createReactor({ loop });
  const { address } = await reactor.use(echo).listen({ port: 0, host: '127.0.0.1' });
  return { reactor, port: address.port, acceptors: [], servers: [reactor.meters] };
}

async function serveTogether(loop: Loop, shape: Pick<ReactorGroupOptions, 'workers' | 'accept' | 'placement'>): Promise<Served> {
  const { coordinator, address, meters } = await createReactorGroup({
    ...shape,
    plugin: { module: import.meta.resolve('@edgeloop/echo'), name: 'echo' },
    listen: { port: 0, host: '127.0.0.1' },
    reactor: { loop },
    log: { level: 'warn' },
  });
  return { reactor: coordinator, port: address.port, acceptors: [coordinator.meters], servers: Object.values(meters) };
}

const { loop, workers, ...shape } = parseArgs({
  options: { loop: { type: 'string' }, workers: { type: 'string' }, accept: { type: 'string' }, placement: { type: 'string' } },
}).values as { loop: Loop; workers?: string } & Pick<ReactorGroupOptions, 'accept' | 'placement'>;

const served = await (workers === undefined ? serveAlone(loop) : serveTogether(loop, { workers: Number(workers), ...shape }));
const { reactor, port, acceptors, servers } = served;
closeOnSignals(reactor, { deadlineMs: 0 });

const counts = (): Counts => ({ acceptors: acceptors.map(takeSnapshot), servers: servers.map(takeSnapshot) });
const endpoint = createServer((_, response) => response.end(JSON.stringify(counts()))).listen(0, '127.0.0.1', () => {
  console.log(`echo on 127.0.0.1:${port}, counts at http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`);
});
void reactor.closed.then(() => endpoint.close());
