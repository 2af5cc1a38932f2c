/**
 * What the module of wasmoon-lua5.1 exports and this server uses: Lua's C API as its reference manual describes it
 * (https://www.lua.org/manual/5.1/manual.html#3). Pointers are offsets in the machine's memory, a C string ends with a zero byte.
 */
export interface LuaApi {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly __indirect_function_table: FunctionTable;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  setThrew(threw: number, value: number): void;
  malloc(bytes: number): number;
  free(pointer: number): void;

  luaL_newstate(): number;
  luaopen_base(state: number): number;
  luaopen_table(state: number): number;
  luaopen_string(state: number): number;
  luaopen_math(state: number): number;
  luaL_loadbuffer(state: number, buffer: number, bytes: number, name: number): number;
  luaL_ref(state: number, table: number): number;
  luaL_unref(state: number, table: number, reference: number): void;
  luaL_where(state: number, level: number): void;
  luaL_argerror(state: number, argument: number, message: number): number;
  luaL_typerror(state: number, argument: number, typeName: number): number;
  luaL_checkany(state: number, argument: number): void;
  luaL_checkstack(state: number, slots: number, message: number): void;
  luaL_checknumber(state: number, argument: number): number;
  luaL_checklstring(state: number, argument: number, length: number): number;
  luaL_checktype(state: number, argument: number, type: number): void;

  lua_checkstack(state: number, slots: number): number;
  lua_concat(state: number, count: number): void;
  lua_createtable(state: number, arraySlots: number, fieldSlots: number): void;
  lua_error(state: number): never;
  lua_gc(state: number, what: number, data: number): number;
  lua_getfield(state: number, index: number, key: number): void;
  lua_getinfo(state: number, what: number, record: number): number;
  lua_getmetatable(state: number, index: number): number;
  lua_getstack(state: number, level: number, record: number): number;
  lua_gettop(state: number): number;
  lua_insert(state: number, index: number): void;
  lua_isnumber(state: number, index: number): number;
  lua_isstring(state: number, index: number): number;
  lua_newuserdata(state: number, bytes: number): number;
  lua_next(state: number, index: number): number;
  lua_objlen(state: number, index: number): number;
  lua_pcall(state: number, args: number, results: number, handler: number): number;
  lua_call(state: number, args: number, results: number): void;
  lua_pushboolean(state: number, value: number): void;
  lua_pushcclosure(state: number, entry: number, upvalues: number): void;
  lua_pushlightuserdata(state: number, pointer: number): void;
  lua_pushlstring(state: number, pointer: number, bytes: number): void;
  lua_pushnil(state: number): void;
  lua_pushnumber(state: number, value: number): void;
  lua_pushvalue(state: number, index: number): void;
  lua_rawequal(state: number, a: number, b: number): number;
  lua_rawget(state: number, index: number): void;
  lua_rawgeti(state: number, index: number, key: number): void;
  lua_rawset(state: number, index: number): void;
  lua_rawseti(state: number, index: number, key: number): void;
  lua_remove(state: number, index: number): void;
  lua_replace(state: number, index: number): void;
  lua_setfield(state: number, index: number, key: number): void;
  lua_sethook(state: number, entry: number, mask: number, count: number): void;
  lua_setmetatable(state: number, index: number): number;
  lua_settable(state: number, index: number): void;
  lua_settop(state: number, index: number): void;
  lua_toboolean(state: number, index: number): number;
  lua_tocfunction(state: number, index: number): number;
  lua_tolstring(state: number, index: number, length: number): number;
  lua_tonumber(state: number, index: number): number;
  lua_topointer(state: number, index: number): number;
  lua_touserdata(state: number, index: number): number;
  lua_type(state: number, index: number): number;
}

interface FunctionTable {
  get(index: number): (...parameters: number[]) => number;
  set(index: number, entry: unknown): void;
  grow(count: number): number;
}

export const LuaType = { NONE: -1, NIL: 0, BOOLEAN: 1, LIGHT_USERDATA: 2, NUMBER: 3, STRING: 4, TABLE: 5, FUNCTION: 6 } as const;

/** Pseudo-indices of the stack. */
export const REGISTRY = -10_000;
export const GLOBALS = -10_002;

export const MULTIPLE_RESULTS = -1;

/** What lua_pcall and luaL_loadbuffer return beside 0. */
export const ERROR_MEMORY = 4;

/** The mask of lua_sethook for a call after every so many instructions. */
export const HOOK_COUNT = 8;

/** Where the members of lua_Debug lie, for a pointer of four bytes. */
export const DebugRecord = { WHAT: 12, SOURCE: 16, CURRENT_LINE: 20, BYTES: 100 } as const;
