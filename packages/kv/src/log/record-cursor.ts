import { MalformedRecordError } from './malformed-record-error.js';
import { MAX_VARINT_BYTES } from './record-buffer.js';

/** Walks the payload of a record. It has no memory of its own and is used for one record after the other. */
export class RecordCursor {
  /** Where the payload lies. */
  bytes: Buffer = Buffer.alloc(0);
  /** The next byte, and where the payload ends. */
  at = 0;
  end = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** Error: MalformedRecordError, as of the following ones. */
  byte(): number {
    if (this.at >= this.end) throw new MalformedRecordError('the record ends within an item');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first - 128;
    let unit = 128;
    for (let count = 2; count <= MAX_VARINT_BYTES; count++) {
      const next = this.byte();
      if (next < 128) return this.#safe(value + next * unit);
      value += (next - 128) * unit;
      unit *= 128;
    }
    throw new MalformedRecordError('a number is longer than numbers are');
  }

  /** Goes past so many bytes, and returns where they begin. */
  skip(count: number): number {
    const start = this.at;
    if (count > this.end - start) throw new MalformedRecordError('the record ends within a string');
    this.at = start + count;
    return start;
  }

  #safe(value: number): number {
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedRecordError('a number is larger than numbers are');
    return value;
  }
}
