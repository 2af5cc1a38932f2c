// Folders for what the stores keep, which are gone afterwards however the run ends.

import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** statfs(2): a file system in memory. */
const TMPFS = 0x01021994;

/** A store that was killed a moment ago may still be making a file. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5 } as const;

/** Runs the body with a new folder below this one. */
export async function withFolder<T>(parent: string, body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, 'edgeloop-bench-'));
  const remove = (): void => rmSync(folder, REMOVAL);
  process.once('exit', remove);
  try {
    return await body(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Writes what the kernel still owes the disk, so that nobody is measured while it pays another one's debts. */
export async function settleDisk(folder: string): Promise<void> {
  await execute('sync', ['--file-system', folder]);
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export function bytesOf(folder: string): number {
  return filesOf(folder).reduce((bytes, file) => bytes + statSync(file).size, 0);
}

/** Reads all of it, so that it is in the kernel's cache. */
export async function warmUp(folder: string): Promise<void> {
  for (const file of filesOf(folder)) for await (const _ of createReadStream(file)) continue;
}

/** What must be known of the disk below the folder. */
export function diskNotes(folder: string): string[] {
  return statfsSync(folder).type === TMPFS ? [`${folder} is in memory: a sync costs nothing there (--folder DIR chooses another place)`] : [];
}
