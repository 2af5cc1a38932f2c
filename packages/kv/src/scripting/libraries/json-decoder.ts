import type { Lua } from '../machine/lua.js';
import { JsonLexer, Token, type TokenName } from './json-lexer.js';
import { Setting, type JsonSettings } from './json-settings.js';

/** cjson.decode: values are pushed as they are read, with no tree in between. */
export class JsonDecoder {
  readonly #lua: Lua;
  readonly #settings: JsonSettings;
  readonly #lexer: JsonLexer;
  #start = 0;
  #maxDepth = 0;

  constructor(lua: Lua, settings: JsonSettings) {
    this.#lua = lua;
    this.#settings = settings;
    this.#lexer = new JsonLexer(lua);
  }

  readonly decode = (state: number): number => {
    const { api } = this.#lua;
    if (api.lua_gettop(state) !== 1) this.#lua.raiseArgument(state, 1, 'expected 1 argument');
    this.#start = api.luaL_checklstring(state, 1, this.#lua.lengthPointer);
    const length = this.#lua.stringLength;
    const { heap } = this.#lua;
    if (length > 1 && (heap[this.#start] === 0 || heap[this.#start + 1] === 0)) {
      this.#lua.raise(state, 'JSON parser does not support UTF-16 or UTF-32');
    }
    this.#maxDepth = this.#settings.get(state, Setting.DECODE_DEPTH);
    this.#lexer.begin(this.#start, length, this.#settings.get(state, Setting.DECODE_INVALID) !== 0);
    this.#value(state, this.#lexer.next(), 0);
    const token = this.#lexer.next();
    if (token !== Token.END) this.#expected(state, 'the end', token);
    return 1;
  };

  #value(state: number, token: TokenName, depth: number): void {
    const { api } = this.#lua;
    if (token === Token.STRING) this.#string(state);
    else if (token === Token.NUMBER) api.lua_pushnumber(state, this.#lexer.number);
    else if (token === Token.OBJECT_BEGIN) this.#object(state, depth + 1);
    else if (token === Token.ARRAY_BEGIN) this.#array(state, depth + 1);
    else if (token === Token.BOOLEAN) api.lua_pushboolean(state, this.#lexer.number);
    else if (token === Token.NULL) api.lua_pushlightuserdata(state, 0);
    else this.#expected(state, 'value', token);
  }

  #string(state: number): void {
    const { hasEscapes, stringStart, stringEnd, unescaped } = this.#lexer;
    if (hasEscapes) this.#lua.pushBytes(state, unescaped.bytes, 0, unescaped.length);
    else this.#lua.api.lua_pushlstring(state, stringStart, stringEnd - stringStart);
  }

  #array(state: number, depth: number): void {
    const { api } = this.#lua;
    this.#descend(state, depth, 2);
    let token = this.#lexer.next();
    if (token === Token.ARRAY_END) return;
    for (let index = 1; ; index++) {
      this.#value(state, token, depth);
      api.lua_rawseti(state, -2, index);
      token = this.#lexer.next();
      if (token === Token.ARRAY_END) return;
      if (token !== Token.COMMA) this.#expected(state, 'comma or array end', token);
      token = this.#lexer.next();
    }
  }

  #object(state: number, depth: number): void {
    this.#descend(state, depth, 3);
    let token = this.#lexer.next();
    if (token === Token.OBJECT_END) return;
    for (;;) {
      if (token !== Token.STRING) this.#expected(state, 'object key string', token);
      this.#string(state);
      token = this.#lexer.next();
      if (token !== Token.COLON) this.#expected(state, 'colon', token);
      this.#value(state, this.#lexer.next(), depth);
      this.#lua.api.lua_rawset(state, -3);
      token = this.#lexer.next();
      if (token === Token.OBJECT_END) return;
      if (token !== Token.COMMA) this.#expected(state, 'comma or object end', token);
      token = this.#lexer.next();
    }
  }

  #descend(state: number, depth: number, slots: number): void {
    const { api } = this.#lua;
    if (depth > this.#maxDepth || api.lua_checkstack(state, slots) === 0) {
      const position = this.#lexer.at - this.#start;
      this.#lua.raise(state, `Found too many nested data structures (${String(depth)}) at character ${String(position)}`);
    }
    api.lua_createtable(state, 0, 0);
  }

  #expected(state: number, what: string, token: TokenName): never {
    const found = token === Token.ERROR ? this.#lexer.reason : token;
    const position = this.#lexer.tokenStart - this.#start + 1;
    return this.#lua.raise(state, `Expected ${what} but found ${found} at character ${String(position)}`);
  }
}
