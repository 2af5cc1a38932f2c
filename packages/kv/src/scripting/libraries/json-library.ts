import type { LuaFunction } from '../machine/lua-machine.js';
import type { Lua } from '../machine/lua.js';
import { JsonDecoder } from './json-decoder.js';
import { JsonEncoder } from './json-encoder.js';
import { JsonSettings } from './json-settings.js';

/** Pushes the table "cjson" (https://kyne.au/~mark/software/lua-cjson-manual.html), whose functions share one block of settings. */
export function pushJsonLibrary(lua: Lua): void {
  const settings = new JsonSettings(lua);
  const functions: Record<string, LuaFunction> = {
    encode: new JsonEncoder(lua, settings).encode,
    decode: new JsonDecoder(lua, settings).decode,
    encode_sparse_array: settings.encodeSparseArray,
    encode_max_depth: settings.encodeMaxDepth,
    decode_max_depth: settings.decodeMaxDepth,
    encode_number_precision: settings.encodeNumberPrecision,
    encode_keep_buffer: settings.encodeKeepBuffer,
    encode_invalid_numbers: settings.encodeInvalidNumbers,
    decode_invalid_numbers: settings.decodeInvalidNumbers,
    new: (state) => pushTable(lua, state, settings, names, entries),
  };
  const names = Object.keys(functions);
  const entries = lua.install(Object.values(functions));
  nameNull(lua);
  pushTable(lua, lua.state, settings, names, entries);
}

/** tostring(cjson.null) depends on the C library; scripts know it from Redis'. There is no other light userdata. */
function nameNull(lua: Lua): void {
  const { api, state } = lua;
  const [toString] = lua.install([pushNullName]) as [number];
  api.lua_pushlightuserdata(state, 0);
  api.lua_createtable(state, 0, 1);
  api.lua_pushcclosure(state, toString, 0);
  lua.setField(state, -2, '__tostring');
  api.lua_setmetatable(state, -2);
  lua.pop(state);

  function pushNullName(caller: number): number {
    lua.pushText(caller, 'userdata: (nil)');
    return 1;
  }
}

/** Each table has settings of its own; the functions are the same, with the settings as their upvalue. */
function pushTable(lua: Lua, state: number, settings: JsonSettings, names: readonly string[], entries: readonly number[]): number {
  const { api } = lua;
  api.lua_createtable(state, 0, names.length + 3);
  settings.push(state);
  for (const [index, name] of names.entries()) {
    api.lua_pushvalue(state, -1);
    api.lua_pushcclosure(state, entries[index]!, 1);
    lua.setField(state, -3, name);
  }
  lua.pop(state);
  api.lua_pushlightuserdata(state, 0);
  lua.setField(state, -2, 'null');
  lua.setText(state, -1, '_NAME', 'cjson');
  lua.setText(state, -1, '_VERSION', '2.1.0');
  return 1;
}
