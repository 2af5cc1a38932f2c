import { createHash } from 'node:crypto';
import { REDIS_VERSION } from '../version.js';
import { ArgumentList } from './conversion/argument-list.js';
import { errorText } from './conversion/error-text.js';
import { formatSignificant } from './conversion/significant-digits.js';
import { ReplyToLua } from './conversion/reply-to-lua.js';
import type { Library } from './machine/library.js';
import { LuaType } from './machine/lua-api.js';
import type { Lua } from './machine/lua.js';
import type { ScriptHost } from './script-host.js';

const LogLevel = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 } as const;
const Replication = { REPL_ALL: 3, REPL_AOF: 1, REPL_REPLICA: 2, REPL_SLAVE: 2, REPL_NONE: 0 } as const;

/** Digits that show any double exactly, as in "%.17g". */
const EXACT_DIGITS = 17;

/** The longest text of a number with so many digits. */
const NUMBER_BYTES = 32;

/** The table "redis" of scripts, and the host that its functions call while one runs. */
export class RedisLibrary {
  readonly #lua: Lua;
  readonly #command: ArgumentList;
  readonly #replyToLua: ReplyToLua;
  #host: ScriptHost | undefined;
  #protocol: 2 | 3 = 2;

  constructor(lua: Lua) {
    this.#lua = lua;
    this.#command = new ArgumentList(lua.heap);
    this.#replyToLua = new ReplyToLua(lua);
  }

  /** What the script that runs, or the one that ended, chose with redis.setresp. */
  get protocol(): 2 | 3 {
    return this.#protocol;
  }

  begin(host: ScriptHost): void {
    this.#host = host;
    this.#protocol = 2;
  }

  end(): void {
    if (this.#protocol !== 2) this.#host?.setProtocol(2);
    this.#host = undefined;
  }

  library(): Library {
    return {
      ...LogLevel,
      ...Replication,
      REDIS_VERSION,
      REDIS_VERSION_NUM: versionNumber(REDIS_VERSION),
      call: (state) => this.#call(state, true),
      pcall: (state) => this.#call(state, false),
      error_reply: (state) => this.#singleField(state, 'err'),
      status_reply: (state) => this.#singleField(state, 'ok'),
      sha1hex: (state) => this.#sha1hex(state),
      log: (state) => this.#log(state),
      setresp: (state) => this.#setProtocol(state),
      set_repl: (state) => this.#setReplication(state),
      acl_check_cmd: (state) => this.#mayCall(state),
      // Without a debugger there is nothing to stop in or to print to, and effects are what is replicated anyway.
      breakpoint: (state) => this.#pushBoolean(state, false),
      debug: () => 0,
      replicate_commands: (state) => this.#pushBoolean(state, true),
    };
  }

  #call(state: number, raising: boolean): number {
    const mistake = this.#readCommand(state);
    if (mistake !== undefined) return this.#fail(state, mistake, raising);
    const failed = this.#replyToLua.push(state, this.#currentHost().call(this.#command));
    return failed && raising ? this.#lua.api.lua_error(state) : 1;
  }

  #mayCall(state: number): number {
    const mistake = this.#readCommand(state);
    if (mistake !== undefined) return this.#fail(state, mistake, true);
    const allowed = this.#currentHost().mayCall(this.#command);
    if (allowed === undefined) return this.#fail(state, 'ERR Invalid command passed to redis.acl_check_cmd()', true);
    return this.#pushBoolean(state, allowed);
  }

  /** Takes the arguments of the function that runs for a command: strings where they lie, numbers as text. */
  #readCommand(state: number): string | undefined {
    const { api } = this.#lua;
    const command = this.#command;
    const count = api.lua_gettop(state);
    command.count = 0;
    if (count === 0) return 'ERR Please specify at least one argument for this redis lib call';
    let numbers = 0;
    for (let index = 1; index <= count; index++) {
      const type = api.lua_type(state, index);
      if (type === LuaType.STRING) this.#addString(state, index);
      else if (type === LuaType.NUMBER) this.#addNumber(api.lua_tonumber(state, index), numbers++, count);
      else return 'ERR Lua redis lib command arguments must be strings or integers';
    }
    command.source = this.#lua.heap;
    return undefined;
  }

  #addString(state: number, index: number): void {
    const start = this.#lua.api.lua_tolstring(state, index, this.#lua.lengthPointer);
    this.#command.add(start, start + this.#lua.stringLength);
  }

  /** The scratch memory is taken for as many numbers as there may be, so that the first are still there with the last. */
  #addNumber(value: number, position: number, count: number): void {
    const start = this.#lua.scratch(count * NUMBER_BYTES) + position * NUMBER_BYTES;
    this.#command.add(start, start + this.#lua.heap.write(formatSignificant(value, EXACT_DIGITS), start, 'latin1'));
  }

  #singleField(state: number, field: string): number {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1 || api.lua_type(state, 1) !== LuaType.STRING) {
      return this.#fail(state, 'ERR wrong number or type of arguments', false);
    }
    if (field === 'err') return this.#fail(state, errorText(this.#lua.text(state, 1)!), false);
    api.lua_createtable(state, 0, 1);
    api.lua_pushvalue(state, 1);
    this.#lua.setField(state, -2, field);
    return 1;
  }

  #sha1hex(state: number): number {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1) return this.#fail(state, 'ERR wrong number of arguments', true);
    const start = api.lua_tolstring(state, 1, this.#lua.lengthPointer);
    const length = start === 0 ? 0 : this.#lua.stringLength;
    this.#lua.pushText(state, createHash('sha1').update(this.#lua.heap.subarray(start, start + length)).digest('hex'));
    return 1;
  }

  /** What is neither a string nor a number is left out. */
  #log(state: number): number {
    const { api } = this.#lua;
    const count = api.lua_gettop(state);
    if (count < 2) return this.#fail(state, 'ERR redis.log() requires two arguments or more.', true);
    if (api.lua_isnumber(state, 1) === 0) return this.#fail(state, 'ERR First argument must be a number (log level).', true);
    const level = Math.trunc(api.lua_tonumber(state, 1));
    if (!(level >= LogLevel.LOG_DEBUG && level <= LogLevel.LOG_WARNING)) return this.#fail(state, 'ERR Invalid debug level.', true);
    const words: string[] = [];
    for (let index = 2; index <= count; index++) words.push(this.#lua.text(state, index) ?? '');
    this.#currentHost().log(level, words.join(' '));
    return 0;
  }

  #setProtocol(state: number): number {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1) return this.#fail(state, 'ERR redis.setresp() requires one argument.', true);
    const version = Math.trunc(api.lua_tonumber(state, 1));
    if (version !== 2 && version !== 3) return this.#fail(state, 'ERR RESP version must be 2 or 3.', true);
    this.#protocol = version;
    this.#currentHost().setProtocol(version);
    return 0;
  }

  /** There is no replica to choose; only a wrong choice shows. */
  #setReplication(state: number): number {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1) return this.#fail(state, 'ERR redis.set_repl() requires two arguments.', true);
    const flags = api.lua_tonumber(state, 1) | 0;
    if ((flags & ~Replication.REPL_ALL) === 0) return 0;
    return this.#fail(state, 'ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.', true);
  }

  /** Raises or returns a table with the text of an error. */
  #fail(state: number, text: string, raising: boolean): number {
    this.#lua.pushErrorTable(state, text);
    return raising ? this.#lua.api.lua_error(state) : 1;
  }

  #pushBoolean(state: number, value: boolean): number {
    this.#lua.api.lua_pushboolean(state, value ? 1 : 0);
    return 1;
  }

  #currentHost(): ScriptHost {
    if (this.#host === undefined) throw new Error('a function of a script runs outside of any script');
    return this.#host;
  }
}

/** 0x00MMmmpp, as in 7.0.15: 0x07000f. */
function versionNumber(version: string): number {
  return version.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
