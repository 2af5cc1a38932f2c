import type { OptionRule } from './codec-options.js';
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';

export interface DelimiterDecoderOptions extends FrameDecoderOptions {
  /** What stands behind each frame: one byte or more, or text as UTF-8. */
  readonly delimiter: Uint8Array | string;
}

const DELIMITER_RULE: OptionRule = {
  allowed: 'a string or Uint8Array that is not empty',
  holds: (value) => (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0,
};

/** Frames with a delimiter behind each. A frame ends with the first delimiter in it: of `aaab`, delimited by `aab`, that is `a`. */
export class DelimiterDecoder extends FrameDecoder {
  readonly #delimiter: Buffer;

  constructor(options: DelimiterDecoderOptions) {
    super(options, { delimiter: DELIMITER_RULE });
    this.#delimiter = Buffer.from(options.delimiter as string);
  }

  protected endOf(head: Buffer, bytes: Buffer, from: number): number {
    const end = this.#search(head, bytes, from);
    const length = head.length - from + (end < 0 ? bytes.length : end - this.#delimiter.length);
    if (length > this.maxBytes) this.#refuseUnlessBegun(length, end < 0 ? this.#begun(head, bytes, from) : 0);
    return end;
  }

  protected payloadOf(bytes: Buffer, start: number, end: number): Buffer {
    return bytes.subarray(start, end - this.#delimiter.length);
  }

  #search(head: Buffer, bytes: Buffer, from: number): number {
    const across = this.#endAcross(head, bytes, from);
    if (across >= 0) return across;
    const index = bytes.indexOf(this.#delimiter, from);
    return index < 0 ? -1 : index + this.#delimiter.length;
  }

  /** Where a delimiter that begins in `head` ends in `bytes`, or -1. The longer its part in `head`, the earlier it begins. */
  #endAcross(head: Buffer, bytes: Buffer, from: number): number {
    const delimiter = this.#delimiter;
    for (let before = Math.min(delimiter.length - 1, head.length); before > 0; before--) {
      const end = from + delimiter.length - before;
      if (end > bytes.length) return -1;
      if (endsWith(head, delimiter, before) && bytes.compare(delimiter, before, delimiter.length, from, end) === 0) return end;
    }
    return -1;
  }

  /** How many of the last bytes may be the beginning of a delimiter. */
  #begun(head: Buffer, bytes: Buffer, from: number): number {
    const reach = this.#delimiter.length - 1;
    const tail = Buffer.concat([head.subarray(Math.max(0, head.length - reach)), bytes.subarray(Math.max(from, bytes.length - reach))]);
    let count = Math.min(reach, tail.length);
    while (count > 0 && !endsWith(tail, this.#delimiter, count)) count--;
    return count;
  }

  #refuseUnlessBegun(length: number, begun: number): void {
    if (length - begun > this.maxBytes) this.refuse(`a frame has ${length - begun} bytes or more`);
  }
}

/** Whether `bytes` ends with the first `count` bytes of `delimiter`. */
function endsWith(bytes: Buffer, delimiter: Buffer, count: number): boolean {
  return bytes.compare(delimiter, 0, count, bytes.length - count) === 0;
}
