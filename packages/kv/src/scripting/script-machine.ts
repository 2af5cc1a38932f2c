import type { CommandArguments } from './conversion/argument-list.js';
import { errorLine } from './conversion/error-text.js';
import { LuaToReply } from './conversion/lua-to-reply.js';
import type { ResultWriter } from './conversion/result-writer.js';
import { INSTRUCTIONS_PER_CLOCK_READING } from './limits.js';
import { DebugRecord, HOOK_COUNT, LuaType, REGISTRY } from './machine/lua-api.js';
import { Lua } from './machine/lua.js';
import { Signature } from './machine/trampolines.js';
import type { WasmModule } from './machine/web-assembly.js';
import { RedisLibrary } from './redis-library.js';
import { makeGlobals } from './sandbox/globals.js';
import { codeStart } from './script.js';
import { ScriptError } from './script-error.js';
import type { ScriptHost } from './script-host.js';

/** What lies at the bottom of the stack for ever: the handler of errors, and the real table of globals. */
const [HANDLER, GLOBALS] = [1, 2];

/** Where something happened in a script, as its errors say it. */
interface Place {
  readonly source: string;
  readonly line: number;
}

/** Thrown through the machine, past any pcall of the script, which could otherwise go on; the machine ends with it. */
export class ScriptKilled extends Error {
  readonly place: Place | undefined;

  constructor(place: Place | undefined) {
    super('Script killed by user with SCRIPT KILL...');
    this.place = place;
  }
}

/** A Lua machine with the globals of Redis, which compiles scripts and runs one at a time. */
export class ScriptMachine {
  readonly #lua: Lua;
  readonly #redis: RedisLibrary;
  readonly #toReply: LuaToReply;
  readonly #keysName: number;
  readonly #argumentsName: number;
  readonly #debugRecord: number;
  #failedAt: Place | undefined;
  #startedAt = 0;
  #overdueAt = Infinity;
  #host: ScriptHost | undefined;

  constructor(module: WasmModule, maxMemoryBytes: number) {
    this.#lua = new Lua(module, maxMemoryBytes);
    this.#redis = new RedisLibrary(this.#lua);
    this.#toReply = new LuaToReply(this.#lua);
    this.#keysName = this.#lua.constant('KEYS');
    this.#argumentsName = this.#lua.constant('ARGV');
    this.#debugRecord = this.#lua.api.malloc(DebugRecord.BYTES);
    const globals = makeGlobals(this.#lua, { redis: this.#redis.library() });
    this.#prepareStack(globals);
    this.#watchTime();
  }

  get memoryBytes(): number {
    return this.#lua.memoryBytes;
  }

  /** Returns a reference to the function that the source is. Error: ScriptError, with what Lua said. */
  compile(source: Uint8Array): number {
    const { api, state } = this.#lua;
    const start = codeStart(source);
    const pointer = this.#lua.scratch(source.length - start);
    this.#lua.copyIn(source, start, source.length, pointer);
    if (api.luaL_loadbuffer(state, pointer, source.length - start, this.#lua.constant('@user_script')) !== 0) {
      const reason = this.#lua.describe(state, -1);
      this.#lua.pop(state);
      throw new ScriptError(errorLine(`ERR Error compiling script (new function): ${reason}`));
    }
    return api.luaL_ref(state, REGISTRY);
  }

  /** Runs a function with arguments of `input` as KEYS, `keyCount` of them from `firstKey` on, and all that follow as ARGV. */
  run(functionReference: number, name: string, input: CommandArguments, firstKey: number, keyCount: number, writer: ResultWriter): void {
    const { api, state } = this.#lua;
    api.lua_settop(state, GLOBALS);
    this.#pushList(input, firstKey, firstKey + keyCount);
    api.lua_setfield(state, GLOBALS, this.#keysName);
    this.#pushList(input, firstKey + keyCount, input.count);
    api.lua_setfield(state, GLOBALS, this.#argumentsName);
    api.lua_rawgeti(state, REGISTRY, functionReference);
    this.#failedAt = undefined;
    if (api.lua_pcall(state, 0, 1, HANDLER) === 0) this.#toReply.write(state, writer, this.#redis.protocol);
    else writer.error(failure(this.#message(), name, this.#failedAt));
  }

  begin(host: ScriptHost, timeLimitMs: number): void {
    this.#host = host;
    this.#redis.begin(host);
    this.#startedAt = performance.now();
    this.#overdueAt = this.#startedAt + timeLimitMs;
  }

  end(): void {
    this.#redis.end();
    this.#host = undefined;
  }

  #pushList(input: CommandArguments, from: number, to: number): void {
    const { api, state } = this.#lua;
    api.lua_createtable(state, to - from, 0);
    for (let index = from; index < to; index++) {
      this.#lua.pushBytes(state, input.source, input.starts[index], input.ends[index]);
      api.lua_rawseti(state, -2, index - from + 1);
    }
  }

  #prepareStack(globals: number): void {
    const { api, state } = this.#lua;
    const [handler] = this.#lua.install([(caller: number) => this.#handleError(caller)]) as [number];
    api.lua_pushcclosure(state, handler, 0);
    api.lua_rawgeti(state, REGISTRY, globals);
  }

  /**
   * The error handler of a run: the stack still is as it was when the error was raised. As in Redis it makes a table of the error,
   * which functions that fail in Lua's own C code then hand to the script.
   */
  #handleError(state: number): number {
    const { api } = this.#lua;
    if (api.lua_type(state, 1) !== LuaType.TABLE) {
      const message = `ERR ${this.#lua.describe(state, 1)}`;
      api.lua_createtable(state, 0, 3);
      this.#lua.setText(state, -1, 'err', message);
    }
    this.#failedAt = this.#placeAt(state, 1, true);
    return 1;
  }

  #placeAt(state: number, level: number, skippingC: boolean): Place | undefined {
    const { api } = this.#lua;
    const record = this.#debugRecord;
    if (api.lua_getstack(state, level, record) === 0) return undefined;
    api.lua_getinfo(state, this.#lua.constant('Sl'), record);
    const member = (offset: number) => this.#lua.words[(record + offset) >> 2]!;
    if (skippingC && this.#lua.textAt(member(DebugRecord.WHAT)) === 'C') {
      const caller = this.#placeAt(state, level + 1, false);
      if (caller !== undefined) return caller;
    }
    return { source: this.#lua.textAt(member(DebugRecord.SOURCE)), line: member(DebugRecord.CURRENT_LINE) };
  }

  /** The error on top of the stack as the first words of a reply. */
  #message(): string {
    const { api, state } = this.#lua;
    if (api.lua_type(state, -1) !== LuaType.TABLE) return `ERR ${this.#lua.describe(state, -1)}`;
    this.#lua.pushText(state, 'err');
    api.lua_rawget(state, -2);
    return this.#lua.text(state, -1) ?? 'ERR unknown error';
  }

  #watchTime(): void {
    const [hook] = this.#lua.install([(state: number) => this.#onInstructions(state)], Signature.HOOK) as [number];
    this.#lua.api.lua_sethook(this.#lua.state, hook, HOOK_COUNT, INSTRUCTIONS_PER_CLOCK_READING);
  }

  #onInstructions(state: number): void {
    const now = performance.now();
    if (now < this.#overdueAt || this.#host === undefined) return;
    if (this.#host.overdue(now - this.#startedAt) === 'kill') throw new ScriptKilled(this.#placeAt(state, 0, false));
  }
}

/** The reply for a script that failed: what, in which script or function, and where. */
export function failure(message: string, name: string, place: Place | undefined): string {
  return errorLine(place === undefined ? message : `${message} script: ${name}, on ${place.source}:${String(place.line)}.`);
}
