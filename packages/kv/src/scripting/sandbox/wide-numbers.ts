import type { Lua } from '../machine/lua.js';
import type { LuaFunction } from '../machine/lua-machine.js';

const [INT_LIMIT, LONG_LIMIT, UNSIGNED_LONG_LIMIT] = [2 ** 31, 2 ** 63, 2 ** 64];
const MIN_LONG = -(2n ** 63n);
const MAX_UNSIGNED_LONG = 2n ** 64n - 1n;

/** A conversion of string.format. */
const CONVERSION = /%([-+ #0]*)(\d*)(?:\.(\d*))?(.)/gs;

/** Lua refuses more. */
const [MAX_FLAGS, MAX_DIGITS] = [5, 2];

const RADIX: Readonly<Record<string, number>> = { d: 10, i: 10, u: 10, o: 8, x: 16, X: 16 };

/** A number in a base, as strtoul takes it; in the base 16 it may have a prefix. */
const BASED_NUMBER = /^\s*([-+]?)([\da-z]+)\s*$/i;
const HEXADECIMAL_NUMBER = /^\s*([-+]?)(?:0x(?=[\da-f]))?([\da-z]+)\s*$/i;

/**
 * string.format: Lua counts in C's long, which has 32 bits in WebAssembly and 64 in every Redis, and a timestamp in
 * milliseconds needs more than 32. Such numbers are made text here, and Lua gets them for a %s.
 */
export function wideFormat(lua: Lua, original: LuaFunction): LuaFunction {
  return (state) => {
    if (hasWideNumber(lua, state)) replaceWideNumbers(lua, state);
    return original(state);
  };
}

/** tonumber, which reads text in another base than ten as a long. */
export function wideToNumber(lua: Lua, original: LuaFunction): LuaFunction {
  const { api } = lua;
  return (state) => {
    const base = api.lua_gettop(state) > 1 ? api.lua_tonumber(state, 2) : 10;
    if (base === 10 || base < 2 || base > 36 || api.lua_isstring(state, 1) === 0) return original(state);
    const value = parse(lua.text(state, 1)!, Math.trunc(base));
    if (value === undefined) api.lua_pushnil(state);
    else api.lua_pushnumber(state, value);
    return 1;
  };
}

/** A negative number is wide where it is shown as an unsigned one. */
function hasWideNumber(lua: Lua, state: number): boolean {
  const { api } = lua;
  for (let index = api.lua_gettop(state); index > 1; index--) {
    if (api.lua_isnumber(state, index) === 0) continue;
    const value = api.lua_tonumber(state, index);
    if (!(value >= 0 && value < INT_LIMIT)) return true;
  }
  return false;
}

function replaceWideNumbers(lua: Lua, state: number): void {
  const { api } = lua;
  let argument = 1;
  const template = lua.text(state, 1);
  if (template === undefined) return;
  const rewritten = template.replaceAll(CONVERSION, (all: string, flags: string, width: string, precision: string | undefined, letter: string) => {
    if (all === '%%') return all;
    argument++;
    const tooLong = flags.length > MAX_FLAGS || width.length > MAX_DIGITS || (precision?.length ?? 0) > MAX_DIGITS;
    if (tooLong || RADIX[letter] === undefined || api.lua_isnumber(state, argument) === 0) return all;
    lua.pushText(state, padded(integerOf(api.lua_tonumber(state, argument)), { letter, flags, width: Number(width), precision }));
    api.lua_replace(state, argument);
    return '%s';
  });
  lua.pushText(state, rewritten);
  api.lua_replace(state, 1);
}

/** What a cast to a 64-bit integer makes of a number. */
function integerOf(value: number): bigint {
  return value >= -LONG_LIMIT && value < UNSIGNED_LONG_LIMIT ? BigInt(Math.trunc(value)) : MIN_LONG;
}

interface Layout {
  readonly letter: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: string | undefined;
}

function padded(value: bigint, { letter, flags, width, precision }: Layout): string {
  const signed = letter === 'd' || letter === 'i';
  const number = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  const digits = (number < 0n ? -number : number).toString(RADIX[letter]).padStart(Number(precision ?? 1), '0');
  const prefix = signed ? sign(number, flags) : radixPrefix(letter, flags);
  const zeros = flags.includes('0') && !flags.includes('-') && precision === undefined;
  const text = prefix + (zeros ? digits.padStart(width - prefix.length, '0') : digits);
  const placed = flags.includes('-') ? text.padEnd(width) : text.padStart(width);
  return letter === 'X' ? placed.toUpperCase() : placed;
}

function sign(number: bigint, flags: string): string {
  if (number < 0n) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function radixPrefix(letter: string, flags: string): string {
  if (!flags.includes('#') || letter === 'u') return '';
  return letter === 'o' ? '0' : '0x';
}

/** Undefined where the text is not such a number. A negative one wraps around, as in C. */
function parse(text: string, base: number): number | undefined {
  const [, minus, digits] = (base === 16 ? HEXADECIMAL_NUMBER : BASED_NUMBER).exec(text) ?? [];
  if (digits === undefined) return undefined;
  let value = 0n;
  for (const digit of digits) {
    const number = Number.parseInt(digit, base);
    if (Number.isNaN(number)) return undefined;
    value = value * BigInt(base) + BigInt(number);
  }
  if (value > MAX_UNSIGNED_LONG) return Number(MAX_UNSIGNED_LONG);
  return Number(minus === '-' ? BigInt.asUintN(64, -value) : value);
}
