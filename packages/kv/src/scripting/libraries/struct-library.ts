import type { Library } from '../machine/library.js';
import type { Lua } from '../machine/lua.js';
import { ByteSink } from './byte-sink.js';
import { StructFormat } from './struct-format.js';

const [LONG_LIMIT, UNSIGNED_LONG_LIMIT] = [2 ** 63, 2 ** 64];
const LONG_BITS = 64;

/** The table "struct". Numbers of more than eight bytes have zeros in the others, as in C. */
export function structLibrary(lua: Lua): Library {
  const library = new StructLibrary(lua);
  return { pack: (state) => library.pack(state), unpack: (state) => library.unpack(state), size: (state) => library.size(state) };
}

class StructLibrary {
  readonly #lua: Lua;
  readonly #format: StructFormat;
  readonly #sink = new ByteSink();

  constructor(lua: Lua) {
    this.#lua = lua;
    this.#format = new StructFormat(lua);
  }

  pack(state: number): number {
    const format = this.#begin(state);
    this.#sink.clear();
    // Where an argument is missing there is a nil, which the error then names.
    this.#lua.api.lua_pushnil(state);
    for (let argument = 2; format.next(state); ) {
      for (let padding = format.padding(this.#sink.length); padding > 0; padding--) this.#sink.byte(0);
      if (this.#packValue(state, argument)) argument++;
    }
    this.#lua.pushBytes(state, this.#sink.bytes, 0, this.#sink.length);
    return 1;
  }

  unpack(state: number): number {
    const { api } = this.#lua;
    const format = this.#begin(state);
    const start = api.luaL_checklstring(state, 2, this.#lua.lengthPointer);
    const length = this.#lua.stringLength;
    const offset = api.lua_type(state, 3) <= 0 ? 1 : Math.trunc(api.luaL_checknumber(state, 3));
    if (offset === 0) this.#lua.raiseArgument(state, 3, 'offset must be 1 or greater');
    let position = offset < 0 ? Infinity : offset - 1;
    api.lua_settop(state, 2);
    while (format.next(state)) {
      if (position !== Infinity) position += format.padding(position);
      this.#needBytes(state, format.size, position, length);
      api.luaL_checkstack(state, 2, this.#lua.constant('too many results'));
      position += this.#unpackValue(state, start, position, length);
    }
    api.lua_pushnumber(state, position + 1);
    return api.lua_gettop(state) - 2;
  }

  size(state: number): number {
    const format = this.#begin(state);
    let size = 0;
    while (format.next(state)) {
      size += format.padding(size);
      if (format.option === 's') this.#lua.raiseArgument(state, 1, "option 's' has no fixed size");
      if (format.option === 'c' && format.size === 0) this.#lua.raiseArgument(state, 1, "option 'c0' has no fixed size");
      if (!/[a-z\d]/i.test(format.option)) format.control(state);
      size += format.size;
    }
    this.#lua.api.lua_pushnumber(state, size);
    return 1;
  }

  #begin(state: number): StructFormat {
    this.#lua.api.luaL_checklstring(state, 1, 0);
    this.#format.begin(this.#lua.text(state, 1)!);
    return this.#format;
  }

  /** Whether the option took the argument. */
  #packValue(state: number, argument: number): boolean {
    const { option } = this.#format;
    if ('bBhHlLTiI'.includes(option)) this.#packInteger(this.#lua.api.luaL_checknumber(state, argument));
    else if (option === 'f' || option === 'd') this.#packFloat(this.#lua.api.luaL_checknumber(state, argument));
    else if (option === 'c' || option === 's') this.#packString(state, argument);
    else if (option === 'x') this.#sink.byte(0);
    else this.#format.control(state);
    return 'bBhHlLTiIfdcs'.includes(option);
  }

  #packInteger(value: number): void {
    const { size, littleEndian } = this.#format;
    const bits = unsignedLong(value);
    for (let index = 0; index < size; index++) {
      const shift = 8n * BigInt(littleEndian ? index : size - 1 - index);
      this.#sink.byte(Number((bits >> shift) & 0xffn));
    }
  }

  #packFloat(value: number): void {
    const { size, littleEndian } = this.#format;
    if (size === 4) this.#sink.float(value);
    else this.#sink.double(value);
    if (littleEndian) this.#sink.bytes.subarray(this.#sink.length - size, this.#sink.length).reverse();
  }

  #packString(state: number, argument: number): void {
    const start = this.#lua.api.luaL_checklstring(state, argument, this.#lua.lengthPointer);
    const length = this.#lua.stringLength;
    const size = this.#format.size === 0 ? length : this.#format.size;
    if (length < size) this.#lua.raiseArgument(state, argument + 1, 'string too short');
    this.#sink.range(this.#lua.heap, start, start + size);
    if (this.#format.option === 's') this.#sink.byte(0);
  }

  /** Pushes what the option stands for, and returns how many bytes it took. */
  #unpackValue(state: number, start: number, position: number, length: number): number {
    const { api } = this.#lua;
    const { option, size } = this.#format;
    const at = start + position;
    if (option === 's') return this.#unpackString(state, at, start + length);
    if (option === 'c') return this.#unpackCharacters(state, start, position, length);
    if ('bBhHlLTiI'.includes(option)) api.lua_pushnumber(state, this.#integerAt(at));
    else if (option === 'f' || option === 'd') api.lua_pushnumber(state, this.#floatAt(at));
    else if (option !== 'x') this.#format.control(state);
    return size;
  }

  #unpackString(state: number, at: number, end: number): number {
    const zero = this.#lua.heap.indexOf(0, at);
    if (zero >= end) this.#lua.raise(state, 'unfinished string in data');
    this.#lua.api.lua_pushlstring(state, at, zero - at);
    return zero - at + 1;
  }

  /** "c0" takes the number before it for its size. */
  #unpackCharacters(state: number, start: number, position: number, length: number): number {
    const { api } = this.#lua;
    let { size } = this.#format;
    if (size === 0) {
      if (api.lua_gettop(state) === 2 || api.lua_isnumber(state, -1) === 0) this.#lua.raise(state, "format 'c0' needs a previous size");
      const wanted = api.lua_tonumber(state, -1);
      size = wanted < 0 ? Infinity : Math.trunc(wanted);
      this.#lua.pop(state);
      this.#needBytes(state, size, position, length);
    }
    api.lua_pushlstring(state, start + position, size);
    return size;
  }

  #needBytes(state: number, size: number, position: number, length: number): void {
    if (!(position + size <= length)) this.#lua.raiseArgument(state, 2, 'data string too short');
  }

  #integerAt(at: number): number {
    const { size, littleEndian, option } = this.#format;
    const bytes = this.#lua.heap.subarray(at, at + size);
    let bits = 0n;
    for (let index = 0; index < size; index++) bits = (bits << 8n) | BigInt(bytes[littleEndian ? size - 1 - index : index]!);
    bits = BigInt.asUintN(LONG_BITS, bits);
    if (option === option.toUpperCase()) return Number(bits);
    return Number(BigInt.asIntN(size === 0 ? LONG_BITS : Math.min(8 * size, LONG_BITS), bits));
  }

  #floatAt(at: number): number {
    const { heap } = this.#lua;
    const { size, littleEndian } = this.#format;
    if (size === 4) return littleEndian ? heap.readFloatLE(at) : heap.readFloatBE(at);
    return littleEndian ? heap.readDoubleLE(at) : heap.readDoubleBE(at);
  }
}

/** What C's casts make of a number: of a negative one through a signed long, of one that is too large 0. */
function unsignedLong(value: number): bigint {
  if (value < 0) return BigInt.asUintN(LONG_BITS, value >= -LONG_LIMIT ? BigInt(Math.trunc(value)) : BigInt(-LONG_LIMIT));
  return value < UNSIGNED_LONG_LIMIT ? BigInt(Math.trunc(value)) : 0n;
}
