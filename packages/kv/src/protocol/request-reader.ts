import { splitInline } from './inline-request.js';
import { ProtocolError } from './protocol-error.js';
import type { RequestLimits } from './request-limits.js';

const CR = 0x0d;
const LF = 0x0a;
const STAR = 0x2a;
const DOLLAR = 0x24;
const ZERO = 0x30;
const NINE = 0x39;

const FIRST_ARGUMENTS = 16;

/** Where a request is, between two calls of `next`. */
type Phase = 'start' | 'count' | 'length' | 'argument';

/**
 * Finds requests in bytes: arrays of bulk strings, or lines. It copies nothing; the arguments of the request that was
 * found last are `source[starts[i], ends[i])`, for i below `count`.
 *
 * A request may be cut anywhere. `next` then returns false, and goes on where it was when there are more bytes behind
 * those it has seen, in another buffer: see `resume`.
 */
export class RequestReader {
  /** What the arguments lie in: the bytes that came, or for a line the words that were taken out of it. */
  source: Buffer = NO_BYTES;
  count = 0;
  starts = new Int32Array(FIRST_ARGUMENTS);
  ends = new Int32Array(FIRST_ARGUMENTS);
  /** May be changed between two requests. */
  limits: RequestLimits;
  #buffer: Buffer = NO_BYTES;
  #end = 0;
  #position = 0;
  /** Where the request begins that is being read. */
  #requestStart = 0;
  #phase: Phase = 'start';
  /** Arguments that the request announced. */
  #expected = 0;
  /** Bytes that the argument announced. */
  #length = 0;

  constructor(limits: RequestLimits) {
    this.limits = limits;
  }

  /** Where the bytes begin that no complete request has used. */
  get consumed(): number {
    return this.#requestStart;
  }

  /** Reads from `buffer[start, end)`, which begins with a request. */
  begin(buffer: Buffer, start: number, end: number): void {
    this.#buffer = buffer;
    this.#end = end;
    this.#position = start;
    this.#requestStart = start;
    this.#phase = 'start';
  }

  /** Goes on in a buffer that holds what the last one held, at the same places, and more behind it. */
  resume(buffer: Buffer, end: number): void {
    this.#buffer = buffer;
    this.#end = end;
  }

  /** Everything is going to be `by` bytes further to the front: `resume` follows. */
  moved(by: number): void {
    this.#position -= by;
    this.#requestStart -= by;
    this.#end -= by;
    for (let i = 0; i < this.count; i++) {
      this.starts[i] = (this.starts[i] as number) - by;
      this.ends[i] = (this.ends[i] as number) - by;
    }
  }

  /** Takes over from another reader what it has read of a request. */
  continueFrom(other: RequestReader): void {
    this.#buffer = other.#buffer;
    this.count = other.count;
    this.starts = other.starts.slice();
    this.ends = other.ends.slice();
    this.#end = other.#end;
    this.#position = other.#position;
    this.#requestStart = other.#requestStart;
    this.#phase = other.#phase;
    this.#expected = other.#expected;
    this.#length = other.#length;
  }

  /** Finds the next request. Returns false if it is not complete. Requests without arguments are passed over. Error: ProtocolError. */
  next(): boolean {
    if (this.#phase === 'start') this.#requestStart = this.#position;
    for (;;) {
      if (this.#phase === 'start' && !this.#start()) return false;
      if (this.#phase === 'count' && !this.#readCount()) return false;
      if (this.#phase === 'start') {
        if (this.count > 0) return true;
        this.#requestStart = this.#position;
        continue;
      }
      if (!this.#readArguments()) return false;
      this.source = this.#buffer;
      this.#phase = 'start';
      return true;
    }
  }

  /** Marks the request as done with, so that `consumed` is behind it. */
  done(): void {
    this.#requestStart = this.#position;
  }

  /** Gives the request that was found last back: `next` will find it again. */
  rewind(): void {
    this.#position = this.#requestStart;
    this.#phase = 'start';
  }

  // --- Phases

  /** Looks at the first byte. An inline request is read as a whole, and leaves the phase as it is. */
  #start(): boolean {
    this.count = 0;
    if (this.#position >= this.#end) return false;
    if (this.#buffer[this.#position] !== STAR) return this.#readInline();
    this.#phase = 'count';
    return true;
  }

  #readInline(): boolean {
    const newline = this.#find(LF, 'too big inline request');
    if (newline < 0) return false;
    const stop = newline > this.#position && this.#buffer[newline - 1] === CR ? newline - 1 : newline;
    const words = splitInline(this.#buffer, this.#position, stop);
    if (words === undefined) throw new ProtocolError('unbalanced quotes in request');
    this.#position = newline + 1;
    this.#take(words);
    return true;
  }

  /** The words are no part of the buffer, where an escape takes more room than what it stands for: they get one of their own. */
  #take(words: readonly Buffer[]): void {
    if (words.length === 0) return;
    this.source = Buffer.concat(words);
    let at = 0;
    for (const word of words) {
      this.#addArgument(at, at + word.length);
      at += word.length;
    }
  }

  /** Mostly a single digit, and all there. */
  #readCount(): boolean {
    const buffer = this.#buffer;
    const at = this.#position;
    const digit = (buffer[at + 1] as number) - ZERO;
    if (at + 3 < this.#end && digit > 0 && digit <= 9 && buffer[at + 2] === CR) {
      this.#position = at + 4;
      this.#expected = digit;
      this.#phase = 'length';
      return true;
    }
    return this.#readLongCount();
  }

  #readLongCount(): boolean {
    const newline = this.#find(CR, 'too big mbulk count string');
    if (newline < 0 || newline + 1 >= this.#end) return false;
    const count = this.#number(this.#position + 1, newline);
    if (Number.isNaN(count) || count > this.limits.maxArguments) throw this.#tooMany(count);
    this.#position = newline + 2;
    this.#expected = count;
    this.#phase = count <= 0 ? 'start' : 'length';
    return true;
  }

  #readArguments(): boolean {
    while (this.count < this.#expected) {
      if (this.#phase === 'length' && !this.#readLength()) return false;
      const end = this.#position + this.#length;
      if (end + 2 > this.#end) return false;
      this.#addArgument(this.#position, end);
      this.#position = end + 2;
      this.#phase = 'length';
    }
    return true;
  }

  /** Mostly a length of one to three digits, all there: read without looking for the line's end first. */
  #readLength(): boolean {
    const buffer = this.#buffer;
    const end = this.#end;
    let at = this.#position;
    if (at >= end) return false;
    if (buffer[at] !== DOLLAR) throw new ProtocolError(`expected '$', got '${String.fromCharCode(buffer[at] as number)}'`);
    let length = 0;
    let digits = 0;
    for (at++; at < end && digits < 9; at++, digits++) {
      const digit = (buffer[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    if (digits > 0 && at + 1 < end && buffer[at] === CR) this.#position = at + 2;
    else {
      const newline = this.#find(CR, 'too big bulk count string');
      if (newline < 0 || newline + 1 >= end) return false;
      length = this.#number(this.#position + 1, newline);
      this.#position = newline + 2;
    }
    if (!(length >= 0 && length <= this.limits.maxArgumentBytes)) throw this.#tooLong(length);
    this.#length = length;
    this.#phase = 'argument';
    return true;
  }

  #tooMany(count: number): ProtocolError {
    const isAbove = count > this.limits.maxArguments;
    if (isAbove && this.limits.isStrict) return new ProtocolError('unauthenticated multibulk length', 'unauthenticated');
    return new ProtocolError('invalid multibulk length', isAbove ? 'multibulk_length' : 'malformed');
  }

  #tooLong(length: number): ProtocolError {
    const isAbove = length > this.limits.maxArgumentBytes;
    if (isAbove && this.limits.isStrict) return new ProtocolError('unauthenticated bulk length', 'unauthenticated');
    return new ProtocolError('invalid bulk length', isAbove ? 'bulk_length' : 'malformed');
  }

  // --- Bytes

  #addArgument(start: number, end: number): void {
    if (this.count === this.starts.length) this.#growArguments();
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /** By what has come, and not by what was announced. */
  #growArguments(): void {
    const starts = new Int32Array(this.starts.length * 2);
    const ends = new Int32Array(this.ends.length * 2);
    starts.set(this.starts);
    ends.set(this.ends);
    this.starts = starts;
    this.ends = ends;
  }

  /** The place of a byte from the position on, or -1 if it has not come. */
  #find(byte: number, complaint: string): number {
    for (let at = this.#position; at < this.#end; at++) {
      if (this.#buffer[at] === byte) return at;
    }
    if (this.#end - this.#position > this.limits.maxLineBytes) throw new ProtocolError(complaint, 'inline_length');
    return -1;
  }

  /** A decimal integer, or NaN. */
  #number(start: number, end: number): number {
    const negative = this.#buffer[start] === 0x2d;
    const first = negative ? start + 1 : start;
    if (first >= end || end - first > 15) return Number.NaN;
    let value = 0;
    for (let at = first; at < end; at++) {
      const byte = this.#buffer[at] as number;
      if (byte < ZERO || byte > NINE) return Number.NaN;
      value = value * 10 + byte - ZERO;
    }
    return negative ? -value : value;
  }
}

const NO_BYTES = Buffer.alloc(0);
