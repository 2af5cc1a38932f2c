import { openSync } from 'node:fs';
import type { Reactor } from '@edgeloop/reactor';
import type { Ports } from './services.js';

const DAY_MS = 86_400_000;
const STUCK_BYTES = 8 * 1024 * 1024;
export const LEAKED_OBJECTS = 3000;
const LEAKED_BYTES = 512 * 1024;

const kept: unknown[] = [];

/** What a server may be told to lose in each cycle, to see the soak fail. */
export const LEAKS = {
  descriptors: () => void openSync('/dev/null', 'r'),
  slots: (reactor: Reactor) => void reactor.openInbox(() => {}),
  timers: (reactor: Reactor) => void reactor.setTimeout(() => {}, DAY_MS),
  connections: (reactor: Reactor, ports: Ports) => reactor.connect({ host: '127.0.0.1', port: ports['echo-edge'] }, {}),
  /** We do not read what comes back, so the echo stops to read us. */
  'queued-bytes': async (reactor: Reactor, ports: Ports) => {
    const connection = await reactor.connect({ host: '127.0.0.1', port: ports['echo-edge'] }, {});
    connection.pause();
    connection.write(Buffer.alloc(STUCK_BYTES));
  },
  memory: () => void kept.push(Buffer.alloc(LEAKED_BYTES, 1), Array.from({ length: LEAKED_OBJECTS }, (_, number) => ({ number }))),
} satisfies Readonly<Record<string, (reactor: Reactor, ports: Ports) => unknown>>;

export type LeakKind = keyof typeof LEAKS;

export const LEAK_KINDS = Object.keys(LEAKS) as readonly LeakKind[];
