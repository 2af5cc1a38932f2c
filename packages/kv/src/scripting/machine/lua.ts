import { LuaType, REGISTRY } from './lua-api.js';
import { LuaMachine } from './lua-machine.js';

/** Below this length a loop copies faster than a call does. */
const SHORT_COPY_BYTES = 48;

/** Lua with a vocabulary for values: strings in and out as bytes, and errors as C functions raise them. */
export class Lua extends LuaMachine {
  pushBytes(state: number, bytes: Uint8Array, start = 0, end = bytes.length): void {
    const pointer = this.scratch(end - start);
    this.copyIn(bytes, start, end, pointer);
    this.api.lua_pushlstring(state, pointer, end - start);
  }

  /** Pushes a text of Latin-1 characters, which all of Lua's and ours are. */
  pushText(state: number, text: string): void {
    const pointer = this.scratch(text.length);
    this.heap.write(text, pointer, 'latin1');
    this.api.lua_pushlstring(state, pointer, text.length);
  }

  copyIn(bytes: Uint8Array, start: number, end: number, pointer: number): void {
    const { heap } = this;
    if (end - start > SHORT_COPY_BYTES) heap.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), pointer);
    else for (let at = start, to = pointer; at < end; at++, to++) heap[to] = bytes[at]!;
  }

  /** A string or a number as text, one character for each byte; undefined for anything else. Numbers on the stack become strings. */
  text(state: number, index: number): string | undefined {
    const pointer = this.api.lua_tolstring(state, index, this.lengthPointer);
    return pointer === 0 ? undefined : this.heap.toString('latin1', pointer, pointer + this.stringLength);
  }

  /** A text as an error message shows any value. */
  describe(state: number, index: number): string {
    const { api } = this;
    const type = api.lua_type(state, index);
    if (type === LuaType.NIL) return 'nil';
    if (type === LuaType.BOOLEAN) return api.lua_toboolean(state, index) === 1 ? 'true' : 'false';
    return this.text(state, index) ?? `${TYPE_NAMES[type] ?? 'userdata'}: 0x${api.lua_topointer(state, index).toString(16)}`;
  }

  /** The number under which the registry keeps a string, to be pushed with lua_rawgeti: that is cheaper than making it anew. */
  reference(text: string): number {
    this.pushText(this.state, text);
    return this.api.luaL_ref(this.state, REGISTRY);
  }

  setField(state: number, index: number, name: string): void {
    this.api.lua_setfield(state, index, this.constant(name));
  }

  setText(state: number, index: number, name: string, text: string): void {
    this.pushText(state, text);
    this.setField(state, index < 0 ? index - 1 : index, name);
  }

  setNumber(state: number, index: number, name: string, value: number): void {
    this.api.lua_pushnumber(state, value);
    this.setField(state, index < 0 ? index - 1 : index, name);
  }

  pop(state: number, count = 1): void {
    this.api.lua_settop(state, -count - 1);
  }

  /** Raises an error as luaL_error does, with the place of the caller before the text. Never returns. */
  raise(state: number, text: string): never {
    this.api.luaL_where(state, 1);
    this.pushText(state, text);
    this.api.lua_concat(state, 2);
    return this.api.lua_error(state);
  }

  /** Raises an error that says nothing of the place. Never returns. */
  raiseBare(state: number, text: string): never {
    this.pushText(state, text);
    return this.api.lua_error(state);
  }

  /** Raises a table with the text in its field "err", as errors of commands are. Never returns. */
  raiseTable(state: number, text: string): never {
    this.pushErrorTable(state, text);
    return this.api.lua_error(state);
  }

  pushErrorTable(state: number, text: string): void {
    this.api.lua_createtable(state, 0, 1);
    this.setText(state, -1, 'err', text);
  }

  /** Raises "bad argument #n to 'function' (text)". Never returns. */
  raiseArgument(state: number, argument: number, text: string): never {
    this.api.luaL_argerror(state, argument, this.constant(text));
    throw new Error('luaL_argerror does not return');
  }
}

const TYPE_NAMES: Readonly<Record<number, string>> = { 5: 'table', 6: 'function', 7: 'userdata', 8: 'thread' };
