// The server that the telemetry benchmark measures: the echo plugin on a reactor, with as much telemetry as it is told.
//
// node [--import baseline/uncounted.mjs] telemetry-server.js --loop embedded|dedicated [--uncounted] [--stopwatch] [--endpoint]

import { parseArgs } from 'node:util';

import { echo } from '@edgeloop/echo';
import { type Reactor, closeOnSignals, createReactor } from '@edgeloop/reactor';
import { openAdmin } from '@edgeloop/reactor/admin';
import { processRegistry } from '@edgeloop/reactor/telemetry';

const flag = { type: 'boolean', default: false } as const;

/** A comparison with a server that counts after all would flatter the counting, so it must not come about. */
function assertCounting({ counters }: Reactor, expected: boolean): void {
  const counting = Object.hasOwn(counters, 'cells');
  if (counting !== expected) throw new Error(`the reactor was to count: ${expected}, but it does: ${counting}; see baseline/uncounted.mjs`);
}

const { loop, uncounted, stopwatch, endpoint: operated } = parseArgs({
  options: { loop: { type: 'string', default: 'embedded' }, uncounted: flag, stopwatch: flag, endpoint: flag },
}).values;

const reactor = createReactor({ loop: loop === 'dedicated' ? 'dedicated' : 'embedded', stopwatch });
assertCounting(reactor, !uncounted);
closeOnSignals(reactor, { deadlineMs: 0 });
const { address } = await reactor.use(echo).listen({ port: 0 });
const endpoint = operated ? await openAdmin(reactor, { registry: processRegistry(reactor.meters) }) : undefined;
console.log(`echo on 127.0.0.1:${address.port}, telemetry at ${endpoint?.url ?? 'no address'}`);
