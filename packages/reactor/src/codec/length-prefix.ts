import { type OptionRules, checkOptions, oneOf } from './codec-options.js';
import { EdgeloopError } from '../errors.js';
import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';

export interface LengthPrefixFormat {
  /** How many bytes the length takes. It does not count them itself. */
  readonly headerBytes: 1 | 2 | 4;
  /** Which byte of the length comes first; `big`, the most significant one, is usual on the network. */
  readonly endian: 'big' | 'little';
}

const FORMAT_RULES: OptionRules = { headerBytes: oneOf(1, 2, 4), endian: oneOf('big', 'little') };

/** Frames with their length before each. One that is too long is refused when its length is read, and no memory taken for it. */
export class LengthPrefixDecoder extends FrameDecoder {
  readonly #headerBytes: number;
  readonly #bigEndian: boolean;

  constructor(options: LengthPrefixFormat & FrameDecoderOptions) {
    super(options, FORMAT_RULES);
    this.#headerBytes = options.headerBytes;
    this.#bigEndian = options.endian === 'big';
  }

  protected endOf(head: Buffer, bytes: Buffer, from: number): number {
    if (head.length + bytes.length - from < this.#headerBytes) return -1;
    const length = this.#lengthIn(head, bytes, from);
    if (length > this.maxBytes) this.refuse(`a frame of ${length} bytes is announced`);
    const end = from - head.length + this.#headerBytes + length;
    return end <= bytes.length ? end : -1;
  }

  protected payloadOf(bytes: Buffer, start: number, end: number): Buffer {
    return bytes.subarray(start + this.#headerBytes, end);
  }

  /** Reads the header byte by byte, since it may lie across the two. */
  #lengthIn(head: Buffer, bytes: Buffer, from: number): number {
    let length = 0;
    for (let i = 0; i < this.#headerBytes; i++) {
      const byte = (i < head.length ? head[i] : bytes[from + i - head.length]) as number;
      length += byte * 256 ** (this.#bigEndian ? this.#headerBytes - 1 - i : i);
    }
    return length;
  }
}

/** Writes what a LengthPrefixDecoder of the same format reads. */
export class LengthPrefixEncoder {
  readonly #format: LengthPrefixFormat;

  /** Error: EL_OPTION_INVALID. */
  constructor(format: LengthPrefixFormat) {
    checkOptions(new.target.name, format, FORMAT_RULES);
    this.#format = { ...format };
  }

  /** The length of `payload`, then a copy of it; text is UTF-8. Error: EL_FRAME_TOO_LONG if the header cannot count so far. */
  encode(payload: Uint8Array | string): Buffer {
    const { headerBytes, endian } = this.#format;
    const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
    const max = 256 ** headerBytes - 1;
    if (length > max) {
      throw new EdgeloopError('EL_FRAME_TOO_LONG', `a payload has ${length} bytes, but "headerBytes": ${headerBytes} counts to ${max}; use a longer header`);
    }
    const frame = Buffer.allocUnsafe(headerBytes + length);
    if (endian === 'big') frame.writeUIntBE(length, 0, headerBytes);
    else frame.writeUIntLE(length, 0, headerBytes);
    if (typeof payload === 'string') frame.write(payload, headerBytes);
    else frame.set(payload, headerBytes);
    return frame;
  }
}
