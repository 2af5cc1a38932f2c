/** What the tests of the group share. */
import { connect } from 'node:net';
import type { Test } from 'tap';
import { type ReactorGroup, type ReactorGroupOptions, createReactorGroup } from '../../src/index.js';
import type { CounterName } from '../../src/loop/counters.js';
import { Client, type LogLine, memoryLog, openReactor, until } from './setting.js';

export const STRATEGIES = ['reuseport', 'exclusive', 'handoff'] as const;

export const OBEDIENT = new URL('./obedient-plugin.js', import.meta.url);

export interface OpenGroup {
  readonly group: ReactorGroup;
  readonly port: number;
  /** What the main thread has logged. */
  readonly lines: LogLine[];
}

/** A group of two workers of the obedient plugin on a port of the kernel's choice, closed when the test ends. */
export async function openGroup(t: Test, options: Partial<ReactorGroupOptions> = {}): Promise<OpenGroup> {
  const log = memoryLog();
  const coordinator = openReactor(t, { log });
  const group = await createReactorGroup({
    plugin: { module: OBEDIENT },
    listen: { host: '0.0.0.0', port: 0 },
    workers: 2,
    log: { level: 'silent' },
    coordinator,
    ...options,
  });
  return { group, port: group.address.port, lines: log.lines };
}

/** What each worker has counted, in their order. */
export function counted(group: ReactorGroup, name: CounterName): number[] {
  return Object.values(group.meters).map(({ counters }) => counters[name]);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Resolves when each worker serves, and none lags. */
export async function complete(group: ReactorGroup): Promise<void> {
  await until(() => group.workers.every(({ phase, lagging }) => phase === 'serving' && !lagging), 'all workers to serve', 20_000);
}

/** Connects, asks which worker it is, and leaves. Returns its number. */
export async function whoServes(t: Test, port: number, localAddress = '127.0.0.1'): Promise<number> {
  const client = new Client(connect({ port, localAddress, allowHalfOpen: true }));
  t.teardown(() => client.socket.destroy());
  client.socket.end('who');
  await until(() => client.closed, 'the answer');
  return Number(client.text);
}
