import type { Lua } from '../machine/lua.js';

/** What "!" alone asks for: the alignment of the longest type. */
const MAX_ALIGNMENT = 8;
const MAX_INTEGER_BYTES = 32;
const INT_BYTES = 4;
const MAX_INT = 2 ** 31 - 1;

const SIZES: Readonly<Record<string, number>> = { b: 1, B: 1, h: 2, H: 2, l: 8, L: 8, T: 8, f: 4, d: 8, x: 1 };

/** Reads the format of the struct library (https://www.inf.puc-rio.br/~roberto/struct/) option by option. */
export class StructFormat {
  /** The option that `next` read, and the size it gives; for "c" and "s" 0 is as long as the string. */
  option = '';
  size = 0;
  littleEndian = true;

  readonly #lua: Lua;
  #text = '';
  #at = 0;
  #alignment = 1;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  begin(text: string): void {
    this.#text = text.split('\0', 1)[0]!;
    this.#at = 0;
    this.#alignment = 1;
    this.littleEndian = true;
  }

  next(state: number): boolean {
    if (this.#at >= this.#text.length) return false;
    this.option = this.#text[this.#at++]!;
    this.size = this.#size(state);
    return true;
  }

  /** How many bytes to leave out before the option, after so many others. */
  padding(position: number): number {
    if (this.size === 0 || this.option === 'c') return 0;
    const size = Math.min(this.size, this.#alignment);
    return (size - (position & (size - 1))) & (size - 1);
  }

  /** Does what an option says that stands for no value; any other is a mistake. */
  control(state: number): void {
    if (this.option === '>') this.littleEndian = false;
    else if (this.option === '<') this.littleEndian = true;
    else if (this.option === '!') this.#align(state);
    else if (this.option !== ' ') this.#lua.raiseArgument(state, 1, `invalid format option '${this.option}'`);
  }

  #align(state: number): void {
    const alignment = this.#number(state, MAX_ALIGNMENT);
    const isPowerOf2 = alignment > 0 && (alignment & (alignment - 1)) === 0;
    if (!isPowerOf2) this.#lua.raise(state, `alignment ${String(alignment)} is not a power of 2`);
    this.#alignment = alignment;
  }

  #size(state: number): number {
    if (this.option === 'c') return this.#number(state, 1);
    if (this.option !== 'i' && this.option !== 'I') return SIZES[this.option] ?? 0;
    const size = this.#number(state, INT_BYTES);
    if (size > MAX_INTEGER_BYTES) {
      this.#lua.raise(state, `integral size ${String(size)} is larger than limit of ${String(MAX_INTEGER_BYTES)}`);
    }
    return size;
  }

  #number(state: number, otherwise: number): number {
    const digits = /^\d*/.exec(this.#text.slice(this.#at))![0];
    this.#at += digits.length;
    if (Number(digits) > MAX_INT) this.#lua.raise(state, 'integral size overflow');
    return digits === '' ? otherwise : Number(digits);
  }
}
