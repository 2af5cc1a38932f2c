// The servers that are to be the same: C with poll and with epoll, and edgeloop in each trigger, loop and way to share the accept.

import type { Peer } from '../benchmark.js';
import { programPath } from '../compile.js';
import { paths } from '../paths.js';

const TRIGGERS = ['edge', 'level', 'oneshot'] as const;
const LOOPS = ['embedded', 'dedicated'] as const;
const STRATEGIES = ['reuseport', 'exclusive', 'handoff'] as const;
const WORKERS = 2;

function sharing(strategy: string): string[] {
  return ['--workers', String(WORKERS), '--accept', strategy];
}

/** Without a strategy it is one loop. */
function edgeloop(trigger: string, loop: string, strategy?: string): Peer {
  const options = ['--host', '127.0.0.1', '--trigger', trigger, '--loop', loop, ...(strategy === undefined ? [] : sharing(strategy))];
  const shared = strategy === undefined ? '' : `, ${WORKERS} workers by ${strategy}`;
  return {
    name: [trigger, loop, strategy].filter((part) => part !== undefined).join('-'),
    title: `edgeloop ${trigger}/${loop}${shared}`,
    usual: true,
    command: () => [process.execPath, paths.echoCommand, 'server', '0', ...options],
  };
}

export const SERVERS: readonly Peer[] = [
  { name: 'c-poll', title: 'C poll', usual: true, command: () => [programPath('poll-echo'), '0'] },
  { name: 'c-epoll', title: 'C epoll', usual: true, command: () => [programPath('epoll-echo'), '0'] },
  ...[undefined, ...STRATEGIES].flatMap((strategy) => TRIGGERS.flatMap((trigger) => LOOPS.map((loop) => edgeloop(trigger, loop, strategy)))),
];
