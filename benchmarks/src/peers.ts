// The echo servers, and how each is started.

import { join } from 'node:path';

import type { Peer } from './benchmark.js';
import { BUN_VERSION, locateBun } from './bun.js';
import { programPath } from './compile.js';
import { paths } from './paths.js';

function edgeloop(name: string, trigger: 'edge' | 'level' | 'oneshot', loop: 'embedded' | 'dedicated'): Peer {
  const options = ['--host', '127.0.0.1', '--trigger', trigger, '--loop', loop];
  return {
    name,
    title: `edgeloop ${trigger}/${loop}`,
    usual: true,
    command: () => [process.execPath, paths.echoCommand, 'server', '0', ...options],
  };
}

function bunCommand(): readonly string[] | undefined {
  const executable = locateBun();
  return executable === undefined ? undefined : [executable, join(paths.baseline, 'bun-echo.mjs'), '0'];
}

export const echoPeers: readonly Peer[] = [
  { name: 'c-epoll', title: 'C epoll', usual: true, command: () => [programPath('epoll-echo'), '0'] },
  { name: 'c-poll', title: 'C poll', usual: false, command: () => [programPath('poll-echo'), '0'] },
  edgeloop('edgeloop-edge', 'edge', 'embedded'),
  edgeloop('edgeloop-dedicated', 'edge', 'dedicated'),
  edgeloop('edgeloop-oneshot', 'oneshot', 'embedded'),
  edgeloop('edgeloop-level', 'level', 'embedded'),
  {
    name: 'node-net',
    title: 'node:net',
    usual: true,
    command: () => [process.execPath, join(paths.baseline, 'node-net-echo.mjs'), '0'],
  },
  { name: 'bun', title: `Bun ${BUN_VERSION}`, usual: true, command: bunCommand },
];
