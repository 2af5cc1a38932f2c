import type { Lua } from '../machine/lua.js';
import { errorText } from './error-text.js';

const [PLUS, MINUS, COLON, DOLLAR, STAR] = [0x2b, 0x2d, 0x3a, 0x24, 0x2a];
const [PERCENT, TILDE, UNDERSCORE, HASH, COMMA, PARENTHESIS, EQUALS, BAR, PUSH] = [0x25, 0x7e, 0x5f, 0x23, 0x2c, 0x28, 0x3d, 0x7c, 0x3e];
const [CR, ZERO, LETTER_T] = [0x0d, 0x30, 0x74];

/** As many digits are exact in a double however they are added up. */
const EXACT_DIGITS = 15;

/** What is true of an error that a command has answered. */
export const COUNTED_FIELD = 'ignore_error_stats_update';

/** Turns the reply of a command, as RESP2 or RESP3, into the Lua value that Redis documents for it. */
export class ReplyToLua {
  readonly #lua: Lua;
  #reply: Uint8Array = Buffer.alloc(0);
  #at = 0;

  /** Where the machine has a copy of the reply: its strings are made from there, with one copy for the whole. */
  #copy = 0;

  constructor(lua: Lua) {
    this.#lua = lua;
  }

  /** Pushes the value of one whole reply. True if the reply is an error, and so the value a table with "err". */
  push(state: number, reply: Uint8Array): boolean {
    this.#reply = reply;
    this.#at = 0;
    this.#copy = this.#lua.scratch(reply.length);
    this.#lua.copyIn(reply, 0, reply.length, this.#copy);
    this.#value(state);
    return reply[0] === MINUS;
  }

  #value(state: number): void {
    const { api } = this.#lua;
    const type = this.#reply[this.#at++];
    if (type === DOLLAR) this.#bulk(state);
    else if (type === COLON) api.lua_pushnumber(state, this.#integer());
    else if (type === STAR || type === PUSH) this.#array(state);
    else if (type === PLUS) this.#line(state, 'ok');
    else if (type === MINUS) this.#error(state);
    else if (type === UNDERSCORE) this.#nil(state);
    else this.#valueOfResp3(state, type);
  }

  #valueOfResp3(state: number, type: number | undefined): void {
    if (type === PERCENT) this.#map(state);
    else if (type === TILDE) this.#set(state);
    else if (type === COMMA) this.#double(state);
    else if (type === HASH) this.#boolean(state);
    else if (type === PARENTHESIS) this.#line(state, 'big_number');
    else if (type === EQUALS) this.#verbatim(state);
    else if (type === BAR) this.#afterAttributes(state);
    else throw new Error('a reply has a type that RESP does not have');
  }

  #bulk(state: number): void {
    const { api } = this.#lua;
    const length = this.#integer();
    if (length < 0) return api.lua_pushboolean(state, 0);
    api.lua_pushlstring(state, this.#copy + this.#at, length);
    this.#at += length + 2;
  }

  #array(state: number): void {
    const { api } = this.#lua;
    const length = this.#integer();
    if (length < 0) return api.lua_pushboolean(state, 0);
    this.#table(state, length, 0);
    for (let index = 1; index <= length; index++) {
      this.#value(state);
      api.lua_rawseti(state, -2, index);
    }
  }

  #map(state: number): void {
    const { api } = this.#lua;
    const pairs = this.#integer();
    this.#table(state, 0, 1);
    this.#table(state, 0, pairs);
    for (let index = 0; index < pairs; index++) {
      this.#value(state);
      this.#value(state);
      api.lua_rawset(state, -3);
    }
    this.#lua.setField(state, -2, 'map');
  }

  #set(state: number): void {
    const { api } = this.#lua;
    const length = this.#integer();
    this.#table(state, 0, 1);
    this.#table(state, 0, length);
    for (let index = 0; index < length; index++) {
      this.#value(state);
      api.lua_pushboolean(state, 1);
      api.lua_rawset(state, -3);
    }
    this.#lua.setField(state, -2, 'set');
  }

  #error(state: number): void {
    this.#table(state, 0, 2);
    this.#lua.setText(state, -1, 'err', errorText(this.#text()));
    // Redis marks the errors of commands like this, so that its statistics count them once; scripts can see it.
    this.#lua.api.lua_pushboolean(state, 1);
    this.#lua.setField(state, -2, COUNTED_FIELD);
  }

  #nil(state: number): void {
    this.#lineEnd();
    this.#lua.api.lua_pushnil(state);
  }

  #boolean(state: number): void {
    const value = this.#reply[this.#at] === LETTER_T;
    this.#lineEnd();
    this.#lua.api.lua_pushboolean(state, value ? 1 : 0);
  }

  #double(state: number): void {
    this.#table(state, 0, 1);
    this.#lua.setNumber(state, -1, 'double', doubleOf(this.#text()));
  }

  #verbatim(state: number): void {
    const { api } = this.#lua;
    const length = this.#integer();
    this.#table(state, 0, 1);
    this.#table(state, 0, 2);
    api.lua_pushlstring(state, this.#copy + this.#at + 4, length - 4);
    this.#lua.setField(state, -2, 'string');
    api.lua_pushlstring(state, this.#copy + this.#at, 3);
    this.#lua.setField(state, -2, 'format');
    this.#lua.setField(state, -2, 'verbatim_string');
    this.#at += length + 2;
  }

  /** Attributes are not for scripts: they are read, and what they belong to is the value. */
  #afterAttributes(state: number): void {
    const pairs = this.#integer();
    for (let index = 0; index < 2 * pairs; index++) {
      this.#value(state);
      this.#lua.pop(state);
    }
    this.#value(state);
  }

  /** A table with one field, whose value is the rest of the line. */
  #line(state: number, field: string): void {
    const start = this.#at;
    const end = this.#lineEnd();
    this.#table(state, 0, 1);
    this.#lua.api.lua_pushlstring(state, this.#copy + start, end - start);
    this.#lua.setField(state, -2, field);
  }

  #table(state: number, arraySlots: number, fieldSlots: number): void {
    const { api } = this.#lua;
    if (api.lua_checkstack(state, 4) === 0) this.#lua.raise(state, 'stack overflow');
    api.lua_createtable(state, arraySlots, fieldSlots);
  }

  #text(): string {
    const start = this.#at;
    const end = this.#lineEnd();
    return Buffer.from(this.#reply.buffer, this.#reply.byteOffset + start, end - start).toString('latin1');
  }

  #integer(): number {
    const reply = this.#reply;
    const start = this.#at;
    const negative = reply[start] === MINUS;
    let value = 0;
    let at = negative ? start + 1 : start;
    for (; reply[at] !== CR; at++) value = 10 * value + (reply[at]! - ZERO);
    if (at - start > EXACT_DIGITS) return Number(this.#text());
    this.#at = at + 2;
    return negative ? -value : value;
  }

  /** Goes behind the line's end, and says where its text ends. */
  #lineEnd(): number {
    const end = this.#reply.indexOf(CR, this.#at);
    this.#at = end + 2;
    return end;
  }
}

function doubleOf(text: string): number {
  if (text.endsWith('inf')) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
