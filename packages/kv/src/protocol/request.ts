/** The arguments of a request, the name first: the reader that found it, or a Request. */
export interface Arguments {
  readonly source: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The arguments of a request, the name first, in memory of their own: what has to outlive the buffer it came in. */
export class Request implements Arguments {
  readonly source: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(args: readonly Uint8Array[]) {
    this.source = Buffer.concat(args);
    this.count = args.length;
    this.starts = new Int32Array(args.length);
    this.ends = new Int32Array(args.length);
    let at = 0;
    for (const [index, arg] of args.entries()) {
      this.starts[index] = at;
      at += arg.length;
      this.ends[index] = at;
    }
  }
}
