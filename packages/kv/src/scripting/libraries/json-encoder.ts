import { formatSignificant } from '../conversion/significant-digits.js';
import { LuaType } from '../machine/lua-api.js';
import type { Lua } from '../machine/lua.js';
import { ByteSink } from './byte-sink.js';
import { Invalid, Setting, type JsonSettings } from './json-settings.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const [DELETE, SLASH, FIRST_PRINTABLE] = [0x7f, 0x2f, 0x20];

/** How a byte is written in a string; undefined for as it is. The longest has six characters. */
const ESCAPES = escapes();
const LONGEST_ESCAPE = 6;

const MAX_INT = 2 ** 31 - 1;

const TYPE_NAMES = ['nil', 'boolean', 'userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread'];

/** cjson.encode. A table is an array if all its keys are numbers from 1 on, and not too many are missing. */
export class JsonEncoder {
  readonly #lua: Lua;
  readonly #settings: JsonSettings;
  readonly #sink = new ByteSink();

  constructor(lua: Lua, settings: JsonSettings) {
    this.#lua = lua;
    this.#settings = settings;
  }

  readonly encode = (state: number): number => {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1) this.#lua.raiseArgument(state, 1, 'expected 1 argument');
    this.#sink.clear();
    this.#value(state, 0);
    this.#lua.pushBytes(state, this.#sink.bytes, 0, this.#sink.length);
    return 1;
  };

  /** Writes the value on top of the stack, and leaves it there. */
  #value(state: number, depth: number): void {
    const { api } = this.#lua;
    const type = api.lua_type(state, -1);
    if (type === LuaType.STRING) this.#string(state, -1);
    else if (type === LuaType.NUMBER) this.#number(state, -1);
    else if (type === LuaType.TABLE) this.#table(state, depth + 1);
    else if (type === LuaType.BOOLEAN) this.#sink.text(api.lua_toboolean(state, -1) === 1 ? 'true' : 'false');
    else if (type === LuaType.NIL) this.#sink.text('null');
    else if (type === LuaType.LIGHT_USERDATA && api.lua_touserdata(state, -1) === 0) this.#sink.text('null');
    else this.#refuse(state, type, 'type not supported');
  }

  #table(state: number, depth: number): void {
    const { api } = this.#lua;
    const tooDeep = depth > this.#settings.get(state, Setting.ENCODE_DEPTH);
    if (tooDeep || api.lua_checkstack(state, 3) === 0) {
      this.#lua.raise(state, `Cannot serialise, excessive nesting (${String(depth)})`);
    }
    const length = this.#arrayLength(state);
    if (length > 0) this.#array(state, length, depth);
    else this.#object(state, depth);
  }

  /** The highest key of an array; 0 or less for what is none. */
  #arrayLength(state: number): number {
    const { api } = this.#lua;
    let [max, count] = [0, 0];
    api.lua_pushnil(state);
    while (api.lua_next(state, -2) !== 0) {
      this.#lua.pop(state);
      const key = api.lua_type(state, -1) === LuaType.NUMBER ? api.lua_tonumber(state, -1) : 0;
      if (!(key >= 1 && Math.floor(key) === key)) {
        this.#lua.pop(state);
        return 0;
      }
      // C casts the key to an int, and one that does not fit becomes the least.
      if (key > max) max = key > MAX_INT ? -MAX_INT - 1 : key;
      count++;
    }
    return this.#isSparse(state, max, count) ? 0 : max;
  }

  #isSparse(state: number, max: number, count: number): boolean {
    const ratio = this.#settings.get(state, Setting.SPARSE_RATIO);
    if (ratio === 0 || max <= count * ratio || max <= this.#settings.get(state, Setting.SPARSE_SAFE)) return false;
    if (this.#settings.get(state, Setting.SPARSE_CONVERT) === 0) this.#refuse(state, LuaType.TABLE, 'excessively sparse array');
    return true;
  }

  #array(state: number, length: number, depth: number): void {
    this.#sink.byte(BRACKET_OPEN);
    for (let index = 1; index <= length; index++) {
      if (index > 1) this.#sink.byte(COMMA);
      this.#lua.api.lua_rawgeti(state, -1, index);
      this.#value(state, depth);
      this.#lua.pop(state);
    }
    this.#sink.byte(BRACKET_CLOSE);
  }

  #object(state: number, depth: number): void {
    const { api } = this.#lua;
    this.#sink.byte(BRACE_OPEN);
    api.lua_pushnil(state);
    for (let first = true; api.lua_next(state, -2) !== 0; first = false) {
      if (!first) this.#sink.byte(COMMA);
      this.#key(state);
      this.#sink.byte(COLON);
      this.#value(state, depth);
      this.#lua.pop(state);
    }
    this.#sink.byte(BRACE_CLOSE);
  }

  #key(state: number): void {
    const type = this.#lua.api.lua_type(state, -2);
    if (type === LuaType.STRING) return this.#string(state, -2);
    if (type !== LuaType.NUMBER) this.#refuse(state, type, 'table key must be a number or string');
    this.#sink.byte(QUOTE);
    this.#number(state, -2);
    this.#sink.byte(QUOTE);
  }

  #string(state: number, index: number): void {
    const start = this.#lua.api.lua_tolstring(state, index, this.#lua.lengthPointer);
    const end = start + this.#lua.stringLength;
    this.#sink.reserve((end - start) * LONGEST_ESCAPE + 2);
    const { heap } = this.#lua;
    const { bytes } = this.#sink;
    let to = this.#sink.length;
    bytes[to++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = heap[at]!;
      const escape = ESCAPES[byte];
      if (escape === undefined) bytes[to++] = byte;
      else for (let character = 0; character < escape.length; character++) bytes[to++] = escape.charCodeAt(character);
    }
    bytes[to++] = QUOTE;
    this.#sink.length = to;
  }

  #number(state: number, index: number): void {
    const value = this.#lua.api.lua_tonumber(state, index);
    if (Number.isFinite(value)) this.#sink.text(formatSignificant(value, this.#settings.get(state, Setting.PRECISION)));
    else this.#invalidNumber(state, value);
  }

  #invalidNumber(state: number, value: number): void {
    const choice = this.#settings.get(state, Setting.ENCODE_INVALID);
    if (choice === Invalid.REFUSE) this.#refuse(state, LuaType.NUMBER, 'must not be NaN or Inf');
    else if (choice === Invalid.NULL) this.#sink.text('null');
    else this.#sink.text(Number.isNaN(value) ? 'nan' : formatSignificant(value, 1));
  }

  #refuse(state: number, type: number, reason: string): never {
    return this.#lua.raise(state, `Cannot serialise ${TYPE_NAMES[type] ?? 'userdata'}: ${reason}`);
  }
}

function escapes(): readonly (string | undefined)[] {
  const table = new Array<string | undefined>(256).fill(undefined);
  for (let byte = 0; byte < FIRST_PRINTABLE; byte++) table[byte] = `\\u${byte.toString(16).padStart(4, '0')}`;
  table[DELETE] = '\\u007f';
  for (const [index, name] of Array.from('btnfr').entries()) table['\b\t\n\f\r'.charCodeAt(index)] = `\\${name}`;
  for (const byte of [QUOTE, SLASH, BACKSLASH]) table[byte] = `\\${String.fromCharCode(byte)}`;
  return table;
}
