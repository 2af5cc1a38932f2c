/** A compiled module: only ever handed on. */
export interface WasmModule {
  readonly compiled?: never;
}

interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What we use of WebAssembly, which the types of Node 20 leave to those of the browser. */
export const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    imports(module: WasmModule): readonly { readonly module: string; readonly name: string }[];
  };
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
}
