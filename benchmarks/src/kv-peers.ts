// The stores: ours, Redis, and Redis once more.

import { spawnSync } from 'node:child_process';

import type { Peer } from './benchmark.js';
import { paths } from './paths.js';

export const KV = 'kv';
export const REDIS = 'redis';
export const CONTROL = 'redis-control';

const REDIS_SERVER = 'redis-server';

/** In memory only, and on one thread, for the commands of both are to be compared and not their disks. */
const REDIS_SETTINGS = ['--save', '', '--appendonly', 'no', '--io-threads', '1', '--bind', '127.0.0.1'];

/** When a store syncs its log, in the words of both. */
export type FsyncPolicy = 'always' | 'everysec' | 'no';

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
  redis(CONTROL, 'redis, again'),
];

/** With further settings: the last one counts. */
function withSettings(peer: Peer, settings: readonly string[]): Peer {
  const command = (port?: number): readonly string[] | undefined => {
    const usual = peer.command(port);
    return usual === undefined ? undefined : [...usual, ...settings];
  };
  return { ...peer, command };
}

/** Logs grow without end: who shortens them, and when, is not what is measured. A log of Redis is a log alone, as ours is: no RDB stands before it. */
const KV_LOG = ['--kv-auto-aof-rewrite-percentage', '0'];
const REDIS_LOG = ['--auto-aof-rewrite-percentage', '0', '--appendonly', 'yes', '--aof-use-rdb-preamble', 'no'];

/** The same store with a log of what changes in this folder. */
export function withLog(peer: Peer, folder: string, policy: FsyncPolicy): Peer {
  return withSettings(peer, ['--dir', folder, '--appendfsync', policy, ...(peer.name === KV ? KV_LOG : REDIS_LOG)]);
}

/** The same store as it starts from the snapshot in this folder. */
export function withSnapshot(peer: Peer, folder: string): Peer {
  return withSettings(peer, ['--dir', folder]);
}
