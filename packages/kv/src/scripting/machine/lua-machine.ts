import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { LuaApi } from './lua-api.js';
import { Signature, trampolines } from './trampolines.js';
import { wasm, type WasmModule } from './web-assembly.js';

/** A function that Lua calls: the state it runs in, and in return how many results it left on that state's stack. */
export type LuaFunction = (state: number) => number;

/** What a jump out of C code looks like to us: the C library's longjmp throws it, and setjmp's frame catches it. */
const LONG_JUMP: unknown = Object.freeze({ name: 'longjmp' });

const PAGE_BYTES = 64 * 1024;
const FIRST_SCRATCH_BYTES = 4096;

/** The machine cannot go on: Lua found no handler for an error, or C code trapped. Its owner makes a new one. */
export class LuaPanic extends Error {}

/** Compiles Lua, which takes some milliseconds; machines are then made of it in less than one, and synchronously. */
export async function compileLua(): Promise<WasmModule> {
  const path = createRequire(import.meta.url).resolve('wasmoon-lua5.1/dist/liblua5.1.wasm');
  return wasm.compile(await readFile(path));
}

/**
 * One instance of the official Lua 5.1, which owns its memory and ends with it. It is driven through the C API and not
 * through the package's own JavaScript: strings stay bytes, nothing is awaited, and the operating system that Lua's C library
 * expects is not there at all, so a script that left the sandbox would find nothing.
 */
export class LuaMachine {
  readonly api: LuaApi;
  readonly state: number;

  /** The machine's memory. It is another one after each allocation that made it grow, so it is read again after every call. */
  heap!: Buffer;
  words!: Int32Array;

  /** Whether Lua was refused memory. It does not collect its garbage then, so that it could be refused the next time as well. */
  exhausted = false;

  /** Where lua_tolstring writes a length: read by `stringLength`. */
  readonly lengthPointer: number;

  readonly #maxBytes: number;
  readonly #constants = new Map<string, number>();
  readonly #protectedCalls: ((a: number, b: number) => void)[] = [];
  #scratch: number;
  #scratchBytes = FIRST_SCRATCH_BYTES;

  constructor(module: WasmModule, maxBytes: number) {
    this.#maxBytes = maxBytes;
    const instance = new wasm.Instance(module, this.#imports(module));
    this.api = instance.exports as unknown as LuaApi;
    this.#refresh();
    this.api.__wasm_call_ctors();
    this.api.emscripten_stack_init();
    this.lengthPointer = this.api.malloc(4);
    this.#scratch = this.api.malloc(this.#scratchBytes);
    this.state = this.api.luaL_newstate();
  }

  get memoryBytes(): number {
    return this.api.memory.buffer.byteLength;
  }

  /** The length that the latest lua_tolstring or luaL_checklstring found. */
  get stringLength(): number {
    return this.words[this.lengthPointer >> 2]!;
  }

  /** A C string that lives as long as the machine: the name of a field, the text of an error. */
  constant(text: string): number {
    return this.#constants.get(text) ?? this.#addConstant(text);
  }

  /** Memory for `bytes` bytes that is anybody's until the next call of this function. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) this.#growScratch(bytes);
    return this.#scratch;
  }

  /** Gives functions of JavaScript the numbers under which C code calls them. */
  install(functions: readonly CallableFunction[], signature: readonly number[] = Signature.FUNCTION): readonly number[] {
    const table = this.api.__indirect_function_table;
    const first = table.grow(functions.length);
    return trampolines(functions, signature).map((entry, index) => {
      table.set(first + index, entry);
      return first + index;
    });
  }

  /** The text of a C string. */
  textAt(pointer: number): string {
    return this.heap.toString('latin1', pointer, this.heap.indexOf(0, pointer));
  }

  #addConstant(text: string): number {
    const pointer = this.api.malloc(text.length + 1);
    if (pointer === 0) throw new LuaPanic('not enough memory');
    this.heap.write(`${text}\0`, pointer, 'latin1');
    this.#constants.set(text, pointer);
    return pointer;
  }

  #growScratch(bytes: number): void {
    const pointer = this.api.malloc(2 * bytes);
    if (pointer === 0) throw new LuaPanic('not enough memory');
    this.api.free(this.#scratch);
    this.#scratch = pointer;
    this.#scratchBytes = 2 * bytes;
  }

  #refresh(): void {
    const { buffer } = this.api.memory;
    this.heap = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
  }

  /** Only what Lua cannot do without; a call of anything else fails as in a system that has no such thing. */
  #imports(module: WasmModule): Record<string, Record<string, unknown>> {
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name } of wasm.Module.imports(module)) (imports[from] ??= {})[name] = () => -1;
    Object.assign(imports['env']!, {
      invoke_vii: (index: number, a: number, b: number) => this.#callProtected(index, a, b),
      _emscripten_throw_longjmp: () => {
        throw LONG_JUMP;
      },
      emscripten_memcpy_js: (to: number, from: number, bytes: number) => this.heap.copyWithin(to, from, from + bytes),
      emscripten_resize_heap: (bytes: number) => this.#resize(bytes),
      exit: () => {
        throw new LuaPanic('not enough memory');
      },
    });
    return imports;
  }

  /** The setjmp of C: what longjmp throws ends here, while a JavaScript error goes on and ends the machine. */
  #callProtected(index: number, a: number, b: number): void {
    const { api } = this;
    const stack = api.stackSave();
    try {
      (this.#protectedCalls[index] ??= api.__indirect_function_table.get(index) as never)(a, b);
    } catch (error) {
      if (error !== LONG_JUMP) throw error;
      api.stackRestore(stack);
      api.setThrew(1, 0);
    }
  }

  /** Lua sees a refusal as "not enough memory". Growing by a quarter at least keeps the number of new views small. */
  #resize(bytes: number): number {
    const now = this.memoryBytes;
    if (bytes > this.#maxBytes) {
      this.exhausted = true;
      return 0;
    }
    const wanted = Math.min(Math.max(bytes, now + now / 4), this.#maxBytes);
    this.api.memory.grow(Math.ceil((wanted - now) / PAGE_BYTES));
    this.#refresh();
    return 1;
  }
}
