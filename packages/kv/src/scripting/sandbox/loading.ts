import { LuaType } from '../machine/lua-api.js';
import type { Lua } from '../machine/lua.js';
import type { LuaFunction } from '../machine/lua-machine.js';

/** What compiled Lua starts with. Lua does not check it, so it could read and write anything: only source is loaded. */
const BYTECODE_MARK = 0x1b;

/** load and loadstring for scripts. */
export class Loading {
  readonly #lua: Lua;
  readonly #loadString: LuaFunction;

  constructor(lua: Lua, loadString: LuaFunction) {
    this.#lua = lua;
    this.#loadString = loadString;
  }

  functions(): Readonly<Record<string, LuaFunction>> {
    return { loadstring: (state) => this.#ofString(state), load: (state) => this.#ofFunction(state) };
  }

  #ofString(state: number): number {
    const { api, heap, lengthPointer } = this.#lua;
    const pointer = api.luaL_checklstring(state, 1, lengthPointer);
    return this.#lua.stringLength > 0 && heap[pointer] === BYTECODE_MARK ? this.#refuse(state) : this.#loadString(state);
  }

  /** Calls the function until it has no more pieces, and loads their sum. */
  #ofFunction(state: number): number {
    const { api } = this.#lua;
    api.luaL_checktype(state, 1, LuaType.FUNCTION);
    api.lua_settop(state, 2);
    this.#lua.pushText(state, '');
    for (;;) {
      api.lua_pushvalue(state, 1);
      const failed = api.lua_pcall(state, 0, 1, 0) !== 0;
      if (failed || this.#isForeign(state)) return this.#failed(state, failed);
      if (api.lua_objlen(state, -1) === 0) break;
      api.lua_concat(state, 2);
    }
    this.#lua.pop(state);
    return this.#loadPieces(state);
  }

  /** Everything but a string, a number, and the nil after the last piece; with a nil as the piece "" it is the end. */
  #isForeign(state: number): boolean {
    const { api } = this.#lua;
    if (api.lua_type(state, -1) !== LuaType.NIL) return api.lua_isstring(state, -1) === 0;
    this.#lua.pop(state);
    this.#lua.pushText(state, '');
    return false;
  }

  #failed(state: number, byError: boolean): number {
    const { api } = this.#lua;
    if (!byError) this.#lua.pushText(state, 'reader function must return a string');
    api.lua_pushnil(state);
    api.lua_insert(state, -2);
    return 2;
  }

  /** loadstring has the pieces and the name on its stack as it had been called with them. */
  #loadPieces(state: number): number {
    const { api } = this.#lua;
    if (api.lua_type(state, 2) === LuaType.NIL) this.#lua.pushText(state, '=(load)');
    else api.lua_pushvalue(state, 2);
    api.lua_replace(state, 2);
    api.lua_replace(state, 1);
    return this.#ofString(state);
  }

  #refuse(state: number): number {
    this.#lua.api.lua_pushnil(state);
    this.#lua.pushText(state, 'attempt to load chunk with wrong mode');
    return 2;
  }
}
