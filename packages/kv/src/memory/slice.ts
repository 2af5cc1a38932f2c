/** A range of bytes in a buffer, without an object for each: the one slice of its owner is valid until its next use. */
export class Slice {
  buffer: Buffer = EMPTY;
  start = 0;
  end = 0;

  set(buffer: Buffer, start: number, end: number): this {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    return this;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** A copy of the bytes. */
  copy(): Buffer {
    return Buffer.from(this.buffer.subarray(this.start, this.end));
  }
}

const EMPTY = Buffer.alloc(0);
