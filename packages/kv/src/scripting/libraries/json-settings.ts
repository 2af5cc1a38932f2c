import type { Lua } from '../machine/lua.js';
import { LuaType } from '../machine/lua-api.js';

/** Where a setting lies in the block of memory that a cjson table has, in words. */
export const Setting = {
  SPARSE_CONVERT: 0,
  SPARSE_RATIO: 1,
  SPARSE_SAFE: 2,
  ENCODE_DEPTH: 3,
  DECODE_DEPTH: 4,
  PRECISION: 5,
  KEEP_BUFFER: 6,
  ENCODE_INVALID: 7,
  DECODE_INVALID: 8,
} as const;

const DEFAULTS = [0, 2, 10, 1000, 1000, 14, 1, 0, 1];
const WORD_BYTES = 4;
const MAX_INT = 2 ** 31 - 1;
const MAX_PRECISION = 14;

/** What encode_invalid_numbers does: raise an error, write them as they are, or write null. */
export const Invalid = { REFUSE: 0, WRITE: 1, NULL: 2 } as const;

/** The pseudo-index of a function's first upvalue: the settings of the cjson table that it belongs to. */
export const SETTINGS_UPVALUE = -10_003;

/** The settings of lua-cjson, in a userdata that all functions of one cjson table share and that Lua frees with them. */
export class JsonSettings {
  readonly #lua: Lua;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  /** Pushes a new block with the defaults. */
  push(state: number): void {
    const pointer = this.#lua.api.lua_newuserdata(state, DEFAULTS.length * WORD_BYTES);
    this.#lua.words.set(DEFAULTS, pointer / WORD_BYTES);
  }

  /** A setting of the function that runs. */
  get(state: number, setting: number): number {
    return this.#lua.words[this.#lua.api.lua_touserdata(state, SETTINGS_UPVALUE) / WORD_BYTES + setting]!;
  }

  /** The function that sets, if it has an argument, and returns the setting. */
  readonly encodeMaxDepth = (state: number): number => this.#oneInteger(state, Setting.ENCODE_DEPTH, MAX_INT);
  readonly decodeMaxDepth = (state: number): number => this.#oneInteger(state, Setting.DECODE_DEPTH, MAX_INT);
  readonly encodeNumberPrecision = (state: number): number => this.#oneInteger(state, Setting.PRECISION, MAX_PRECISION);
  readonly encodeKeepBuffer = (state: number): number => this.#oneChoice(state, Setting.KEEP_BUFFER, ['off', 'on']);
  readonly encodeInvalidNumbers = (state: number): number => this.#oneChoice(state, Setting.ENCODE_INVALID, ['off', 'on', 'null']);
  readonly decodeInvalidNumbers = (state: number): number => this.#oneChoice(state, Setting.DECODE_INVALID, ['off', 'on']);

  readonly encodeSparseArray = (state: number): number => {
    this.#takeArguments(state, 3);
    this.#choice(state, 1, Setting.SPARSE_CONVERT, ['off', 'on']);
    this.#integer(state, 2, Setting.SPARSE_RATIO, 0, MAX_INT);
    this.#integer(state, 3, Setting.SPARSE_SAFE, 0, MAX_INT);
    return 3;
  };

  #oneInteger(state: number, setting: number, max: number): number {
    this.#takeArguments(state, 1);
    return this.#integer(state, 1, setting, 1, max);
  }

  #oneChoice(state: number, setting: number, choices: readonly string[]): number {
    this.#takeArguments(state, 1);
    return this.#choice(state, 1, setting, choices);
  }

  #takeArguments(state: number, count: number): void {
    const { api } = this.#lua;
    if (api.lua_gettop(state) > count) this.#lua.raiseArgument(state, count + 1, 'found too many arguments');
    api.lua_settop(state, count);
  }

  #integer(state: number, argument: number, setting: number, min: number, max: number): number {
    const { api } = this.#lua;
    if (api.lua_type(state, argument) !== LuaType.NIL) {
      const value = Math.trunc(api.luaL_checknumber(state, argument));
      if (!(value >= min && value <= max)) {
        this.#lua.raiseArgument(state, 1, `expected integer between ${String(min)} and ${String(max)}`);
      }
      this.#set(state, setting, value);
    }
    api.lua_pushnumber(state, this.get(state, setting));
    return 1;
  }

  /** The first two choices can be said, and are said, as false and true. */
  #choice(state: number, argument: number, setting: number, choices: readonly string[]): number {
    const { api } = this.#lua;
    const type = api.lua_type(state, argument);
    if (type === LuaType.BOOLEAN) this.#set(state, setting, api.lua_toboolean(state, argument));
    else if (type !== LuaType.NIL) this.#set(state, setting, this.#namedChoice(state, argument, choices));
    const value = this.get(state, setting);
    if (value > 1) this.#lua.pushText(state, choices[value]!);
    else api.lua_pushboolean(state, value);
    return 1;
  }

  #namedChoice(state: number, argument: number, choices: readonly string[]): number {
    this.#lua.api.luaL_checklstring(state, argument, 0);
    const name = this.#lua.text(state, argument)!;
    const index = choices.indexOf(name);
    if (index < 0) this.#lua.raiseArgument(state, argument, `invalid option '${name}'`);
    return index;
  }

  #set(state: number, setting: number, value: number): void {
    this.#lua.words[this.#lua.api.lua_touserdata(state, SETTINGS_UPVALUE) / WORD_BYTES + setting] = value;
  }
}
