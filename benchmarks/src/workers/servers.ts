// One loop, and groups of loops: how each is started, and who is compared with whom. Names are HOW-WORKERS, with -embedded behind it.

import { join } from 'node:path';

import type { Peer } from '../benchmark.js';
import { programPath } from '../compile.js';
import { paths } from '../paths.js';

type Loop = 'dedicated' | 'embedded';

const LOOPS: readonly Loop[] = ['dedicated', 'embedded'];

/** How a group gets its connections, in the words of its command line. */
const ACCEPT: Readonly<Record<string, readonly string[]>> = {
  reuseport: ['--accept', 'reuseport'],
  exclusive: ['--accept', 'exclusive'],
  handoff: ['--accept', 'handoff'],
  'round-robin': ['--accept', 'handoff', '--placement', 'round-robin'],
  'source-hash': ['--accept', 'handoff', '--placement', 'source-hash'],
  herd: ['--accept', 'exclusive'],
};

const TITLES: Readonly<Record<string, string>> = {
  handoff: 'handoff, least-connections',
  'round-robin': 'handoff, round-robin',
  'source-hash': 'handoff, source-hash',
  herd: 'shared, not exclusive',
};

const STRATEGIES: readonly string[] = ['reuseport', 'exclusive', 'handoff'];
const HERD: readonly string[] = ['--import', join(paths.baseline, 'woken-together.mjs')];

function server(name: string, title: string, loop: Loop, usual: boolean, preload: readonly string[], group: readonly string[]): Peer {
  const command = [process.execPath, ...preload, paths.workersServer, '--loop', loop, ...group];
  const shared = { usual, everyCore: true, command: () => command };
  return loop === 'embedded' ? { name: `${name}-embedded`, title: `${title}, embedded`, ...shared } : { name, title, ...shared };
}

function oneLoop(loop: Loop): Peer {
  return server('one-loop', 'one loop, no workers', loop, true, [], []);
}

function group(how: string, workers: number, loop: Loop, usual = true): Peer {
  const title = `${TITLES[how] ?? how}, ${workers} worker${workers === 1 ? '' : 's'}`;
  return server(`${how}-${workers}`, title, loop, usual, how === 'herd' ? HERD : [], [...ACCEPT[how]!, '--workers', String(workers)]);
}

/** Where the connections are what counts, each of these is as good as the other: placement shows when they come. */
const STRATEGY_SERVERS = LOOPS.flatMap((loop) => [oneLoop(loop), ...STRATEGIES.flatMap((how) => [group(how, 1, loop), group(how, 2, loop)])]);
const PLACEMENT_SERVERS = [group('round-robin', 2, 'dedicated'), group('source-hash', 2, 'dedicated')];
const HERDS = LOOPS.map((loop) => group('herd', 2, loop));

/** More loops than cores: only how they share the connections means something. */
const CROWDS = [...STRATEGIES, 'herd'].map((how) => group(how, 4, 'dedicated', false));

/** What two loops cost that share nothing and have no language in between. */
const C_SERVERS: readonly Peer[] = [1, 2].map((threads) => ({
  name: `c-epoll-${threads}`,
  title: `C epoll, ${threads} thread${threads === 1 ? '' : 's'}`,
  usual: true,
  everyCore: true,
  command: () => [programPath('epoll-echo'), '0', String(threads)],
}));

export const workersPeers: readonly Peer[] = [...STRATEGY_SERVERS, ...PLACEMENT_SERVERS, ...HERDS, ...CROWDS, ...C_SERVERS];

const COSTED = new Set([...STRATEGY_SERVERS, ...C_SERVERS].map(({ name }) => name));
const FOREIGN = new Set(C_SERVERS.map(({ name }) => name));

/** Those whose CPU time is compared. */
export function isCosted({ name }: Peer): boolean {
  return COSTED.has(name);
}

/** Those among whom connections may be shared, and one loop to compare them with. */
export function isShared({ name }: Peer): boolean {
  return !name.includes('-1') && !isForeign(name);
}

/** What is no server of ours is there to be compared with, and has no target. */
export function isForeign(name: string): boolean {
  return FOREIGN.has(name);
}

/** The loop without workers that is to be compared with this one. */
export function loneLoopOf(name: string): string {
  return name.endsWith('-embedded') ? 'one-loop-embedded' : 'one-loop';
}

/** The same with one worker. */
export function loneWorkerOf(name: string): string {
  return name.replace(/-\d/, '-1');
}
