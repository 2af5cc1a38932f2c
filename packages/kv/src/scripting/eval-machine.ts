import type { CommandArguments } from './conversion/argument-list.js';
import type { ResultWriter } from './conversion/result-writer.js';
import { REGISTRY } from './machine/lua-api.js';
import { makeGlobals } from './sandbox/globals.js';
import { type MachineOptions, ScriptMachine } from './script-machine.js';

/** Where the real table of globals lies on the stack, for ever: above the handler of errors. */
const GLOBALS = 2;

/** Runs what EVAL runs: chunks that find their arguments in the globals KEYS and ARGV. */
export class EvalMachine extends ScriptMachine {
  readonly #keysName: number;
  readonly #argumentsName: number;

  constructor(options: MachineOptions) {
    super(options);
    const { api, state } = this.lua;
    this.#keysName = this.lua.constant('KEYS');
    this.#argumentsName = this.lua.constant('ARGV');
    const globals = makeGlobals(this.lua, this.redis.library(), options.random);
    this.prepare();
    api.lua_rawgeti(state, REGISTRY, globals.table);
  }

  /** Returns a reference to the function that the source is. Error: ScriptError, with what Lua said. */
  compile(source: Uint8Array): number {
    return this.compileChunk(source, 'user_script', 'Error compiling script (new function)');
  }

  /** Runs a function with arguments of `input` as KEYS, `keyCount` of them from `firstKey` on, and all that follow as ARGV. */
  run(functionReference: number, name: string, input: CommandArguments, firstKey: number, keyCount: number, writer: ResultWriter): void {
    const { api, state } = this.lua;
    api.lua_settop(state, GLOBALS);
    this.pushList(input, firstKey, firstKey + keyCount);
    api.lua_setfield(state, GLOBALS, this.#keysName);
    this.pushList(input, firstKey + keyCount, input.count);
    api.lua_setfield(state, GLOBALS, this.#argumentsName);
    api.lua_rawgeti(state, REGISTRY, functionReference);
    this.callFunction(0, name, writer);
  }
}
