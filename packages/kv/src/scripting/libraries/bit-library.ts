import { LuaType } from '../machine/lua-api.js';
import type { Library } from '../machine/library.js';
import type { LuaFunction } from '../machine/lua-machine.js';
import type { Lua } from '../machine/lua.js';

/** Added to a double, it leaves the number's last 32 bits at the end: so LuaBitOp (https://bitop.luajit.org/semantics.html) rounds. */
const ALIGNING = 2 ** 52 + 2 ** 51;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
const HEX_DIGITS = 8;

/** The operations of LuaBitOp, on signed numbers of 32 bits. */
export function bitLibrary(lua: Lua): Library {
  const { api } = lua;
  const argument = (state: number, index: number): number => {
    double[0] = api.luaL_checknumber(state, index) + ALIGNING;
    return halves[0]!;
  };
  const unary = (operation: (a: number) => number): LuaFunction => (state) => push(lua, state, operation(argument(state, 1)));
  const binary = (operation: (a: number, b: number) => number): LuaFunction => {
    return (state) => push(lua, state, operation(argument(state, 1), argument(state, 2) & 31));
  };
  const fold = (operation: (a: number, b: number) => number): LuaFunction => {
    return (state) => {
      let bits = argument(state, 1);
      for (let index = api.lua_gettop(state); index > 1; index--) bits = operation(bits, argument(state, index));
      return push(lua, state, bits);
    };
  };
  return {
    tobit: unary((a) => a),
    bnot: unary((a) => ~a),
    bswap: unary((a) => (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24)),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: binary((a, b) => a << b),
    rshift: binary((a, b) => a >>> b),
    arshift: binary((a, b) => a >> b),
    rol: binary((a, b) => (a << b) | (a >>> (32 - b))),
    ror: binary((a, b) => (a >>> b) | (a << (32 - b))),
    tohex: (state) => {
      const bits = argument(state, 1);
      const digits = api.lua_type(state, 2) === LuaType.NONE ? HEX_DIGITS : argument(state, 2);
      lua.pushText(state, hexadecimal(bits, digits));
      return 1;
    },
  };
}

function push(lua: Lua, state: number, bits: number): number {
  lua.api.lua_pushnumber(state, bits | 0);
  return 1;
}

/** A negative count of digits asks for capitals. */
function hexadecimal(bits: number, digits: number): string {
  const text = (bits >>> 0).toString(16).padStart(HEX_DIGITS, '0');
  const shown = text.slice(HEX_DIGITS - Math.min(Math.abs(digits), HEX_DIGITS));
  return digits < 0 ? shown.toUpperCase() : shown;
}
