import type { LuaFunction } from './lua-machine.js';
import type { Lua } from './lua.js';

/** What a table of Lua is filled with: functions and constants. */
export type Library = Readonly<Record<string, LuaFunction | number | string>>;

/** Sets the fields of the table on top of the stack. */
export function addAll(lua: Lua, library: Library): void {
  const { state } = lua;
  for (const [name, value] of Object.entries(library)) {
    if (typeof value === 'number') lua.setNumber(state, -1, name, value);
    else if (typeof value === 'string') lua.setText(state, -1, name, value);
  }
  const functions = Object.entries(library).filter((entry): entry is [string, LuaFunction] => typeof entry[1] === 'function');
  const entries = lua.install(functions.map(([, implementation]) => implementation));
  for (const [index, [name]] of functions.entries()) {
    lua.api.lua_pushcclosure(state, entries[index]!, 0);
    lua.setField(state, -2, name);
  }
}
