import { formatSignificant } from '../../../src/scripting/conversion/significant-digits.js';
import type { ResultWriter } from '../../../src/scripting/index.js';

/** Writes a script's result in RESP, as a server does for a client that speaks this version. */
export class RespWriter implements ResultWriter {
  text = '';
  readonly #version: 2 | 3;

  constructor(version: 2 | 3) {
    this.#version = version;
  }

  integer(value: number | bigint): void {
    this.#line(':', String(value));
  }

  bulk(bytes: Buffer, start: number, end: number): void {
    this.#string(bytes.toString('latin1', start, end));
  }

  status(text: string): void {
    this.#line('+', Buffer.from(text).toString('latin1'));
  }

  error(text: string): void {
    this.#line('-', text);
  }

  nil(): void {
    if (this.#version === 3) this.#line('_', '');
    else this.#line('$', '-1');
  }

  boolean(value: boolean): void {
    if (this.#version === 3) this.#line('#', value ? 't' : 'f');
    else this.integer(value ? 1 : 0);
  }

  double(value: number): void {
    if (this.#version === 3) this.#line(',', formatSignificant(value, 17));
    else this.#string(formatSignificant(value, 17));
  }

  bigNumber(text: string): void {
    if (this.#version === 3) this.#line('(', text);
    else this.#string(text);
  }

  verbatim(format: string, text: string): void {
    const bytes = Buffer.from(text).toString('latin1');
    if (this.#version === 3) this.#line('=', `${String(bytes.length + 4)}\r\n${format}:${bytes}`);
    else this.#string(bytes);
  }

  array(length: number): void {
    this.#line('*', String(length));
  }

  map(pairs: number): void {
    if (this.#version === 3) this.#line('%', String(pairs));
    else this.array(2 * pairs);
  }

  set(length: number): void {
    if (this.#version === 3) this.#line('~', String(length));
    else this.array(length);
  }

  #string(text: string): void {
    this.#line('$', `${String(text.length)}\r\n${text}`);
  }

  #line(type: string, text: string): void {
    this.text += `${type}${text}\r\n`;
  }
}
