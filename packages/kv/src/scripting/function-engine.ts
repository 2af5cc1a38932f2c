import type { CommandArguments } from './conversion/argument-list.js';
import type { ResultWriter } from './conversion/result-writer.js';
import { FunctionMachine } from './function-machine.js';
import { type FunctionLibrary, libraryName, type LibraryFunction } from './function-library.js';
import { FUNCTION_LOAD_LIMIT_MS, MAX_SCRIPT_MEMORY_BYTES, SCRIPT_TIME_LIMIT_MS } from './limits.js';
import { LUA } from './machine/lua-module.js';
import { Random } from './sandbox/random.js';
import { endingReply, loadingError } from './script-ending.js';
import type { ScriptEngineOptions } from './script-engine.js';
import { ScriptError } from './script-error.js';
import type { ScriptHost } from './script-host.js';

/** What becomes of the libraries that are there already, if others are restored: a new one of the same name is refused if it is to be added. */
export type RestorePolicy = 'append' | 'replace' | 'flush';

/**
 * FUNCTION and FCALL without a server: keeps libraries and runs their functions. Their machine is another one than that of
 * scripts, and lives until a function is killed or runs out of memory; then all libraries are loaded again before the next call,
 * and what they had in variables of their own is as it was at first.
 */
export class FunctionEngine {
  timeLimitMs: number;
  readonly #maxMemoryBytes: number;
  readonly #random = new Random();
  readonly #libraries = new Map<string, FunctionLibrary>();
  #machine: FunctionMachine | undefined;

  constructor(options: ScriptEngineOptions = {}) {
    this.#maxMemoryBytes = options.maxMemoryBytes ?? MAX_SCRIPT_MEMORY_BYTES;
    this.timeLimitMs = options.timeLimitMs ?? SCRIPT_TIME_LIMIT_MS;
  }

  get libraries(): ReadonlyMap<string, FunctionLibrary> {
    return this.#libraries;
  }

  /** How many functions there are in all libraries. */
  get count(): number {
    return [...this.#libraries.values()].reduce((count, { functions }) => count + functions.size, 0);
  }

  /** What the libraries themselves take. */
  get sourceBytes(): number {
    return [...this.#libraries.values()].reduce((bytes, { source }) => bytes + source.length, 0);
  }

  /** What the machine takes, for INFO's used_memory_vm_functions. */
  get memoryBytes(): number {
    return this.#machine?.memoryBytes ?? 0;
  }

  /**
   * Loads a library, in place of one of the same name if `replacing`; the source is copied. Whatever goes wrong, what was there
   * stays. Error: ScriptError, whose message is the reply.
   */
  load(source: Uint8Array, replacing: boolean, host: ScriptHost): FunctionLibrary {
    const copy = Buffer.from(source);
    const name = libraryName(copy);
    const former = this.#libraries.get(name);
    if (former !== undefined && !replacing) throw new ScriptError(`ERR Library '${name}' already exists`);
    const machine = this.#currentMachine(host);
    const functions = this.#functionsOf(copy, machine, host);
    const mistake = this.#conflict(functions, former);
    if (mistake !== undefined) {
      machine.forget(functions);
      throw new ScriptError(mistake);
    }
    if (former !== undefined) this.delete(name);
    const library = { name, source: copy, functions };
    this.#libraries.set(name, library);
    return library;
  }

  /** Loads several libraries, or none of them if one cannot be loaded. Error: ScriptError. */
  restore(sources: readonly Buffer[], policy: RestorePolicy, host: ScriptHost): void {
    const former = [...this.#libraries];
    const known = policy === 'append' ? sources.map(libraryName).find((name) => this.#libraries.has(name)) : undefined;
    if (known !== undefined) throw new ScriptError(`ERR Library ${known} already exists`);
    try {
      if (policy === 'flush') this.flush();
      for (const source of sources) this.load(source, policy === 'replace', host);
    } catch (error) {
      this.flush();
      for (const [name, library] of former) this.#libraries.set(name, library);
      throw error;
    }
  }

  find(functionName: string): LibraryFunction | undefined {
    for (const { functions } of this.#libraries.values()) {
      const found = functions.get(functionName);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether there was such a library. */
  delete(name: string): boolean {
    const library = this.#libraries.get(name);
    if (library === undefined) return false;
    this.#machine?.forget(library.functions);
    return this.#libraries.delete(name);
  }

  flush(): void {
    this.#libraries.clear();
    this.#machine = undefined;
  }

  /** Runs a function that `find` has found: see ScriptEngine.run. */
  run(called: LibraryFunction, input: CommandArguments, firstKey: number, keyCount: number, host: ScriptHost, writer: ResultWriter): void {
    const machine = this.#currentMachine(host);
    const current = this.find(called.name) ?? called;
    machine.begin(host, this.timeLimitMs);
    try {
      machine.run(current, input, firstKey, keyCount, writer);
    } catch (error) {
      this.#machine = undefined;
      const text = endingReply(error, called.name);
      host.failed(text);
      writer.error(text);
    } finally {
      machine.end();
    }
    if (machine.isSpent) this.#machine = undefined;
  }

  #conflict(functions: ReadonlyMap<string, LibraryFunction>, former: FunctionLibrary | undefined): string | undefined {
    if (functions.size === 0) return 'ERR No functions registered';
    for (const name of functions.keys()) {
      if (this.find(name) !== undefined && former?.functions.has(name) !== true) return `ERR Function ${name} already exists`;
    }
    return undefined;
  }

  /** Error: ScriptError. */
  #functionsOf(source: Uint8Array, machine: FunctionMachine, host: ScriptHost): Map<string, LibraryFunction> {
    try {
      return machine.load(source, host, FUNCTION_LOAD_LIMIT_MS);
    } catch (error) {
      if (machine.isSpent) this.#machine = undefined;
      throw loadingError(error);
    }
  }

  #currentMachine(host: ScriptHost): FunctionMachine {
    if (this.#machine !== undefined) return this.#machine;
    const machine = new FunctionMachine({ module: LUA, maxMemoryBytes: this.#maxMemoryBytes, random: this.#random });
    for (const library of this.#libraries.values()) {
      this.#libraries.set(library.name, { ...library, functions: this.#functionsOf(library.source, machine, host) });
    }
    this.#machine = machine;
    return machine;
  }
}
