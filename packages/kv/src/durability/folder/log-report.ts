import type { Disk } from '../../disk/disk.js';
import { FILE_HEADER_BYTES } from '../../log/file-header.js';
import { MalformedRecordError } from '../../log/malformed-record-error.js';
import { readClosing } from '../../log/record-kind.js';
import { type ReadProgress, RecordReader, type RecordsEnd, type RecordTaker } from '../../log/record-reader.js';
import type { Damage } from './damage.js';
import type { StoredFile } from './data-folder.js';
import { logName } from './file-names.js';

/** What a log was found to be when it was read. */
export interface LogReport {
  readonly log: StoredFile;
  /** Those with effects. */
  readonly records: number;
  readonly end: RecordsEnd;
  /** Up to where it was synced once, as its records say: at least so far. */
  readonly certified: number;
  /** The number of the log that goes on, if there is a closing record. */
  readonly next: number | undefined;
}

/**
 * Reads a log, and gives `take` each payload of effects. What it finds, and a MalformedRecordError of `take`, is in the report.
 * Errors: those of the disk, and others of `take`.
 */
export function readLog(disk: Disk, log: StoredFile, take: RecordTaker, progress?: ReadProgress): LogReport {
  const file = disk.open(log.name);
  try {
    return new LogReading(log, take).report(new RecordReader(file, log.salt), progress);
  } finally {
    file.close();
  }
}

/** One log while it is read. */
class LogReading {
  #records = 0;
  /** Where the present record is, and where the closing one is. */
  #position = FILE_HEADER_BYTES;
  #closedAt: number | undefined;
  #next: number | undefined;

  constructor(
    readonly log: StoredFile,
    readonly take: RecordTaker,
  ) {}

  report(reader: RecordReader, progress: ReadProgress | undefined): LogReport {
    const end = this.#read(reader, progress);
    return { log: this.log, records: this.#records, end, certified: reader.certified, next: this.#next };
  }

  #read(reader: RecordReader, progress: ReadProgress | undefined): RecordsEnd {
    try {
      const end = reader.read(FILE_HEADER_BYTES, (bytes, start, stop, position) => this.#record(bytes, start, stop, position), progress);
      // Nothing is written behind a closing record, and it is synced before the next log is used: no crash leaves anything there.
      return end.kind === 'torn' && this.#closedAt !== undefined ? { ...end, kind: 'corrupt', witness: this.#closedAt } : end;
    } catch (error) {
      if (!(error instanceof MalformedRecordError)) throw error;
      return { kind: 'corrupt', position: this.#position, size: this.log.size, reason: error.message, witness: this.#position };
    }
  }

  #record(bytes: Buffer, start: number, end: number, position: number): void {
    this.#position = position;
    if (this.#closedAt !== undefined) throw new MalformedRecordError('a record stands behind the one that ends the log');
    this.#next = readClosing(bytes, start, end);
    if (this.#next !== undefined) {
      this.#closedAt = position;
    } else {
      this.take(bytes, start, end, position);
      this.#records++;
    }
  }
}

/** What no crash leaves behind, in a log or in how it goes on in those that follow; undefined if there is nothing of the kind. */
export function damageOf({ log, end, next }: LogReport, following: readonly StoredFile[]): Damage | undefined {
  if (end.kind === 'corrupt') return { file: log.name, position: end.position, reason: end.reason };
  if (next !== undefined) {
    return next === following[0]?.number ? undefined : { file: logName(next), reason: `it is missing, and ${log.name} goes on in it` };
  }
  const used = following.find(({ size }) => size > FILE_HEADER_BYTES);
  if (used === undefined) return undefined;
  const reason = end.kind === 'torn' ? end.reason : 'it ends here';
  return { file: log.name, position: end.position, reason: `${reason}, and ${used.name} has what came later` };
}
