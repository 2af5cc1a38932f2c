import type { Disk } from '../../disk/disk.js';
import { parseName } from './file-names.js';

/**
 * Removes all that the snapshot with this number has taken the place of. What cannot be removed stays, and does no harm: it goes after the next
 * snapshot, or at the next start.
 */
export function discardReplaced(disk: Disk, snapshot: number): void {
  for (const name of namesIn(disk)) {
    const file = parseName(name);
    if (file !== undefined && file.number < snapshot) disk.discard(name);
  }
}

/** None where they cannot be had, as when the process has no descriptor left. */
function namesIn(disk: Disk): string[] {
  try {
    return disk.list();
  } catch {
    return [];
  }
}
