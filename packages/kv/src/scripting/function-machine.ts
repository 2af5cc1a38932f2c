import type { CommandArguments } from './conversion/argument-list.js';
import { errorLine } from './conversion/error-text.js';
import type { ResultWriter } from './conversion/result-writer.js';
import type { LibraryFunction } from './function-library.js';
import { FunctionRegistration } from './function-registration.js';
import { REGISTRY } from './machine/lua-api.js';
import { addAll } from './machine/library.js';
import { type Globals, makeGlobals } from './sandbox/globals.js';
import { type MachineOptions, ScriptMachine } from './script-machine.js';
import { ScriptError } from './script-error.js';
import type { ScriptHost } from './script-host.js';

/** What only scripts have, and functions have not. */
const OF_SCRIPTS = new Set(['breakpoint', 'debug', 'replicate_commands']);

/** What there is of "redis" while a library is loaded, beside register_function. */
const WHILE_LOADING = new Set(['log', 'LOG_DEBUG', 'LOG_VERBOSE', 'LOG_NOTICE', 'LOG_WARNING', 'REDIS_VERSION', 'REDIS_VERSION_NUM']);

/**
 * Loads libraries and runs their functions. While a library is loaded the globals are a small table with little more than
 * redis.register_function; its functions later find those that scripts have.
 */
export class FunctionMachine extends ScriptMachine {
  readonly #globals: Globals;
  readonly #loadingGlobals: number;
  readonly #registration: FunctionRegistration;
  #isLoading = false;

  constructor(options: MachineOptions) {
    super(options);
    const all = Object.entries(this.redis.library());
    this.#globals = makeGlobals(this.lua, Object.fromEntries(all.filter(([name]) => !OF_SCRIPTS.has(name))), options.random);
    this.#registration = new FunctionRegistration(this.lua);
    this.#loadingGlobals = this.#makeLoadingGlobals();
    this.prepare();
  }

  /** Runs a library's source, and returns what it registered. Error: ScriptError. */
  load(source: Uint8Array, host: ScriptHost, timeLimitMs: number): Map<string, LibraryFunction> {
    const { api, state } = this.lua;
    api.lua_settop(state, 1);
    const chunk = this.compileChunk(source, 'user_function', 'Error compiling function');
    api.lua_rawgeti(state, REGISTRY, chunk);
    api.luaL_unref(state, REGISTRY, chunk);
    this.#beginLoading(host, timeLimitMs);
    const succeeded = this.protectedCall(0, 0);
    const functions = this.#endLoading();
    if (succeeded) return functions;
    this.forget(functions);
    throw new ScriptError(errorLine(`ERR Error registering functions: ${this.errorMessage()}`));
  }

  /** Lets go of the functions of a library. */
  forget(functions: ReadonlyMap<string, LibraryFunction>): void {
    for (const { reference } of functions.values()) this.lua.api.luaL_unref(this.lua.state, REGISTRY, reference);
  }

  /** Runs a function with two tables: arguments of `input`, `keyCount` of them from `firstKey` on, and all that follow. */
  run(called: LibraryFunction, input: CommandArguments, firstKey: number, keyCount: number, writer: ResultWriter): void {
    const { api, state } = this.lua;
    api.lua_settop(state, 1);
    api.lua_rawgeti(state, REGISTRY, called.reference);
    this.pushList(input, firstKey, firstKey + keyCount);
    this.pushList(input, firstKey + keyCount, input.count);
    this.callFunction(2, called.name, writer);
  }

  /** A library that loads for too long is stopped by an error: it has no pcall to go on after it. */
  protected override overdue(state: number, host: ScriptHost, elapsedMs: number): void {
    if (this.#isLoading) this.lua.raiseTable(state, 'ERR FUNCTION LOAD timeout');
    super.overdue(state, host, elapsedMs);
  }

  #beginLoading(host: ScriptHost, timeLimitMs: number): void {
    this.#isLoading = true;
    this.#registration.begin();
    this.#lookUpIn(this.#loadingGlobals);
    this.begin(host, timeLimitMs);
  }

  #endLoading(): Map<string, LibraryFunction> {
    this.end();
    this.#lookUpIn(this.#globals.table);
    this.#isLoading = false;
    return this.#registration.end();
  }

  /** Makes a table the one that the view of the globals leads to. */
  #lookUpIn(table: number): void {
    const { api, state } = this.lua;
    api.lua_rawgeti(state, REGISTRY, this.#globals.viewMetatable);
    api.lua_rawgeti(state, REGISTRY, table);
    this.lua.setField(state, -2, '__index');
    this.lua.pop(state);
  }

  #makeLoadingGlobals(): number {
    const { api, state } = this.lua;
    api.lua_createtable(state, 0, 1);
    api.lua_createtable(state, 0, WHILE_LOADING.size + 1);
    const available = Object.entries(this.redis.library()).filter(([name]) => WHILE_LOADING.has(name));
    addAll(this.lua, { ...Object.fromEntries(available), register_function: this.#registration.register });
    this.#makeStrict();
    this.#globals.tables.protect();
    this.lua.setField(state, -2, 'redis');
    this.#makeStrict();
    return api.luaL_ref(state, REGISTRY);
  }

  #makeStrict(): void {
    const { api, state } = this.lua;
    api.lua_rawgeti(state, REGISTRY, this.#globals.strictMetatable);
    api.lua_setmetatable(state, -2);
  }
}
