import { crc32 } from '../algorithms/crc32.js';
import type { DiskFile } from '../disk/disk.js';
import { laterHeader } from './later-header.js';
import { RECORD_HEADER_BYTES, RecordHeader } from './record-header.js';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** How a file ends. */
export type RecordsEnd =
  /** With its last record, at `position`. */
  | { readonly kind: 'whole'; readonly position: number }
  /** With something that never was a record that counted: what a crash may leave. It is to be cut off, at `position`. */
  | { readonly kind: 'torn'; readonly position: number; readonly size: number; readonly reason: string }
  /** The record at `position` was whole and synced once, as the header at `witness` says, and is not any more. */
  | { readonly kind: 'corrupt'; readonly position: number; readonly size: number; readonly reason: string; readonly witness: number };

/** Is given each payload, as `bytes[start, end)`, which is valid during the call, and the position of its record in the file. */
export type RecordTaker = (bytes: Buffer, start: number, end: number, position: number) => void;

/** How far it is: bytes done, of bytes in all. It is told for each chunk of some megabytes. */
export type ReadProgress = (done: number, total: number) => void;

/** Reads the records of a file from the front, without copies. The file stays its owner's. */
export class RecordReader {
  readonly #file: DiskFile;
  readonly #salt: number;
  readonly #size: number;
  readonly #header = new RecordHeader();
  #certified = 0;
  /** A piece of the file: `#chunk[0, #chunkBytes)` stands at `#chunkAt`. */
  #chunk: Buffer;
  #view: DataView;
  #chunkAt = 0;
  #chunkBytes = 0;

  constructor(file: DiskFile, salt: number) {
    this.#file = file;
    this.#salt = salt;
    this.#size = file.size();
    this.#chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#size));
    this.#view = viewOf(this.#chunk);
  }

  /** Up to where the file was synced once, as the records say that have been read. */
  get certified(): number {
    return this.#certified;
  }

  /** Reads all records from `start` on. Errors: those of the disk and of `take`. */
  read(start: number, take: RecordTaker, progress?: ReadProgress): RecordsEnd {
    let position = start;
    while (position < this.#size) {
      const fault = this.#fault(position, progress);
      if (fault !== undefined) return this.#damaged(position, fault);
      const payload = position - this.#chunkAt + RECORD_HEADER_BYTES;
      const end = payload + this.#header.payloadBytes;
      this.#certified = this.#header.synced;
      take(this.#chunk, payload, end, position);
      position = this.#chunkAt + end;
    }
    progress?.(position, this.#size);
    return { kind: 'whole', position };
  }

  /** Brings the record at `position` into the chunk. Returns what is wrong with it, if it is none. */
  #fault(position: number, progress: ReadProgress | undefined): string | undefined {
    const header = this.#header;
    if (!this.#load(position, RECORD_HEADER_BYTES, progress)) return 'the file ends within the header of a record';
    if (!header.decode(this.#view, position - this.#chunkAt, this.#salt, position)) return 'the checksum of the header is wrong';
    const bytes = RECORD_HEADER_BYTES + header.payloadBytes;
    if (!this.#load(position, bytes, progress)) return 'the file ends within a record';
    const start = position - this.#chunkAt;
    const sum = crc32(this.#chunk, start + RECORD_HEADER_BYTES, start + bytes);
    return sum === header.payloadSum ? undefined : 'the checksum of the record is wrong';
  }

  /** Sees to it that so many bytes from `position` on are in the chunk. What is there of them already is read again: it is little. */
  #load(position: number, bytes: number, progress: ReadProgress | undefined): boolean {
    if (position + bytes <= this.#chunkAt + this.#chunkBytes) return true;
    if (position + bytes > this.#size) return false;
    if (bytes > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafe(bytes);
      this.#view = viewOf(this.#chunk);
    }
    this.#chunkAt = position;
    this.#chunkBytes = this.#file.read(this.#chunk, position);
    progress?.(position, this.#size);
    return this.#chunkBytes >= bytes;
  }

  #damaged(position: number, reason: string): RecordsEnd {
    const witness = laterHeader(this.#file, this.#salt, position);
    const size = this.#size;
    return witness === undefined ? { kind: 'torn', position, size, reason } : { kind: 'corrupt', position, size, reason, witness };
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
