import type { DiskFile } from '../disk/disk.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes what a file has in `[start, end)` once more, in its place. It looks the same, but the next sync covers it. Where the one of an earlier
 * process has failed, the kernel may hold for written what the disk has never got, and no later sync would say so: that is known since 2018 as
 * fsyncgate. Errors: those of the disk.
 */
export function writeAgain(file: DiskFile, start: number, end: number): void {
  const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(0, end - start)));
  for (let at = start; at < end; ) {
    const count = file.read(bytes.subarray(0, end - at), at);
    if (count === 0) return;
    file.write(bytes, 0, count, at);
    at += count;
  }
}
