import type { DiskFile } from '../disk/disk.js';
import { RECORD_HEADER_BYTES, RecordHeader, readSynced } from './record-header.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Looks behind a damaged record for a header that says that the file was synced beyond `position` once: then the damage is none that
 * a crash may leave. Returns where the header is; undefined if there is none.
 */
export function laterHeader(file: DiskFile, salt: number, position: number): number | undefined {
  const size = file.size();
  const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  let at = position + 1;
  while (at + RECORD_HEADER_BYTES <= size) {
    const count = file.read(bytes, at);
    if (count < RECORD_HEADER_BYTES) return undefined;
    const found = headerIn(bytes, count, salt, at, position);
    if (found !== undefined) return found;
    at += count - RECORD_HEADER_BYTES + 1;
  }
  return undefined;
}

/** The same among `bytes[0, count)`, which stand at `at` of the file. */
function headerIn(bytes: Buffer, count: number, salt: number, at: number, position: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, count);
  const header = new RecordHeader();
  for (let i = 0; i + RECORD_HEADER_BYTES <= count; i++) {
    const synced = readSynced(view, i);
    if (synced > position && synced <= at + i && header.decode(view, i, salt, at + i)) return at + i;
  }
  return undefined;
}
