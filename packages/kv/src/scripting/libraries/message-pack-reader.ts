import type { Lua } from '../machine/lua.js';

const TOO_MANY_VALUES = 'too many return values at once; use unpack_one or unpack_limit instead.';

/** Deeper would take more of the stack of JavaScript than there may be left. */
const MAX_NESTING = 1000;

const [MISSING, BAD] = ['Missing bytes in input.', 'Bad data format in input.'];

/** cmsgpack.unpack and its kin: values are pushed as they are read. */
export class MessagePackReader {
  readonly #lua: Lua;
  #at = 0;
  #end = 0;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  readonly unpack = (state: number): number => this.#unpack(state, 0, 0);

  /** One value, and the offset to go on from: -1 for the end. */
  readonly unpackOne = (state: number): number => {
    const offset = this.#optionalInteger(state, 2);
    this.#lua.api.lua_settop(state, 1);
    return this.#unpack(state, 1, offset);
  };

  /** So many values at most, after the offset to go on from. */
  readonly unpackLimit = (state: number): number => {
    const limit = Math.trunc(this.#lua.api.luaL_checknumber(state, 2));
    const offset = this.#optionalInteger(state, 3);
    this.#lua.api.lua_settop(state, 1);
    return this.#unpack(state, limit, offset);
  };

  #optionalInteger(state: number, argument: number): number {
    const { api } = this.#lua;
    return api.lua_type(state, argument) <= 0 ? 0 : Math.trunc(api.luaL_checknumber(state, argument));
  }

  #unpack(state: number, limit: number, offset: number): number {
    const { api } = this.#lua;
    const start = api.luaL_checklstring(state, 1, this.#lua.lengthPointer);
    const length = this.#lua.stringLength;
    if (offset < 0 || limit < 0) {
      this.#lua.raise(state, `Invalid request to unpack with offset of ${String(offset)} and limit of ${String(length)}.`);
    }
    if (offset > length) this.#lua.raise(state, `Start offset ${String(offset)} greater than input length ${String(length)}.`);
    this.#at = start + offset;
    this.#end = start + length;
    if (limit === 0 && offset === 0) return this.#values(state, Infinity);
    const count = this.#values(state, limit);
    api.lua_pushnumber(state, this.#at === this.#end ? -1 : this.#at - start);
    api.lua_insert(state, 2);
    return count + 1;
  }

  /** Pushes so many values, or those that there are, and returns their number. */
  #values(state: number, limit: number): number {
    let count = 0;
    for (; this.#at < this.#end && count < limit; count++) {
      this.#lua.api.luaL_checkstack(state, 1, this.#lua.constant(TOO_MANY_VALUES));
      this.#value(state, 0);
    }
    return count;
  }

  #value(state: number, depth: number): void {
    const { api } = this.#lua;
    const first = this.#lua.heap[this.#need(state, 1)]!;
    if (first < 0x80) api.lua_pushnumber(state, first);
    else if (first < 0x90) this.#map(state, first & 0x0f, depth);
    else if (first < 0xa0) this.#array(state, first & 0x0f, depth);
    else if (first < 0xc0) this.#string(state, first & 0x1f);
    else if (first >= 0xe0) api.lua_pushnumber(state, first - 0x100);
    else this.#typed(state, first, depth);
  }

  #typed(state: number, first: number, depth: number): void {
    const { api } = this.#lua;
    if (first === 0xc0) api.lua_pushnil(state);
    else if (first === 0xc2 || first === 0xc3) api.lua_pushboolean(state, first - 0xc2);
    else if (first >= 0xca && first <= 0xd3) api.lua_pushnumber(state, this.#number(state, first));
    else if (first >= 0xd9 && first <= 0xdb) this.#string(state, this.#length(state, 1 << (first - 0xd9)));
    else if (first === 0xdc || first === 0xdd) this.#array(state, this.#length(state, 2 << (first - 0xdc)), depth);
    else if (first === 0xde || first === 0xdf) this.#map(state, this.#length(state, 2 << (first - 0xde)), depth);
    else this.#lua.raise(state, BAD);
  }

  #number(state: number, first: number): number {
    const { heap } = this.#lua;
    switch (first) {
      case 0xca:
        return heap.readFloatBE(this.#need(state, 4));
      case 0xcb:
        return heap.readDoubleBE(this.#need(state, 8));
      case 0xcf:
      case 0xd3:
        // Also the unsigned ones: lua-cmsgpack reads both into the same type.
        return Number(heap.readBigInt64BE(this.#need(state, 8)));
      default:
        return first < 0xd0 ? this.#length(state, 1 << (first - 0xcc)) : this.#signed(state, 1 << (first - 0xd0));
    }
  }

  #length(state: number, bytes: number): number {
    return this.#lua.heap.readUIntBE(this.#need(state, bytes), bytes);
  }

  #signed(state: number, bytes: number): number {
    return this.#lua.heap.readIntBE(this.#need(state, bytes), bytes);
  }

  #string(state: number, length: number): void {
    this.#lua.api.lua_pushlstring(state, this.#need(state, length), length);
  }

  #array(state: number, length: number, depth: number): void {
    const { api } = this.#lua;
    this.#descend(state, depth, 2, 'in function mp_decode_to_lua_array');
    for (let index = 1; index <= length; index++) {
      this.#value(state, depth + 1);
      api.lua_rawseti(state, -2, index);
    }
  }

  #map(state: number, pairs: number, depth: number): void {
    const { api } = this.#lua;
    this.#descend(state, depth, 3, 'in function mp_decode_to_lua_hash');
    for (let index = 0; index < pairs; index++) {
      this.#value(state, depth + 1);
      this.#value(state, depth + 1);
      api.lua_settable(state, -3);
    }
  }

  /** Pushes a table, if there is room for it and its values. */
  #descend(state: number, depth: number, slots: number, message: string): void {
    const { api } = this.#lua;
    if (depth >= MAX_NESTING) this.#lua.raise(state, `stack overflow (${message})`);
    api.luaL_checkstack(state, slots, this.#lua.constant(message));
    api.lua_createtable(state, 0, 0);
  }

  /** Takes so many bytes, and says where they are. */
  #need(state: number, bytes: number): number {
    if (this.#end - this.#at < bytes) this.#lua.raise(state, MISSING);
    this.#at += bytes;
    return this.#at - bytes;
  }
}
