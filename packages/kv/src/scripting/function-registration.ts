import { checkName, type LibraryFunction } from './function-library.js';
import { SCRIPT_FLAGS, type ScriptFlag } from './script.js';
import { LuaType, REGISTRY } from './machine/lua-api.js';
import type { Lua } from './machine/lua.js';

type Draft = { -readonly [Field in keyof LibraryFunction]?: LibraryFunction[Field] };

/** redis.register_function: gathers what a library registers while it is loaded, and refuses to at any other time. */
export class FunctionRegistration {
  readonly #lua: Lua;
  #functions: Map<string, LibraryFunction> | undefined;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  begin(): void {
    this.#functions = new Map();
  }

  /** What was registered since `begin`. */
  end(): Map<string, LibraryFunction> {
    const functions = this.#functions ?? new Map<string, LibraryFunction>();
    this.#functions = undefined;
    return functions;
  }

  readonly register = (state: number): number => {
    const draft: Draft = {};
    const mistake = this.#read(state, draft);
    if (mistake === undefined) return 0;
    if (draft.reference !== undefined) this.#lua.api.luaL_unref(state, REGISTRY, draft.reference);
    return this.#lua.raiseTable(state, mistake);
  };

  #read(state: number, draft: Draft): string | undefined {
    if (this.#functions === undefined) return 'ERR redis.register_function can only be called on FUNCTION LOAD command';
    const mistake = this.#readArguments(state, draft);
    if (mistake !== undefined) return mistake;
    const { name = '', description, flags = new Set(), reference = 0 } = draft;
    if (this.#functions.has(name)) return 'ERR Function already exists in the library';
    this.#functions.set(name, { name, description, flags, reference });
    return undefined;
  }

  #readArguments(state: number, draft: Draft): string | undefined {
    const count = this.#lua.api.lua_gettop(state);
    if (count < 1 || count > 2) return 'ERR wrong number of arguments to redis.register_function';
    const mistake = count === 1 ? this.#readNamed(state, draft) : this.#readPositional(state, draft);
    return mistake ?? checkName(draft.name ?? '');
  }

  #readPositional(state: number, draft: Draft): string | undefined {
    const { api } = this.#lua;
    if (api.lua_isstring(state, 1) === 0) return 'ERR first argument to redis.register_function must be a string';
    if (api.lua_type(state, 2) !== LuaType.FUNCTION) return 'ERR second argument to redis.register_function must be a function';
    draft.name = this.#copiedText(state, 1);
    draft.reference = this.#referenceTo(state, 2);
    return undefined;
  }

  #readNamed(state: number, draft: Draft): string | undefined {
    const { api } = this.#lua;
    if (api.lua_type(state, 1) !== LuaType.TABLE) {
      return 'ERR calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).';
    }
    api.lua_pushnil(state);
    for (; api.lua_next(state, 1) !== 0; this.#lua.pop(state)) {
      const mistake = this.#readField(state, draft);
      if (mistake !== undefined) return mistake;
    }
    if (draft.name === undefined) return 'ERR redis.register_function must get a function name argument';
    if (draft.reference === undefined) return 'ERR redis.register_function must get a callback argument';
    return undefined;
  }

  /** Reads the field whose name is below its value on top of the stack. */
  #readField(state: number, draft: Draft): string | undefined {
    const { api } = this.#lua;
    if (api.lua_isstring(state, -2) === 0) return 'ERR named argument key given to redis.register_function is not a string';
    const field = this.#copiedText(state, -2);
    if (field === 'callback') return this.#readCallback(state, draft);
    if (field === 'flags') return this.#readFlags(state, draft);
    if (field !== 'function_name' && field !== 'description') return 'ERR unknown argument given to redis.register_function';
    if (api.lua_isstring(state, -1) === 0) return `ERR ${field} argument given to redis.register_function must be a string`;
    draft[field === 'description' ? 'description' : 'name'] = this.#copiedText(state, -1);
    return undefined;
  }

  #readCallback(state: number, draft: Draft): string | undefined {
    const isFunction = this.#lua.api.lua_type(state, -1) === LuaType.FUNCTION;
    if (!isFunction) return 'ERR callback argument given to redis.register_function must be a function';
    draft.reference = this.#referenceTo(state, -1);
    return undefined;
  }

  /** The flags end at the first nil. */
  #readFlags(state: number, draft: Draft): string | undefined {
    const { api } = this.#lua;
    if (api.lua_type(state, -1) !== LuaType.TABLE) {
      return 'ERR flags argument to redis.register_function must be a table representing function flags';
    }
    const flags = new Set<ScriptFlag>();
    for (let index = 1; ; index++) {
      api.lua_rawgeti(state, -1, index);
      const isEnd = api.lua_type(state, -1) === LuaType.NIL;
      const text = isEnd ? undefined : this.#copiedText(state, -1);
      this.#lua.pop(state);
      if (isEnd) break;
      const flag = SCRIPT_FLAGS.find((known) => known === text);
      if (flag === undefined) return 'ERR unknown flag given';
      flags.add(flag);
    }
    draft.flags = flags;
    return undefined;
  }

  /** The text of a value, which stays what it is: lua_next would lose its way if a key that is a number became a string. */
  #copiedText(state: number, index: number): string {
    this.#lua.api.lua_pushvalue(state, index);
    const text = this.#lua.text(state, -1) ?? '';
    this.#lua.pop(state);
    return text;
  }

  #referenceTo(state: number, index: number): number {
    this.#lua.api.lua_pushvalue(state, index);
    return this.#lua.api.luaL_ref(state, REGISTRY);
  }
}
