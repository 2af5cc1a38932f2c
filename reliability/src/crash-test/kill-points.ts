import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../installed.js';

/** A system call on the data folder before which the server dies: the `nth` of its kind since the start. */
export interface KillPoint {
  readonly call: string;
  readonly nth: number;
}

/** As many as recovery, a snapshot and the switch of the log make of each; writes and syncs go on as long as there is load. */
const CALLS: Readonly<Record<string, number>> = { openat: 10, pwrite64: 12, fdatasync: 10, fsync: 8, ftruncate: 2, rename: 2, unlink: 4 };

export const KILL_POINTS: readonly KillPoint[] = Object.entries(CALLS).flatMap(([call, most]) => {
  return Array.from({ length: most }, (_, i) => ({ call, nth: i + 1 }));
});

/** Files that a server may make in one cycle are known before it has started. */
const NEW_FILES = 3;

/** Several threads sync, and strace counts the calls of each: with one they come in one order. */
export const ONE_FILE_THREAD = { UV_THREADPOOL_SIZE: '1' };

/** What has a process that is started with it die there, and replaces itself with it (-D); undefined where strace(1) is missing. Not with --seccomp-bpf, with which no injected signal comes. */
export function killedAt({ call, nth }: KillPoint, folder: string): readonly string[] | undefined {
  if (!isInstalled('strace')) return undefined;
  const paths = [folder, ...filesOf(folder)].flatMap((path) => ['-P', path]);
  return ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`, ...paths];
}

/** Calls on other files do not count: Node opens hundreds before it comes to these. */
function filesOf(folder: string): string[] {
  const numbers = readdirSync(folder).map((name) => Number(/-(\d+)/.exec(name)?.[1] ?? 0));
  const last = Math.max(0, ...numbers);
  const coming = Array.from({ length: NEW_FILES }, (_, i) => last + i).filter((number) => number > 0);
  return coming.flatMap((number) => [`log-${number}`, `snapshot-${number}`, `snapshot-${number}.tmp`]).map((name) => join(folder, name));
}
