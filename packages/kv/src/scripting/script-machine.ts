import type { CommandArguments } from './conversion/argument-list.js';
import { errorLine } from './conversion/error-text.js';
import { LuaToReply } from './conversion/lua-to-reply.js';
import { COUNTED_FIELD } from './conversion/reply-to-lua.js';
import type { ResultWriter } from './conversion/result-writer.js';
import { INSTRUCTIONS_PER_CLOCK_READING, KEPT_MACHINE_BYTES } from './limits.js';
import { DebugRecord, HOOK_COUNT, LuaType, REGISTRY } from './machine/lua-api.js';
import { Lua } from './machine/lua.js';
import { Signature } from './machine/trampolines.js';
import type { WasmModule } from './machine/web-assembly.js';
import type { Random } from './sandbox/random.js';
import { RedisLibrary } from './redis-library.js';
import { codeStart } from './script.js';
import { ScriptError } from './script-error.js';
import type { ScriptHost } from './script-host.js';

/** What lies at the bottom of the stack for ever. */
const HANDLER = 1;

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

export interface MachineOptions {
  readonly module: WasmModule;
  readonly maxMemoryBytes: number;
  /** Of the engine, for it goes on where a machine ends. */
  readonly random: Random;
}

/** A Lua machine with the globals of Redis, which compiles chunks and runs one at a time. What runs there, its kinds know. */
export class ScriptMachine {
  protected readonly lua: Lua;
  protected readonly redis: RedisLibrary;
  readonly #toReply: LuaToReply;
  readonly #debugRecord: number;
  #failedAt: Place | undefined;
  #startedAt = 0;
  #overdueAt = Infinity;
  #host: ScriptHost | undefined;

  constructor({ module, maxMemoryBytes }: MachineOptions) {
    this.lua = new Lua(module, maxMemoryBytes);
    this.redis = new RedisLibrary(this.lua);
    this.#toReply = new LuaToReply(this.lua, (text) => this.#host?.failed(text));
    this.#debugRecord = this.lua.api.malloc(DebugRecord.BYTES);
  }

  get memoryBytes(): number {
    return this.lua.memoryBytes;
  }

  /** Whether another machine should take its place: WebAssembly gives no memory back. */
  get isSpent(): boolean {
    return this.lua.exhausted || this.lua.memoryBytes > KEPT_MACHINE_BYTES;
  }

  begin(host: ScriptHost, timeLimitMs: number): void {
    this.#host = host;
    this.redis.begin(host);
    this.#startedAt = performance.now();
    this.#overdueAt = this.#startedAt + timeLimitMs;
  }

  end(): void {
    this.redis.end();
    this.#host = undefined;
  }

  /** To be called once, with an empty stack: sets what watches over errors and time. */
  protected prepare(): void {
    const { api, state } = this.lua;
    const [handler] = this.lua.install([(caller: number) => this.#handleError(caller)]) as [number];
    const [hook] = this.lua.install([(caller: number) => this.#onInstructions(caller)], Signature.HOOK) as [number];
    api.lua_pushcclosure(state, handler, 0);
    api.lua_sethook(state, hook, HOOK_COUNT, INSTRUCTIONS_PER_CLOCK_READING);
  }

  /** Returns a reference to the function that a source is, from `codeStart` on. Error: ScriptError, with what Lua said. */
  protected compileChunk(source: Uint8Array, name: string, complaint: string): number {
    const { api, state } = this.lua;
    const start = codeStart(source);
    const pointer = this.lua.scratch(source.length - start);
    this.lua.copyIn(source, start, source.length, pointer);
    if (api.luaL_loadbuffer(state, pointer, source.length - start, this.lua.constant(`@${name}`)) !== 0) {
      const reason = this.lua.describe(state, -1);
      this.lua.pop(state);
      throw new ScriptError(errorLine(`ERR ${complaint}: ${reason}`));
    }
    return api.luaL_ref(state, REGISTRY);
  }

  /** Calls the function on the stack with the arguments above it, and writes what it returns or how it failed. */
  protected callFunction(args: number, name: string, writer: ResultWriter): void {
    if (this.protectedCall(args, 1)) this.#toReply.write(this.lua.state, writer, this.redis.protocol);
    else this.#answerFailure(name, writer);
  }

  /** The same, without a reply. False if it failed: the error is on the stack. */
  protected protectedCall(args: number, results: number): boolean {
    this.#failedAt = undefined;
    return this.lua.api.lua_pcall(this.lua.state, args, results, HANDLER) === 0;
  }

  protected pushList(input: CommandArguments, from: number, to: number): void {
    const { api, state } = this.lua;
    api.lua_createtable(state, to - from, 0);
    for (let index = from; index < to; index++) {
      this.lua.pushBytes(state, input.source, input.starts[index], input.ends[index]);
      api.lua_rawseti(state, -2, index - from + 1);
    }
  }

  /** The error on top of the stack as the first words of a reply. */
  protected errorMessage(): string {
    const { api, state } = this.lua;
    if (api.lua_type(state, -1) !== LuaType.TABLE) return `ERR ${this.lua.describe(state, -1)}`;
    this.lua.pushText(state, 'err');
    api.lua_rawget(state, -2);
    return this.lua.text(state, -1) ?? 'ERR unknown error';
  }

  #answerFailure(name: string, writer: ResultWriter): void {
    const isCounted = this.#isCounted();
    const text = failure(this.errorMessage(), name, this.#failedAt);
    if (!isCounted) this.#host?.failed(text);
    writer.error(text);
  }

  /** Whether the error on top of the stack is one that a command has answered. */
  #isCounted(): boolean {
    const { api, state } = this.lua;
    if (api.lua_type(state, -1) !== LuaType.TABLE) return false;
    this.lua.pushText(state, COUNTED_FIELD);
    api.lua_rawget(state, -2);
    const isCounted = api.lua_toboolean(state, -1) === 1;
    this.lua.pop(state);
    return isCounted;
  }

  /** What a chunk does that has run too long, at any of its instructions. */
  protected overdue(state: number, host: ScriptHost, elapsedMs: number): void {
    if (host.overdue(elapsedMs) === 'kill') throw new ScriptKilled(this.#placeAt(state, 0, false));
  }

  /**
   * The error handler of a run: the stack still is as it was when the error was raised. As in Redis it makes a table of the error,
   * which functions that fail in Lua's own C code then hand to the script.
   */
  #handleError(state: number): number {
    const { api } = this.lua;
    if (api.lua_type(state, 1) !== LuaType.TABLE) this.lua.pushErrorTable(state, `ERR ${this.lua.describe(state, 1)}`);
    this.#failedAt = this.#placeAt(state, 1, true);
    return 1;
  }

  #placeAt(state: number, level: number, skippingC: boolean): Place | undefined {
    const { api } = this.lua;
    const record = this.#debugRecord;
    if (api.lua_getstack(state, level, record) === 0) return undefined;
    api.lua_getinfo(state, this.lua.constant('Sl'), record);
    const member = (offset: number) => this.lua.words[(record + offset) >> 2]!;
    if (skippingC && this.lua.textAt(member(DebugRecord.WHAT)) === 'C') return this.#placeAt(state, level + 1, false);
    return { source: this.lua.textAt(member(DebugRecord.SOURCE)), line: member(DebugRecord.CURRENT_LINE) };
  }

  #onInstructions(state: number): void {
    const now = performance.now();
    if (now >= this.#overdueAt && this.#host !== undefined) this.overdue(state, this.#host, now - this.#startedAt);
  }
}

/** The reply for a script that failed: what, in which script or function, and where. */
export function failure(message: string, name: string, place: Place | undefined): string {
  return errorLine(place === undefined ? message : `${message} script: ${name}, on ${place.source}:${String(place.line)}.`);
}
