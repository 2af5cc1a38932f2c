import { LuaType, REGISTRY } from '../machine/lua-api.js';
import type { Lua } from '../machine/lua.js';
import { errorLine, lineText } from './error-text.js';
import { COUNTED_FIELD } from './reply-to-lua.js';
import type { ResultWriter } from './result-writer.js';

/** What lua_checkstack is asked for before each level of a table. */
const SLOTS_PER_LEVEL = 4;

/** Redis ends where Lua's stack does; the stack of JavaScript would end before it, in the middle of a reply. */
const MAX_DEPTH = 1000;

/** The length of a verbatim string's format. */
const FORMAT_LENGTH = 3;

const MIN_LONG = -(2n ** 63n);
const LONG_LIMIT = 2 ** 63;

/** A field that makes a table stand for something else than an array: its name's reference, its type, and what writes it. */
type Form = readonly [name: number, type: number, write: (state: number, writer: ResultWriter, protocol: number) => boolean];

/** Writes what a script returned as the reply that Redis documents for it. */
export class LuaToReply {
  readonly #lua: Lua;

  /** In the order in which Redis looks for them. */
  readonly #forms: readonly Form[];
  readonly #stringField: number;
  readonly #formatField: number;
  readonly #countedField: number;
  readonly #onError: (text: string) => void;
  #depth = 0;

  /** `onError` is called for each error but those that a command has answered. */
  constructor(lua: Lua, onError: (text: string) => void) {
    this.#lua = lua;
    this.#onError = onError;
    this.#countedField = lua.reference(COUNTED_FIELD);
    this.#stringField = lua.reference('string');
    this.#formatField = lua.reference('format');
    this.#forms = [
      [lua.reference('err'), LuaType.STRING, (state, writer) => this.#error(state, writer)],
      [lua.reference('ok'), LuaType.STRING, (state, writer) => this.#line(state, (text) => writer.status(text))],
      [lua.reference('double'), LuaType.NUMBER, (state, writer) => this.#double(state, writer)],
      [lua.reference('map'), LuaType.TABLE, (state, writer, protocol) => this.#map(state, writer, protocol)],
      [lua.reference('set'), LuaType.TABLE, (state, writer, protocol) => this.#set(state, writer, protocol)],
      [lua.reference('big_number'), LuaType.STRING, (state, writer) => this.#line(state, (text) => writer.bigNumber(text))],
      [lua.reference('verbatim_string'), LuaType.TABLE, (state, writer) => this.#verbatim(state, writer)],
    ];
  }

  /** Writes the value on top of the stack, and takes it away. `protocol` is what the script chose with redis.setresp. */
  write(state: number, writer: ResultWriter, protocol: number): void {
    this.#depth = 0;
    this.#write(state, writer, protocol);
  }

  #write(state: number, writer: ResultWriter, protocol: number): void {
    const { api } = this.#lua;
    const type = api.lua_type(state, -1);
    if (type === LuaType.STRING) this.#bulk(state, writer);
    else if (type === LuaType.NUMBER) writer.integer(integerOf(api.lua_tonumber(state, -1)));
    else if (type === LuaType.BOOLEAN) writeBoolean(writer, api.lua_toboolean(state, -1) === 1, protocol);
    else if (type === LuaType.TABLE) this.#table(state, writer, protocol);
    else writer.nil();
    this.#lua.pop(state);
  }

  #bulk(state: number, writer: ResultWriter): void {
    const start = this.#lua.api.lua_tolstring(state, -1, this.#lua.lengthPointer);
    writer.bulk(this.#lua.heap, start, start + this.#lua.stringLength);
  }

  #table(state: number, writer: ResultWriter, protocol: number): void {
    const { api } = this.#lua;
    const tooDeep = this.#depth === MAX_DEPTH || api.lua_checkstack(state, SLOTS_PER_LEVEL) === 0;
    if (tooDeep) return writer.error('ERR reached lua stack limit');
    this.#depth++;
    this.#tableByForm(state, writer, protocol);
    this.#depth--;
  }

  #tableByForm(state: number, writer: ResultWriter, protocol: number): void {
    const { api } = this.#lua;
    const table = api.lua_gettop(state);
    for (const [name, type, write] of this.#forms) {
      const written = this.#field(state, -1, name, type) && write(state, writer, protocol);
      api.lua_settop(state, table);
      if (written) return;
    }
    this.#array(state, writer, protocol);
  }

  /** An array ends before its first nil, wherever the table's own border is. */
  #array(state: number, writer: ResultWriter, protocol: number): void {
    const { api } = this.#lua;
    const length = this.#arrayLength(state);
    writer.array(length);
    for (let index = 1; index <= length; index++) {
      api.lua_rawgeti(state, -1, index);
      this.#write(state, writer, protocol);
    }
  }

  #arrayLength(state: number): number {
    const { api } = this.#lua;
    for (let length = 0; ; length++) {
      api.lua_rawgeti(state, -1, length + 1);
      const type = api.lua_type(state, -1);
      this.#lua.pop(state);
      if (type === LuaType.NIL) return length;
    }
  }

  #map(state: number, writer: ResultWriter, protocol: number): boolean {
    const { api } = this.#lua;
    writer.map(this.#pairs(state));
    api.lua_pushnil(state);
    while (api.lua_next(state, -2) !== 0) {
      api.lua_pushvalue(state, -2);
      this.#write(state, writer, protocol);
      this.#write(state, writer, protocol);
    }
    return true;
  }

  #set(state: number, writer: ResultWriter, protocol: number): boolean {
    const { api } = this.#lua;
    writer.set(this.#pairs(state));
    api.lua_pushnil(state);
    while (api.lua_next(state, -2) !== 0) {
      this.#lua.pop(state);
      api.lua_pushvalue(state, -1);
      this.#write(state, writer, protocol);
    }
    return true;
  }

  #pairs(state: number): number {
    const { api } = this.#lua;
    let pairs = 0;
    api.lua_pushnil(state);
    for (; api.lua_next(state, -2) !== 0; pairs++) this.#lua.pop(state);
    return pairs;
  }

  #error(state: number, writer: ResultWriter): boolean {
    const text = errorLine(this.#lua.text(state, -1)!);
    if (!this.#field(state, -2, this.#countedField, LuaType.BOOLEAN)) this.#onError(text);
    writer.error(text);
    return true;
  }

  #line(state: number, write: (text: string) => void): boolean {
    write(lineText(this.#unicode(state, -1)));
    return true;
  }

  #double(state: number, writer: ResultWriter): boolean {
    writer.double(this.#lua.api.lua_tonumber(state, -1));
    return true;
  }

  #verbatim(state: number, writer: ResultWriter): boolean {
    const isWhole = this.#field(state, -1, this.#stringField, LuaType.STRING) && this.#field(state, -2, this.#formatField, LuaType.STRING);
    if (isWhole) writer.verbatim(this.#unicode(state, -1).slice(0, FORMAT_LENGTH).padEnd(FORMAT_LENGTH), this.#unicode(state, -2));
    return isWhole;
  }

  #unicode(state: number, index: number): string {
    const start = this.#lua.api.lua_tolstring(state, index, this.#lua.lengthPointer);
    return this.#lua.heap.toString('utf8', start, start + this.#lua.stringLength);
  }

  /** Pushes a field of the table at `index`, without asking its metatable, and says whether it has the type. */
  #field(state: number, index: number, name: number, type: number): boolean {
    const { api } = this.#lua;
    api.lua_rawgeti(state, REGISTRY, name);
    api.lua_rawget(state, index - 1);
    return api.lua_type(state, -1) === type;
  }
}

/** What C makes of a number that it casts to a 64-bit integer. */
function integerOf(value: number): number | bigint {
  if (!(value >= -LONG_LIMIT && value < LONG_LIMIT)) return MIN_LONG;
  const integer = Math.trunc(value);
  return Number.isSafeInteger(integer) ? integer + 0 : BigInt(integer);
}

/** In RESP2 false is nil and true is 1: a script that wants booleans asks for RESP3 first. */
function writeBoolean(writer: ResultWriter, value: boolean, protocol: number): void {
  if (protocol === 3) writer.boolean(value);
  else if (value) writer.integer(1);
  else writer.nil();
}
