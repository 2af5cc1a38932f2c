import type { Disk } from '../../disk/disk.js';
import type { RecordTaker } from '../../log/record-reader.js';
import { corruptStore } from './damage.js';
import type { StoredFile } from './data-folder.js';
import { damageOf, type LogReport, readLog } from './log-report.js';

/** How far the reading of a file is, in bytes. */
export type SeriesProgress = (file: string, done: number, total: number) => void;

/**
 * Reads the logs of a folder one after the other, and gives `take` each payload of effects. Returns what is known of those that
 * count: the last of them goes on, and those behind it were made, and not begun.
 *
 * Errors: EL_STORE_CORRUPT for what no crash leaves behind, those of the disk and of `take`.
 */
export function readLogs(disk: Disk, logs: readonly StoredFile[], take: RecordTaker, progress: SeriesProgress): LogReport[] {
  const reports: LogReport[] = [];
  for (const [index, log] of logs.entries()) {
    const report = readLog(disk, log, take, (done, total) => progress(log.name, done, total));
    const damage = damageOf(report, logs.slice(index + 1));
    if (damage !== undefined) throw corruptStore(disk.folder, damage);
    reports.push(report);
    if (report.next === undefined) break;
  }
  return reports;
}
