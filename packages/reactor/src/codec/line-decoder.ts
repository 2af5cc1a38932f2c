import { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Lines that end in LF or CR LF. A frame is a line without its end; a CR elsewhere belongs to the line. */
export class LineDecoder extends FrameDecoder {
  constructor(options: FrameDecoderOptions = {}) {
    super(options);
  }

  protected endOf(head: Buffer, bytes: Buffer, from: number): number {
    const lineFeed = bytes.indexOf(LINE_FEED, from);
    const stop = lineFeed < 0 ? bytes.length : lineFeed;
    const length = head.length + stop - from;
    if (length > this.maxBytes) this.#refuseUnlessReturn(length, stop > from ? bytes[stop - 1] : head.at(-1));
    return lineFeed < 0 ? -1 : lineFeed + 1;
  }

  protected payloadOf(bytes: Buffer, start: number, end: number): Buffer {
    const stop = end - 1;
    return bytes.subarray(start, stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop);
  }

  /** A CR at the end is, or may become, part of the line's end. */
  #refuseUnlessReturn(length: number, last: number | undefined): void {
    const counted = last === CARRIAGE_RETURN ? length - 1 : length;
    if (counted > this.maxBytes) this.refuse(`a line has ${counted} bytes or more`);
  }
}
