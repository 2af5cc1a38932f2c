import type { CommandArguments } from './conversion/argument-list.js';
import type { ResultWriter } from './conversion/result-writer.js';
import { EvalMachine } from './eval-machine.js';
import { MAX_SCRIPT_MEMORY_BYTES, SCRIPT_TIME_LIMIT_MS } from './limits.js';
import { LUA } from './machine/lua-module.js';
import { Random } from './sandbox/random.js';
import type { Script } from './script.js';
import { scriptOf } from './script.js';
import { endingReply, loadingError } from './script-ending.js';
import type { ScriptHost } from './script-host.js';

export interface ScriptEngineOptions {
  /** After this long a script is overdue, and the host is asked what to do. It may change while the engine lives. */
  timeLimitMs?: number;
  /** The memory of all scripts together. A script that needs more fails with "not enough memory". */
  maxMemoryBytes?: number;
}

/**
 * EVAL without a server: keeps scripts by the SHA-1 of their source and runs them. Once it is made everything is synchronous.
 * It owns the Lua machine, and gives it up for a new one whenever a script may have left it in a bad state: killed, out
 * of memory, or after a trap. The scripts themselves are kept as source, and compiled when they run next.
 */
export class ScriptEngine {
  timeLimitMs: number;
  readonly #maxMemoryBytes: number;
  readonly #random = new Random();
  readonly #scripts = new Map<string, Script>();

  /** The functions that the machine has compiled, by the SHA-1 of their script. */
  readonly #functions = new Map<string, number>();
  #machine: EvalMachine | undefined;

  constructor(options: ScriptEngineOptions = {}) {
    this.#maxMemoryBytes = options.maxMemoryBytes ?? MAX_SCRIPT_MEMORY_BYTES;
    this.timeLimitMs = options.timeLimitMs ?? SCRIPT_TIME_LIMIT_MS;
  }

  /** How many scripts are kept, for INFO. */
  get count(): number {
    return this.#scripts.size;
  }

  /** What the scripts themselves take. */
  get sourceBytes(): number {
    return [...this.#scripts.values()].reduce((bytes, { source }) => bytes + source.length, 0);
  }

  /** What the machine takes, for INFO's used_memory_vm_eval. */
  get memoryBytes(): number {
    return this.#machine?.memoryBytes ?? 0;
  }

  /** Keeps a script; the source is copied. Error: ScriptError, whose message is the reply. */
  load(source: Uint8Array): Script {
    const script = scriptOf(Buffer.from(source));
    const known = this.#scripts.get(script.sha);
    if (known !== undefined) return known;
    this.#compile(this.#currentMachine(), script);
    this.#scripts.set(script.sha, script);
    return script;
  }

  /** The script with this SHA-1, in lower-case hexadecimal digits. */
  find(sha: string): Script | undefined {
    return this.#scripts.get(sha);
  }

  /** Forgets all scripts, and what they left in the machine. */
  flush(): void {
    this.#scripts.clear();
    this.#discardMachine();
  }

  /**
   * Runs a script: `keyCount` arguments of `input` from `firstKey` on are its KEYS, all that follow its ARGV. What it returns,
   * or how it failed, is written to `writer`. Whatever the host throws goes through, and costs the machine.
   */
  run(script: Script, input: CommandArguments, firstKey: number, keyCount: number, host: ScriptHost, writer: ResultWriter): void {
    const machine = this.#currentMachine();
    const compiled = this.#functions.get(script.sha) ?? this.#compile(machine, script);
    machine.begin(host, this.timeLimitMs);
    try {
      machine.run(compiled, script.sha, input, firstKey, keyCount, writer);
    } catch (error) {
      this.#discardMachine();
      const text = endingReply(error, script.sha);
      host.failed(text);
      writer.error(text);
    } finally {
      machine.end();
    }
    if (machine.isSpent) this.#discardMachine();
  }

  /** Error: ScriptError. */
  #compile(machine: EvalMachine, script: Script): number {
    try {
      const compiled = machine.compile(script.source);
      this.#functions.set(script.sha, compiled);
      return compiled;
    } catch (error) {
      if (machine.isSpent) this.#discardMachine();
      throw loadingError(error);
    }
  }

  #currentMachine(): EvalMachine {
    return (this.#machine ??= new EvalMachine({ module: LUA, maxMemoryBytes: this.#maxMemoryBytes, random: this.#random }));
  }

  #discardMachine(): void {
    this.#machine = undefined;
    this.#functions.clear();
  }
}
