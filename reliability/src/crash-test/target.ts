import { fileURLToPath } from 'node:url';

export type Policy = 'always' | 'everysec' | 'no';

export const POLICIES: readonly Policy[] = ['always', 'everysec', 'no'];

/** A kind of server that is to lose nothing. */
export interface Target {
  command(folder: string, socket: string, policy: Policy): readonly string[];
  /** What it prints when it serves. */
  readonly greeting: string;
  /** Where in its folder it has its files, and the names of those that changes are written to, with their numbers. */
  readonly files: string;
  readonly log: RegExp;
}

const COMMAND = fileURLToPath(new URL('../../bin/edgeloop-kv.mjs', import.meta.resolve('@edgeloop/kv')));

/** Who is asked to end in order waits so long for clients that never cease to write, and then hangs up. */
const GRACE_SECONDS = '0.3';

const edgeloop: Target = {
  command: (folder, socket, policy) => [
    process.execPath, COMMAND, 'server', '--unix', socket, '--dir', folder, '--appendfsync', policy, '--grace', GRACE_SECONDS, '--log-level', 'warn',
  ],
  greeting: '\nTry',
  files: '.',
  log: /^log-(\d+)$/,
};

/** The control: with it the harness itself is tried. With everysec it may lose what waits for a sync, but with always it must not. */
const redis: Target = {
  command: (folder, socket, policy) => [
    'redis-server', '--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', policy,
  ],
  greeting: 'accept connections at',
  files: 'appendonlydir',
  log: /^appendonly\.aof\.(\d+)\.incr\.aof$/,
};

export const TARGETS = { edgeloop, redis } as const;
export type TargetName = keyof typeof TARGETS;
