// The stores: ours, Redis, and Redis once more.

import { spawnSync } from 'node:child_process';

import type { Peer } from './benchmark.js';
import { paths } from './paths.js';

export const KV = 'kv';
export const REDIS = 'redis';

const REDIS_SERVER = 'redis-server';

/** In memory only, and on one thread, for the commands of both are to be compared and not their disks. */
const REDIS_SETTINGS = ['--save', '', '--appendonly', 'no', '--io-threads', '1', '--bind', '127.0.0.1'];

function redisVersion(): string | undefined {
  const { error, stdout } = spawnSync(REDIS_SERVER, ['--version'], { encoding: 'utf8' });
  return error === undefined ? /v=(\S+)/.exec(stdout)?.[1] : undefined;
}

const version = redisVersion();

function redis(name: string, title: string): Peer {
  const command = (port = 0): readonly string[] => [REDIS_SERVER, '--port', String(port), ...REDIS_SETTINGS];
  return { name, title, usual: true, command: (port) => (version === undefined ? undefined : command(port)) };
}

export const kvPeers: readonly Peer[] = [
  {
    name: KV,
    title: 'edgeloop kv',
    usual: true,
    command: (port = 0) => [process.execPath, paths.kvCommand, 'server', '--port', String(port), '--host', '127.0.0.1'],
  },
  redis(REDIS, version === undefined ? `${REDIS_SERVER} 7.0` : `redis ${version}`),
  redis('redis-control', 'redis, again'),
];
