import { LuaType } from '../machine/lua-api.js';
import type { LuaFunction } from '../machine/lua-machine.js';
import type { Lua } from '../machine/lua.js';

/** What compiled Lua starts with. Lua does not check it, so it could read and write anything: only source may be loaded. */
const BYTECODE_MARK = 0x1b;

/** The pseudo-index of the first upvalue, here of a reader: the function of the script that it stands before. */
const UPVALUE_1 = -10_003;

/**
 * load and loadstring for scripts. To what looks like bytecode they add a blank before it: so Lua takes it for source, and says
 * what is wrong with that.
 */
export function loading(lua: Lua, loadString: LuaFunction, load: LuaFunction): Readonly<Record<string, LuaFunction>> {
  const { api } = lua;
  const [reader] = lua.install([(state: number) => readPiece(lua, state)]) as [number];
  return {
    loadstring(state) {
      api.luaL_checklstring(state, 1, lua.lengthPointer);
      if (isBytecode(lua, state, 1)) nameAndReplace(lua, state);
      return loadString(state);
    },
    load(state) {
      api.luaL_checktype(state, 1, LuaType.FUNCTION);
      api.lua_pushvalue(state, 1);
      api.lua_pushcclosure(state, reader, 1);
      api.lua_replace(state, 1);
      return load(state);
    },
  };
}

/** A chunk without a name is named by its source, and keeps that. */
function nameAndReplace(lua: Lua, state: number): void {
  const { api } = lua;
  if (api.lua_gettop(state) === 1) api.lua_pushvalue(state, 1);
  addBlank(lua, state, 1);
  api.lua_replace(state, 1);
}

function readPiece(lua: Lua, state: number): number {
  const { api } = lua;
  api.lua_settop(state, 0);
  api.lua_pushvalue(state, UPVALUE_1);
  api.lua_call(state, 0, 1);
  if (isBytecode(lua, state, 1)) addBlank(lua, state, 1);
  return 1;
}

function isBytecode(lua: Lua, state: number, index: number): boolean {
  const { api } = lua;
  if (api.lua_type(state, index) !== LuaType.STRING) return false;
  const pointer = api.lua_tolstring(state, index, lua.lengthPointer);
  return lua.stringLength > 0 && lua.heap[pointer] === BYTECODE_MARK;
}

function addBlank(lua: Lua, state: number, index: number): void {
  lua.pushText(state, ' ');
  lua.api.lua_pushvalue(state, index);
  lua.api.lua_concat(state, 2);
}
