import { LuaType, REGISTRY } from '../machine/lua-api.js';
import type { Lua } from '../machine/lua.js';
import type { LuaFunction } from '../machine/lua-machine.js';

const REFUSAL = 'Attempt to modify a readonly table';

/**
 * Tables that scripts can read but not change. Redis patches its Lua for that; here a script sees an empty table, the view,
 * whose metatable leads to the real one. The functions of Lua that look past metatables are wrapped, so that the view looks
 * full to them and can be filled by none: nothing that one script does may be seen by the next.
 */
export class ProtectedTables {
  readonly #lua: Lua;
  readonly #refuseWrite: number;

  /** For each view, by its address, where the registry keeps the real table and the metatable that scripts may see, 0 for none. */
  readonly #views = new Map<number, { readonly real: number; readonly metatable: number }>();

  constructor(lua: Lua) {
    this.#lua = lua;
    [this.#refuseWrite] = lua.install([(state: number) => lua.raise(state, REFUSAL)]) as [number];
  }

  /** Replaces the table on top of the stack by a view of it. `metatable` is what getmetatable shows. Returns a reference to the view. */
  protect(metatable = 0): number {
    const { api, state } = this.#lua;
    api.lua_createtable(state, 0, 0);
    api.lua_createtable(state, 0, 2);
    api.lua_pushvalue(state, -3);
    this.#lua.setField(state, -2, '__index');
    api.lua_pushcclosure(state, this.#refuseWrite, 0);
    this.#lua.setField(state, -2, '__newindex');
    api.lua_setmetatable(state, -2);
    api.lua_insert(state, -2);
    const real = api.luaL_ref(state, REGISTRY);
    this.#views.set(api.lua_topointer(state, -1), { real, metatable });
    api.lua_pushvalue(state, -1);
    return api.luaL_ref(state, REGISTRY);
  }

  /** Functions that take the place of those of the same name in the globals, given the originals. */
  globals(original: (name: string) => LuaFunction): Readonly<Record<string, LuaFunction>> {
    return {
      next: this.seeingThrough(original('next')),
      rawget: this.seeingThrough(original('rawget')),
      rawset: this.#refusing(original('rawset')),
      setmetatable: this.#refusing(original('setmetatable')),
      getmetatable: this.#showingMetatable(original('getmetatable')),
    };
  }

  /** The same for the library "table". */
  tables(original: (name: string) => LuaFunction): Readonly<Record<string, LuaFunction>> {
    return { insert: this.#refusing(original('insert')), foreach: this.seeingThrough(original('foreach')) };
  }

  /**
   * pairs, which has Lua's own next in its first upvalue: tables of scripts are walked through without us. A walk through a
   * view goes by the wrapped next, its second upvalue, that never hands out the real table.
   */
  pairs(original: LuaFunction): LuaFunction {
    const { api } = this.#lua;
    return (state) => {
      if (this.#viewed(state) === undefined) return original(state);
      api.lua_pushvalue(state, UPVALUE_2);
      api.lua_pushvalue(state, 1);
      api.lua_pushnil(state);
      return 3;
    };
  }

  #viewed(state: number): { readonly real: number; readonly metatable: number } | undefined {
    const { api } = this.#lua;
    return api.lua_type(state, 1) === LuaType.TABLE ? this.#views.get(api.lua_topointer(state, 1)) : undefined;
  }

  /** A function that is called with the real table in place of a view. */
  seeingThrough(original: LuaFunction): LuaFunction {
    const { api } = this.#lua;
    return (state) => {
      const view = this.#viewed(state);
      if (view !== undefined) {
        api.lua_rawgeti(state, REGISTRY, view.real);
        api.lua_replace(state, 1);
      }
      return original(state);
    };
  }

  #refusing(original: LuaFunction): LuaFunction {
    return (state) => (this.#viewed(state) === undefined ? original(state) : this.#lua.raiseBare(state, REFUSAL));
  }

  #showingMetatable(original: LuaFunction): LuaFunction {
    const { api } = this.#lua;
    return (state) => {
      const view = this.#viewed(state);
      const isNull = api.lua_type(state, 1) === LuaType.LIGHT_USERDATA;
      if (view === undefined && !isNull) return original(state);
      if (view === undefined || view.metatable === 0) api.lua_pushnil(state);
      else api.lua_rawgeti(state, REGISTRY, view.metatable);
      return 1;
    };
  }
}

/** The pseudo-index of a function's second upvalue. */
const UPVALUE_2 = -10_004;
