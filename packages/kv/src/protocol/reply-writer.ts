import { copyBytes } from '../memory/entry.js';
import { writeBulk } from '../store/string-layout.js';
import { writeDouble } from '../bytes/double.js';

const FIRST_BYTES = 64 * 1024;
/** Above this, what was written so far is handed over, unless somebody may still take it back. */
const FLUSH_BYTES = 256 * 1024;
const MAX_DOUBLE_BYTES = 32;
/** An integer with its type and line end. */
const INTEGER_BYTES = 24;

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const COLON = 0x3a;
const DOLLAR = 0x24;
const STAR = 0x2a;
const PERCENT = 0x25;
const TILDE = 0x7e;
const ANGLE = 0x3e;
const COMMA = 0x2c;

const OK = Buffer.from('+OK\r\n');
const QUEUED = Buffer.from('+QUEUED\r\n');
const NIL_BULK = Buffer.from('$-1\r\n');
const NIL_ARRAY = Buffer.from('*-1\r\n');
const NULL = Buffer.from('_\r\n');
const TRUE = Buffer.from('#t\r\n');
const FALSE = Buffer.from('#f\r\n');

/** Where a floating-point number is written before its length is known. */
const doubleBytes = Buffer.alloc(MAX_DOUBLE_BYTES);

/** Who takes the bytes of replies. */
export interface ReplySink {
  write(bytes: Buffer): void;
}

/**
 * Replies of the Redis serialization protocol, in version 2 or 3, gathered in one buffer: what a client's pipeline is
 * answered with leaves in one piece.
 *
 * What version 2 does not know, it says in its own way: a map is a flat array, a double a bulk string, a null depends on
 * whether a string or an array is missing.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class ReplyWriter {
  /** 2 or 3. */
  version: 2 | 3 = 2;
  sink: ReplySink | undefined;
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  /** How many bytes were written before those in the buffer. */
  #passed = 0;
  /** While above 0, nothing is handed over: somebody may go back to an earlier place. */
  #holds = 0;

  /** Bytes that are written and have not been handed over. */
  get length(): number {
    return this.#length;
  }

  /** Where the next byte will be, counted from the first one of all: what is handed over meanwhile leaves positions as they are. */
  get position(): number {
    return this.#passed + this.#length;
  }

  /** The bytes from a position on, or all that have not been handed over; valid until the next call. */
  written(from = this.#passed): Buffer {
    return this.#buffer.subarray(from - this.#passed, this.#length);
  }

  /** The first of them, which tells the kind of the first reply; undefined without any. */
  get firstByte(): number | undefined {
    return this.#length === 0 ? undefined : this.#buffer[0];
  }

  /** Hands over what is written. */
  flush(): void {
    if (this.#length === 0) return;
    this.sink?.write(this.written());
    this.clear();
  }

  clear(): void {
    this.#passed += this.#length;
    this.#length = 0;
    if (this.#buffer.length > FLUSH_BYTES * 4) this.#buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Keeps everything until `release`, so that `truncate` may take it back. Returns the position. */
  hold(): number {
    this.#holds++;
    return this.position;
  }

  release(): void {
    this.#holds--;
  }

  /** Takes back what was written from a position on, and returns whether that is all: a part may have been handed over. */
  truncate(position: number): boolean {
    this.#length = Math.max(0, position - this.#passed);
    return position >= this.#passed;
  }

  // --- Replies

  ok(): void {
    this.raw(OK, 0, OK.length);
  }

  queued(): void {
    this.raw(QUEUED, 0, QUEUED.length);
  }

  /** A simple string, without CR or LF. */
  status(text: string): void {
    this.#line('+', text);
  }

  /** An error: its code, a blank, and the text, each character a byte, as what a client has sent is quoted. Line ends become blanks, those at its end nothing. */
  error(text: string): void {
    let end = text.length;
    while (end > 0 && (text[end - 1] === '\r' || text[end - 1] === '\n')) end--;
    const line = `-${text.slice(0, end).replace(/[\r\n]/g, ' ')}\r\n`;
    this.#ensure(line.length);
    this.#length += this.#buffer.write(line, this.#length, 'latin1');
  }

  /** A whole number that is exact as a double, or any as bigint. */
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff) this.#header(COLON, value);
    else this.#line(':', String(value));
  }

  bulk(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#ensure(end - start + INTEGER_BYTES);
    this.#length = writeBulk(this.#buffer, this.#length, bytes, start, end);
  }

  /** Text as a bulk string, in UTF-8. */
  text(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#header(DOLLAR, bytes);
    this.#ensure(bytes + 2);
    this.#length += this.#buffer.write(text, this.#length);
    this.#lineEnd();
  }

  /** A bulk string with an integer's digits. */
  bulkInteger(value: number | bigint): void {
    this.text(String(value));
  }

  /** No string, or nothing at all. */
  nil(): void {
    if (this.version === 3) this.raw(NULL, 0, NULL.length);
    else this.raw(NIL_BULK, 0, NIL_BULK.length);
  }

  /** No array. */
  nilArray(): void {
    if (this.version === 3) this.raw(NULL, 0, NULL.length);
    else this.raw(NIL_ARRAY, 0, NIL_ARRAY.length);
  }

  /** Elements follow. */
  array(count: number): void {
    this.#header(STAR, count);
  }

  /** Pairs of key and value follow. */
  map(pairs: number): void {
    if (this.version === 3) this.#header(PERCENT, pairs);
    else this.#header(STAR, pairs * 2);
  }

  set(count: number): void {
    this.#header(this.version === 3 ? TILDE : STAR, count);
  }

  /** Out of band: elements follow that answer no request. */
  push(count: number): void {
    this.#header(this.version === 3 ? ANGLE : STAR, count);
  }

  /** A score or another floating-point number. */
  double(value: number): void {
    const end = writeDouble(value, doubleBytes, 0);
    if (this.version === 2) return this.bulk(doubleBytes, 0, end);
    this.#ensure(end + 3);
    this.#buffer[this.#length++] = COMMA;
    this.raw(doubleBytes, 0, end);
    this.#lineEnd();
  }

  /** The same with digits of the caller's choice. */
  decimal(digits: string): void {
    if (this.version === 3) this.#line(',', digits);
    else this.text(digits);
  }

  boolean(value: boolean): void {
    if (this.version === 3) this.raw(value ? TRUE : FALSE, 0, TRUE.length);
    else this.#header(COLON, value ? 1 : 0);
  }

  bigNumber(digits: string): void {
    if (this.version === 3) this.#line('(', digits);
    else this.text(digits);
  }

  /** Text for people, of a format of three letters. */
  verbatim(format: string, text: string): void {
    if (this.version === 2) return this.text(text);
    this.#line('=', String(Buffer.byteLength(text) + 4));
    this.#append(`${format}:${text}\r\n`);
  }

  /** What is a reply already. */
  raw(bytes: Buffer, start: number, end: number): void {
    const count = end - start;
    this.#ensure(count);
    copyBytes(bytes, start, this.#buffer, this.#length, count);
    this.#length += count;
  }

  /**
   * An array, map, set or push whose length is known only afterwards: begin it, write the elements, then call `endDeferred` with what
   * this returned.
   */
  beginDeferred(): number {
    return this.hold();
  }

  endDeferred(at: number, kind: 'array' | 'map' | 'set' | 'push', count: number): void {
    const elements = Buffer.from(this.written(at));
    this.truncate(at);
    this[kind](count);
    this.raw(elements, 0, elements.length);
    this.release();
  }

  // --- Bytes

  #header(type: number, value: number): void {
    this.#ensure(INTEGER_BYTES);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = type;
    if (value < 10) {
      buffer[at++] = ZERO + value;
    } else {
      at = this.#digits(at, value);
    }
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.#length = at + 2;
  }

  #digits(at: number, value: number): number {
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits++;
    let rest = value;
    for (let i = at + digits - 1; i >= at; i--) {
      const quotient = (rest / 10) | 0;
      this.#buffer[i] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
    return at + digits;
  }

  #line(type: string, text: string): void {
    this.#append(`${type}${text}\r\n`);
  }

  #append(text: string): void {
    this.#ensure(text.length * 3);
    this.#length += this.#buffer.write(text, this.#length);
  }

  #lineEnd(): void {
    this.#buffer[this.#length] = CR;
    this.#buffer[this.#length + 1] = LF;
    this.#length += 2;
  }

  #ensure(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    if (this.#holds === 0 && this.#length >= FLUSH_BYTES) this.flush();
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
