import type { Lua } from '../machine/lua.js';
import type { LuaFunction } from '../machine/lua-machine.js';

/** drand48 of POSIX computes x = (0x5deece66d x + 11) mod 2^48. Halves of 24 bits, for a product of them is exact in a double. */
const HALF = 2 ** 24;
const [MULTIPLIER_HIGH, MULTIPLIER_LOW] = [0x5de, 0xece66d];
const INCREMENT = 11;

/** Redis takes the remainder by this, and divides by it. */
const RANGE = 2 ** 31 - 1;

/**
 * math.random with the generator that Redis gives its scripts. A new server starts with the same numbers, and later scripts go
 * on where earlier ones ended, unless they call math.randomseed; also where a new machine has taken the place of another.
 */
export class Random {
  #high = 0x1234ab;
  #low = 0xcd330e;

  functions(lua: Lua): Readonly<Record<string, LuaFunction>> {
    return { random: (state) => this.#random(lua, state), randomseed: (state) => this.#seed(lua, state) };
  }

  #seed(lua: Lua, state: number): number {
    const seed = lua.api.luaL_checknumber(state, 1) | 0;
    this.#high = (seed >>> 8) & 0xffffff;
    this.#low = ((seed & 0xff) << 16) | 0x330e;
    return 0;
  }

  #random(lua: Lua, state: number): number {
    const { api } = lua;
    const fraction = this.#next();
    const count = api.lua_gettop(state);
    if (count > 2) lua.raise(state, 'wrong number of arguments');
    if (count === 0) api.lua_pushnumber(state, fraction);
    else api.lua_pushnumber(state, this.#between(lua, state, count, fraction));
    return 1;
  }

  #between(lua: Lua, state: number, count: number, fraction: number): number {
    const low = count === 1 ? 1 : lua.api.luaL_checknumber(state, 1) | 0;
    const high = lua.api.luaL_checknumber(state, count) | 0;
    if (low > high) lua.raiseArgument(state, count, 'interval is empty');
    return Math.floor(fraction * (high - low + 1)) + low;
  }

  #next(): number {
    const low = this.#low * MULTIPLIER_LOW + INCREMENT;
    const high = this.#high * MULTIPLIER_LOW + this.#low * MULTIPLIER_HIGH + Math.floor(low / HALF);
    this.#low = low % HALF;
    this.#high = high % HALF;
    return ((this.#high * 128 + Math.floor(this.#low / 2 ** 17)) % RANGE) / RANGE;
  }
}
