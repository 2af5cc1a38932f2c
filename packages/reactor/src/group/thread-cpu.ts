/** What /proc tells of a thread: proc_pid_stat(5). */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** The unit of CPU times in /proc, USER_HZ: 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The kernel's number of the thread that asks, as top -H shows it. */
export function ownThread(): number {
  return Number(basename(readlinkSync('/proc/thread-self')));
}

/** The CPU time that a thread of this process has had; 0 if it is not there any more. */
export function cpuSecondsOf(thread: number): number {
  try {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
    // The name, in brackets, may have brackets and spaces; behind it is the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
