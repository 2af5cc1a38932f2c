const FIRST_ARGUMENTS = 16;

/** The arguments of a command, the name first, each a range of one block of bytes: `source[starts[i], ends[i])`. */
export interface CommandArguments {
  readonly source: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Arguments that are gathered one by one. The list is filled anew for each command, so that calling one makes no object; what
 * it says is true until the call that it was handed to returns.
 */
export class ArgumentList implements CommandArguments {
  source: Buffer;
  count = 0;
  starts = new Int32Array(FIRST_ARGUMENTS);
  ends = new Int32Array(FIRST_ARGUMENTS);

  constructor(source: Buffer) {
    this.source = source;
  }

  static of(...values: readonly (Buffer | string)[]): ArgumentList {
    const buffers = values.map((value) => Buffer.from(value as string));
    const list = new ArgumentList(Buffer.concat(buffers));
    let start = 0;
    for (const { length } of buffers) list.add(start, (start += length));
    return list;
  }

  add(start: number, end: number): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  /** A copy of one argument, for a caller that keeps it. */
  copy(index: number): Buffer {
    return Buffer.from(this.source.subarray(this.starts[index], this.ends[index]));
  }

  #grow(): void {
    const [starts, ends] = [this.starts, this.ends];
    this.starts = new Int32Array(2 * starts.length);
    this.ends = new Int32Array(2 * ends.length);
    this.starts.set(starts);
    this.ends.set(ends);
  }
}
