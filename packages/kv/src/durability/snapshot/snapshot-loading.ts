import type { DiskFile } from '../../disk/disk.js';
import { FILE_HEADER_BYTES } from '../../log/file-header.js';
import { type ReadProgress, RecordReader } from '../../log/record-reader.js';
import { CorruptPayloadError } from '../../rdb/corrupt-payload-error.js';
import type { Keyspace } from '../../store/keyspace.js';
import { SnapshotReader } from './snapshot-reader.js';

/** What came of reading a snapshot: all, or up to which position of the file, and why not all. */
export type SnapshotEnd =
  | { readonly kind: 'whole'; readonly keys: number }
  | { readonly kind: 'damaged'; readonly position: number; readonly reason: string };

/** What is done with what a snapshot has, besides keys. */
export interface SnapshotTarget {
  readonly keyspace: Keyspace;
  /** Takes the source of a library of functions, which is valid until this returns. */
  loadLibrary(source: Buffer): void;
}

/**
 * Fills an empty keyspace from a snapshot, whose header has been read and says this salt. Since a file has the name of a snapshot only when
 * it is whole and synced, there is no such thing as a torn one. Errors: those of the disk, OutOfMemory, and what `loadLibrary` throws.
 */
export function loadSnapshot(file: DiskFile, salt: number, target: SnapshotTarget, progress?: ReadProgress): SnapshotEnd {
  const reader = new SnapshotReader(target.keyspace, (source) => target.loadLibrary(source));
  let position = FILE_HEADER_BYTES;
  try {
    const end = new RecordReader(file, salt).read(
      FILE_HEADER_BYTES,
      (bytes, from, to, at) => {
        position = at;
        reader.read(bytes, from, to);
      },
      progress,
    );
    if (end.kind !== 'whole') return { kind: 'damaged', position: end.position, reason: end.reason };
    if (!reader.isWhole) return { kind: 'damaged', position: end.position, reason: 'the last record is missing' };
  } catch (error) {
    if (!(error instanceof CorruptPayloadError)) throw error;
    return { kind: 'damaged', position, reason: 'the record holds something else than its checksum promises' };
  }
  return { kind: 'whole', keys: reader.keys };
}
