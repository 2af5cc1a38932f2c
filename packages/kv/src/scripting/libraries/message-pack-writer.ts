import { LuaType } from '../machine/lua-api.js';
import type { Lua } from '../machine/lua.js';
import { ByteSink } from './byte-sink.js';

/** Tables within tables deeper than this are written as nil, as one that contains itself ends somewhere. */
const MAX_NESTING = 16;

const LONG_LIMIT = 2 ** 63;

/** The first bytes of https://github.com/msgpack/msgpack/blob/master/spec.md. */
const [NIL, FALSE, TRUE, FLOAT, DOUBLE] = [0xc0, 0xc2, 0xc3, 0xca, 0xcb];
const [UINT_8, UINT_16, UINT_32, UINT_64, INT_8, INT_16, INT_32, INT_64] = [0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3];
const [FIXED_STRING, STRING_8, STRING_16, STRING_32] = [0xa0, 0xd9, 0xda, 0xdb];
const [FIXED_ARRAY, ARRAY_16, ARRAY_32] = [0x90, 0xdc, 0xdd];
const [FIXED_MAP, MAP_16, MAP_32] = [0x80, 0xde, 0xdf];

/** The NaN that 0/0 is on the processors Redis runs on. */
const NOT_A_NUMBER = 0xfff8_0000_0000_0000n;

/** cmsgpack.pack: one value after the other. */
export class MessagePackWriter {
  readonly #lua: Lua;
  readonly #sink = new ByteSink();

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  readonly pack = (state: number): number => {
    const { api } = this.#lua;
    const count = api.lua_gettop(state);
    if (count === 0) this.#lua.raiseArgument(state, 0, 'MessagePack pack needs input.');
    if (api.lua_checkstack(state, 1) === 0) this.#lua.raiseArgument(state, 0, 'Too many arguments for MessagePack pack.');
    this.#sink.clear();
    for (let index = 1; index <= count; index++) {
      api.lua_pushvalue(state, index);
      this.#value(state, 0);
    }
    this.#lua.pushBytes(state, this.#sink.bytes, 0, this.#sink.length);
    return 1;
  };

  /** Writes the value on top of the stack, and takes it away. */
  #value(state: number, level: number): void {
    const { api } = this.#lua;
    const type = api.lua_type(state, -1);
    if (type === LuaType.STRING) this.#string(state);
    else if (type === LuaType.NUMBER) this.#number(api.lua_tonumber(state, -1));
    else if (type === LuaType.BOOLEAN) this.#sink.byte(api.lua_toboolean(state, -1) === 1 ? TRUE : FALSE);
    else if (type === LuaType.TABLE && level < MAX_NESTING) this.#table(state, level);
    else this.#sink.byte(NIL);
    this.#lua.pop(state);
  }

  #table(state: number, level: number): void {
    const { api } = this.#lua;
    if (api.lua_checkstack(state, 4) === 0) this.#lua.raise(state, 'stack overflow');
    const length = this.#arrayLength(state);
    if (length < 0) return this.#map(state, level);
    this.#head(length, FIXED_ARRAY, ARRAY_16, ARRAY_32);
    for (let index = 1; index <= length; index++) {
      api.lua_rawgeti(state, -1, index);
      this.#value(state, level + 1);
    }
  }

  #map(state: number, level: number): void {
    const { api } = this.#lua;
    let pairs = 0;
    api.lua_pushnil(state);
    for (; api.lua_next(state, -2) !== 0; pairs++) this.#lua.pop(state);
    this.#head(pairs, FIXED_MAP, MAP_16, MAP_32);
    api.lua_pushnil(state);
    while (api.lua_next(state, -2) !== 0) {
      api.lua_pushvalue(state, -2);
      this.#value(state, level + 1);
      this.#value(state, level + 1);
    }
  }

  /** How long an array is whose keys are 1 to this, each once; -1 for any other table. */
  #arrayLength(state: number): number {
    const { api } = this.#lua;
    let [max, count] = [0, 0];
    api.lua_pushnil(state);
    for (; api.lua_next(state, -2) !== 0; count++) {
      this.#lua.pop(state);
      const key = api.lua_type(state, -1) === LuaType.NUMBER ? api.lua_tonumber(state, -1) : 0;
      if (!(key > 0 && Number.isInteger(key))) {
        this.#lua.pop(state);
        return -1;
      }
      max = Math.max(max, key);
    }
    return max === count ? max : -1;
  }

  #head(length: number, fixed: number, short: number, long: number): void {
    if (length <= 15) this.#sink.byte(fixed | length);
    else this.#sized(length, length <= 0xffff ? short : long, length <= 0xffff ? 2 : 4);
  }

  #sized(value: number, first: number, bytes: number): void {
    this.#sink.byte(first);
    this.#sink.bigEndian(value, bytes);
  }

  #string(state: number): void {
    const start = this.#lua.api.lua_tolstring(state, -1, this.#lua.lengthPointer);
    const length = this.#lua.stringLength;
    if (length < 32) this.#sink.byte(FIXED_STRING | length);
    else if (length <= 0xff) this.#sized(length, STRING_8, 1);
    else if (length <= 0xffff) this.#sized(length, STRING_16, 2);
    else this.#sized(length, STRING_32, 4);
    this.#sink.range(this.#lua.heap, start, start + length);
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value >= -LONG_LIMIT && value < LONG_LIMIT) this.#integer(value);
    else if (Math.fround(value) === value) this.#float(value);
    else this.#double(value);
  }

  #integer(value: number): void {
    if (value < 0) this.#negative(value);
    else if (value <= 0x7f) this.#sink.byte(value);
    else if (value <= 0xff) this.#sized(value, UINT_8, 1);
    else if (value <= 0xffff) this.#sized(value, UINT_16, 2);
    else if (value <= 0xffff_ffff) this.#sized(value, UINT_32, 4);
    else this.#long(value, UINT_64);
  }

  #negative(value: number): void {
    if (value >= -32) this.#sink.byte(value & 0xff);
    else if (value >= -0x80) this.#sized(value & 0xff, INT_8, 1);
    else if (value >= -0x8000) this.#sized(value & 0xffff, INT_16, 2);
    else if (value >= -0x8000_0000) this.#sized(value >>> 0, INT_32, 4);
    else this.#long(value, INT_64);
  }

  #long(value: number, first: number): void {
    this.#sink.byte(first);
    this.#sink.long(BigInt(value));
  }

  #float(value: number): void {
    this.#sink.byte(FLOAT);
    this.#sink.float(value);
  }

  #double(value: number): void {
    this.#sink.byte(DOUBLE);
    if (Number.isNaN(value)) this.#sink.long(NOT_A_NUMBER);
    else this.#sink.double(value);
  }
}
