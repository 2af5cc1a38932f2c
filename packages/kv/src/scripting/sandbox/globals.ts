import { GLOBALS, MULTIPLE_RESULTS, REGISTRY } from '../machine/lua-api.js';
import { addAll, type Library } from '../machine/library.js';
import type { Lua } from '../machine/lua.js';
import type { LuaFunction } from '../machine/lua-machine.js';
import { bitLibrary } from '../libraries/bit-library.js';
import { messagePackLibrary } from '../libraries/message-pack-library.js';
import { structLibrary } from '../libraries/struct-library.js';
import { pushJsonLibrary } from '../libraries/json-library.js';
import { loading } from './loading.js';
import { ProtectedTables } from './protected-tables.js';
import type { Random } from './random.js';
import { wideFormat, wideToNumber } from './wide-numbers.js';

/** What Redis leaves of Lua's own globals: nothing that reaches the file system, the process, or another script. */
const ALLOWED_GLOBALS = new Set(
  `_VERSION assert collectgarbage coroutine error gcinfo getmetatable ipairs load loadstring math next pairs pcall rawequal rawget
  rawset select setmetatable string table tonumber tostring type unpack xpcall`.split(/\s+/),
);

/** References to what the machine's owner needs of the globals. */
export interface Globals {
  /** The real table, to put KEYS and ARGV into: scripts have only a view of it. */
  readonly table: number;
  /** The metatable of that view, whose __index leads to the real table. */
  readonly viewMetatable: number;
  /** The metatable for a table in which an unknown name is a mistake. */
  readonly strictMetatable: number;
  readonly tables: ProtectedTables;
}

/** Makes the globals that scripts see, of Lua's own and of the libraries. */
export function makeGlobals(lua: Lua, redis: Library, random: Random): Globals {
  const { api, state } = lua;
  api.luaopen_base(state);
  api.luaopen_table(state);
  api.luaopen_string(state);
  api.luaopen_math(state);
  api.lua_settop(state, 0);
  api.lua_pushvalue(state, GLOBALS);
  removeForbidden(lua);
  const tables = new ProtectedTables(lua);
  replaceFunctions(lua, tables, random);
  const libraries = { redis, bit: bitLibrary(lua), cmsgpack: messagePackLibrary(lua), struct: structLibrary(lua) };
  for (const [name, library] of Object.entries(libraries)) {
    api.lua_createtable(state, 0, Object.keys(library).length);
    addAll(lua, library);
    lua.setField(state, 1, name);
  }
  pushJsonLibrary(lua);
  lua.setField(state, 1, 'cjson');
  protectTables(lua, tables, ['bit', 'cjson', 'cmsgpack', 'coroutine', 'math', 'redis', 'string', 'struct', 'table']);
  return protectGlobals(lua, tables);
}

function removeForbidden(lua: Lua): void {
  const { api, state } = lua;
  const forbidden: string[] = [];
  api.lua_pushnil(state);
  for (; api.lua_next(state, 1) !== 0; lua.pop(state)) {
    const name = lua.text(state, -2)!;
    if (!ALLOWED_GLOBALS.has(name)) forbidden.push(name);
  }
  for (const name of forbidden) {
    api.lua_pushnil(state);
    lua.setField(state, 1, name);
  }
}

function replaceFunctions(lua: Lua, tables: ProtectedTables, random: Random): void {
  const original = originals(lua, 1);
  replacePairs(lua, tables, original('pairs'));
  addAll(lua, {
    ...tables.globals(original),
    ...loading(lua, original('loadstring'), original('load')),
    tonumber: wideToNumber(lua, original('tonumber')),
    pcall: protectedCall(lua),
  });
  replaceIn(lua, 'table', (originalOf) => tables.tables(originalOf));
  replaceIn(lua, 'string', (originalOf) => ({ format: wideFormat(lua, originalOf('format')) }));
  replaceIn(lua, 'math', () => random.functions(lua));
}

function replaceIn(lua: Lua, name: string, replacements: (original: (name: string) => LuaFunction) => Library): void {
  const { api, state } = lua;
  api.lua_getfield(state, 1, lua.constant(name));
  addAll(lua, replacements(originals(lua, api.lua_gettop(state))));
  lua.pop(state);
}

/** The functions of C behind the names in a table. */
function originals(lua: Lua, table: number): (name: string) => LuaFunction {
  const { api, state } = lua;
  return (name) => {
    api.lua_getfield(state, table, lua.constant(name));
    const entry = api.lua_tocfunction(state, -1);
    lua.pop(state);
    return api.__indirect_function_table.get(entry);
  };
}

/** The new pairs has Lua's next in its first upvalue, as the old one, and the new next in its second. */
function replacePairs(lua: Lua, tables: ProtectedTables, original: LuaFunction): void {
  const { api, state } = lua;
  const next = originals(lua, 1)('next');
  const [pairs, wrappedNext] = lua.install([tables.pairs(original), tables.seeingThrough(next)]) as [number, number];
  api.lua_getfield(state, 1, lua.constant('next'));
  api.lua_pushcclosure(state, wrappedNext, 0);
  api.lua_pushcclosure(state, pairs, 2);
  lua.setField(state, 1, 'pairs');
}

/** pcall, which hands on the text of an error that redis.call raised, as scripts expect that were written before it was a table. */
function protectedCall(lua: Lua): LuaFunction {
  const { api } = lua;
  return (state) => {
    api.luaL_checkany(state, 1);
    const failed = api.lua_pcall(state, api.lua_gettop(state) - 1, MULTIPLE_RESULTS, 0) !== 0;
    if (failed) replaceErrorTable(lua, state);
    api.lua_pushboolean(state, failed ? 0 : 1);
    api.lua_insert(state, 1);
    return api.lua_gettop(state);
  };
}

function replaceErrorTable(lua: Lua, state: number): void {
  const { api } = lua;
  if (api.lua_type(state, -1) !== 5) return;
  api.lua_getfield(state, -1, lua.constant('err'));
  if (api.lua_isstring(state, -1) !== 0) api.lua_replace(state, -2);
  else lua.pop(state);
}

/** Puts a view in the place of each library, and shows the metatable of strings only as a view. */
function protectTables(lua: Lua, tables: ProtectedTables, names: readonly string[]): void {
  const { api, state } = lua;
  for (const name of names) {
    api.lua_getfield(state, 1, lua.constant(name));
    tables.protect();
    lua.setField(state, 1, name);
  }
  lua.pushText(state, '');
  api.lua_getmetatable(state, -1);
  api.lua_createtable(state, 0, 1);
  api.lua_getfield(state, 1, lua.constant('string'));
  lua.setField(state, -2, '__index');
  tables.protect();
  lua.setField(state, -2, '__metatable');
  lua.pop(state, 2);
}

/** Gives the globals a metatable that refuses unknown names, and Lua a view of them in their place. */
function protectGlobals(lua: Lua, tables: ProtectedTables): Globals {
  const { api, state } = lua;
  const [refuseName] = lua.install([(caller: number) => refuseUnknown(lua, caller)]) as [number];
  api.lua_createtable(state, 0, 1);
  api.lua_pushcclosure(state, refuseName, 0);
  lua.setField(state, -2, '__index');
  api.lua_pushvalue(state, -1);
  api.lua_setmetatable(state, 1);
  const strictMetatable = referenceTo(lua);
  const shownMetatable = tables.protect();
  lua.pop(state);
  api.lua_pushvalue(state, 1);
  const table = referenceTo(lua);
  tables.protect(shownMetatable);
  api.lua_getmetatable(state, -1);
  const viewMetatable = api.luaL_ref(state, REGISTRY);
  api.lua_pushvalue(state, -1);
  lua.setField(state, 1, '_G');
  api.lua_replace(state, GLOBALS);
  api.lua_settop(state, 0);
  return { table, viewMetatable, strictMetatable, tables };
}

/** A reference to what is on top of the stack, which stays there. */
function referenceTo(lua: Lua): number {
  lua.api.lua_pushvalue(lua.state, -1);
  return lua.api.luaL_ref(lua.state, REGISTRY);
}

function refuseUnknown(lua: Lua, state: number): never {
  return lua.raise(state, `Script attempted to access nonexistent global variable '${lua.text(state, 2) ?? '(null)'}'`);
}
