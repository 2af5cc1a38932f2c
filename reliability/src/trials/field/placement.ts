/** Which process runs on which core: a server that shares its core with those who attack it would be slow without being at fault. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What to write in front of the command of a server, of bystanders, and of who attacks. */
export interface Placement {
  readonly server: readonly string[];
  readonly load: readonly string[];
  /** Attackers share the bystanders' core, and must not keep it from them: that would be no fault of the server. */
  readonly attack: readonly string[];
}

const LAST_IN_LINE = ['nice', '-n', '19'];

/** Where nothing is measured nobody has to stand back, and on a busy machine those who do come to nothing. */
export const UNMEASURED: Placement = { server: [], load: [], attack: [] };

/** Where the scheduler likes. */
export const UNPLACED: Placement = { server: [], load: [], attack: LAST_IN_LINE };

/** The server on the first core that we may use, all load and this process on the second, where there are two, and taskset. */
export function placeApart(): Placement {
  const [server, load] = allowedCores();
  if (load === undefined || spawnSync('taskset', ['-a', '-c', '-p', load, String(process.pid)]).status !== 0) return UNPLACED;
  const beside = ['taskset', '-c', load];
  return { server: ['taskset', '-c', server as string], load: beside, attack: [...beside, ...LAST_IN_LINE] };
}

/** The kernel's list, as in "0-2,5", with all its numbers. */
function allowedCores(): string[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => String(first + offset));
  });
}
