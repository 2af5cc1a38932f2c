import { wasm } from './web-assembly.js';

/** The signatures of functions that Lua calls: lua_CFunction, and lua_Hook. */
export const Signature = { FUNCTION: [0x60, 1, 0x7f, 1, 0x7f], HOOK: [0x60, 2, 0x7f, 0x7f, 0] } as const;

/**
 * Makes entries for a function table of functions of JavaScript. A table takes only functions that a module exports, and
 * Node 20 has no WebAssembly.Function; so this is a module which exports again what it imports.
 */
export function trampolines(functions: readonly CallableFunction[], signature: readonly number[]): readonly unknown[] {
  const names = functions.map((_, index) => [...byteString(String(index))]);
  const imports = names.map((name) => [...byteString('js'), ...name, 0, 0]);
  const exports = names.map((name, index) => [...name, 0, ...unsigned(index)]);
  const bytes = new Uint8Array([...PREAMBLE, ...section(1, [[...signature]]), ...section(2, imports), ...section(7, exports)]);
  const instance = new wasm.Instance(new wasm.Module(bytes), { js: Object.fromEntries(functions.entries()) });
  return functions.map((_, index) => instance.exports[String(index)]);
}

/** The magic number and the version of the binary format. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function section(id: number, entries: readonly (readonly number[])[]): readonly number[] {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function byteString(text: string): readonly number[] {
  return [text.length, ...Buffer.from(text)];
}

/** LEB128, the format's integers. */
function unsigned(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
