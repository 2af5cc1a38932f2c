import type { Lua } from '../machine/lua.js';
import { ByteSink } from './byte-sink.js';

/** The tokens of JSON, by the names that lua-cjson's errors give them. */
export const Token = {
  OBJECT_BEGIN: 'T_OBJ_BEGIN',
  OBJECT_END: 'T_OBJ_END',
  ARRAY_BEGIN: 'T_ARR_BEGIN',
  ARRAY_END: 'T_ARR_END',
  STRING: 'T_STRING',
  NUMBER: 'T_NUMBER',
  BOOLEAN: 'T_BOOLEAN',
  NULL: 'T_NULL',
  COLON: 'T_COLON',
  COMMA: 'T_COMMA',
  END: 'T_END',
  ERROR: 'T_ERROR',
} as const;
export type TokenName = (typeof Token)[keyof typeof Token];

const SIGNS: Readonly<Record<string, TokenName>> = {
  '{': Token.OBJECT_BEGIN,
  '}': Token.OBJECT_END,
  '[': Token.ARRAY_BEGIN,
  ']': Token.ARRAY_END,
  ':': Token.COLON,
  ',': Token.COMMA,
};
const SIGN_BY_BYTE = Array.from({ length: 256 }, (_, byte) => SIGNS[String.fromCharCode(byte)]);

const [QUOTE, BACKSLASH, MINUS, ZERO, NINE, SPACE, LETTER_U] = [0x22, 0x5c, 0x2d, 0x30, 0x39, 0x20, 0x75];
const WHITE_SPACE = new Set([SPACE, 0x09, 0x0a, 0x0d]);
const ESCAPED = new Map(Array.from('"\\/bfnrt', (letter, index) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(index)]));

/** The longest start of a text that C's strtod takes for a number. */
const DECIMAL = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/iy;
const HEXADECIMAL = /([-+]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([-+]?\d+))?/iy;
const WORD_NUMBER = /([-+]?)(inf(?:inity)?|nan(?:\(\w*\))?)/iy;
const INVALID_WORD = /-?(?:inf|nan)/iy;
const INVALID_DIGITS = /\+|-?0[x\d]/iy;

/** The characters of a number that are looked at, and no more: what follows a long one is part of it, for all that matters. */
const NUMBER_WINDOW_BYTES = 1100;

/** Cuts a JSON text that lies in the machine's memory into tokens. */
export class JsonLexer {
  /** Where the next token is looked for, and where the latest began; both in the machine's memory. */
  at = 0;
  tokenStart = 0;

  /** What the latest token means: a number or a boolean, the range of a string, the words for an error. */
  number = 0;
  reason = '';
  stringStart = 0;
  stringEnd = 0;

  /** Set if the string has escapes, and so is in `unescaped` and not in the machine's memory. */
  hasEscapes = false;
  readonly unescaped = new ByteSink();

  readonly #lua: Lua;
  #end = 0;
  #acceptsInvalid = true;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  /** A Lua string has a zero byte behind its end, so nothing is read that is not there. */
  begin(start: number, length: number, acceptsInvalidNumbers: boolean): void {
    this.at = start;
    this.#end = start + length;
    this.#acceptsInvalid = acceptsInvalidNumbers;
  }

  next(): TokenName {
    const { heap } = this.#lua;
    while (WHITE_SPACE.has(heap[this.at]!)) this.at++;
    this.tokenStart = this.at;
    const byte = heap[this.at]!;
    const sign = SIGN_BY_BYTE[byte];
    if (sign !== undefined) {
      this.at++;
      return sign;
    }
    if (byte === QUOTE) return this.#string();
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return this.#number();
    if (byte === 0) return Token.END;
    return this.#word();
  }

  #number(): TokenName {
    const { heap } = this.#lua;
    let [at, value] = [this.at, 0];
    for (; isDigit(heap[at]!); at++) value = 10 * value + heap[at]! - ZERO;
    const isPlain = at > this.at && at - this.at <= 15 && !CONTINUES_NUMBER.has(heap[at]!) && (heap[this.at] !== ZERO || at === this.at + 1);
    if (!isPlain) return this.#unusualNumber();
    this.at = at;
    this.number = value;
    return Token.NUMBER;
  }

  #unusualNumber(): TokenName {
    const text = this.#lua.heap.toString('latin1', this.at, Math.min(this.at + NUMBER_WINDOW_BYTES, this.#end));
    if (!this.#acceptsInvalid && isInvalid(text)) return this.#error('invalid number');
    const length = this.#parse(text);
    if (length === 0) return this.#error('invalid number');
    this.at += length;
    return Token.NUMBER;
  }

  #word(): TokenName {
    const text = this.#lua.heap.toString('latin1', this.at, Math.min(this.at + 12, this.#end));
    for (const [word, token, value] of WORDS) {
      if (!text.startsWith(word)) continue;
      this.at += word.length;
      this.number = value;
      return token;
    }
    return this.#acceptsInvalid && isInvalid(text) ? this.#unusualNumber() : this.#error('invalid token');
  }

  /** Sets the number that a text starts with, and returns its length. */
  #parse(text: string): number {
    HEXADECIMAL.lastIndex = 0;
    DECIMAL.lastIndex = 0;
    WORD_NUMBER.lastIndex = 0;
    const hexadecimal = HEXADECIMAL.exec(text);
    if (hexadecimal !== null && (hexadecimal[2] !== '' || (hexadecimal[3] ?? '') !== '')) {
      this.number = hexadecimalValue(hexadecimal);
      return hexadecimal[0].length;
    }
    const match = DECIMAL.exec(text) ?? WORD_NUMBER.exec(text);
    if (match === null) return 0;
    this.number = match[2] === undefined ? Number(match[0]) : wordValue(match[1]!, match[2]);
    return match[0].length;
  }

  #string(): TokenName {
    const { heap } = this.#lua;
    this.stringStart = ++this.at;
    this.hasEscapes = false;
    for (;;) {
      const byte = heap[this.at]!;
      if (byte === QUOTE) break;
      if (byte === 0) return this.#error('unexpected end of string');
      if (byte === BACKSLASH) return this.#stringWithEscapes();
      this.at++;
    }
    this.stringEnd = this.at++;
    return Token.STRING;
  }

  #stringWithEscapes(): TokenName {
    const { heap } = this.#lua;
    this.hasEscapes = true;
    this.unescaped.clear();
    this.unescaped.range(heap, this.stringStart, this.at);
    for (let byte = heap[this.at]!; byte !== QUOTE; byte = heap[this.at]!) {
      if (byte === 0) return this.#error('unexpected end of string');
      const mistake = byte === BACKSLASH ? this.#escape() : this.#plainByte(byte);
      if (mistake !== undefined) return this.#error(mistake);
    }
    this.at++;
    return Token.STRING;
  }

  #plainByte(byte: number): undefined {
    this.unescaped.byte(byte);
    this.at++;
  }

  #escape(): string | undefined {
    const letter = this.#lua.heap[this.at + 1]!;
    if (letter === LETTER_U) return this.#unicode() ? undefined : 'invalid unicode escape code';
    const byte = ESCAPED.get(letter);
    if (byte === undefined) return 'invalid escape code';
    this.unescaped.byte(byte);
    this.at += 2;
    return undefined;
  }

  /** A code of four digits, or the two halves of a pair; as UTF-8. */
  #unicode(): boolean {
    const code = this.#codeAt(this.at);
    if (code < 0 || (code & 0xfc00) === 0xdc00) return false;
    if ((code & 0xfc00) !== 0xd800) return this.#append(code, 6);
    const low = this.#codeAt(this.at + 6);
    return (low & 0xfc00) === 0xdc00 && low >= 0 && this.#append(0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff), 12);
  }

  #append(code: number, length: number): boolean {
    const bytes = Buffer.from(String.fromCodePoint(code));
    this.unescaped.range(bytes, 0, bytes.length);
    this.at += length;
    return true;
  }

  #codeAt(at: number): number {
    const text = this.#lua.heap.toString('latin1', at, at + 6);
    return /^\\u[\da-f]{4}$/i.test(text) ? Number.parseInt(text.slice(2), 16) : -1;
  }

  #error(reason: string): TokenName {
    this.tokenStart = this.at;
    this.reason = reason;
    return Token.ERROR;
  }
}

const WORDS = [
  ['true', Token.BOOLEAN, 1],
  ['false', Token.BOOLEAN, 0],
  ['null', Token.NULL, 0],
] as const;

/** What after digits makes them a number of another kind: a point, an exponent, the x of hexadecimal. */
const CONTINUES_NUMBER = new Set(Array.from('.eExX', (character) => character.charCodeAt(0)));

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Numbers that are none in JSON: with a plus, a leading zero, hexadecimal, and words. */
function isInvalid(text: string): boolean {
  INVALID_DIGITS.lastIndex = 0;
  INVALID_WORD.lastIndex = 0;
  return INVALID_DIGITS.test(text) || INVALID_WORD.test(text);
}

function wordValue(sign: string, word: string): number {
  if (word.toLowerCase().startsWith('nan')) return Number.NaN;
  return sign === '-' ? -Infinity : Infinity;
}

function hexadecimalValue([, sign, digits, fraction = '', exponent = '0']: RegExpExecArray): number {
  const mantissa = Number(BigInt(`0x0${digits!}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}
