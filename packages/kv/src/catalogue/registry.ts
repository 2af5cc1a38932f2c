import type { CommandDefinition } from './command-definition.js';
import { CommandStats } from './command-stats.js';

const TABLE_SLOTS = 1024;
const LOWER_CASE = 0x20;

/** A command with what the server keeps of it. */
export class RegisteredCommand<Call> {
  readonly stats = new CommandStats();
  readonly definition: CommandDefinition<Call>;
  /** That of the definition, which is here since all of these have one shape, and the definitions many. */
  readonly execute: (call: Call) => void;
  /** The name as INFO and SLOWLOG have it: `config|get` for a subcommand. */
  readonly fullName: string;
  readonly name: Buffer;
  readonly subcommands: ReadonlyMap<string, RegisteredCommand<Call>>;
  readonly hasSubcommands: boolean;
  readonly flags: ReadonlySet<string>;
  /** Whether it only has subcommands, and does nothing itself. */
  readonly isContainer: boolean;
  // The flags that are looked at for every request.
  readonly isWrite: boolean;
  /** Whether it may change keys by itself, which PFCOUNT does, too: it keeps its count in them. */
  readonly changesKeys: boolean;
  /** Runs other commands as one: a transaction, or a script that may change something. */
  readonly runsOthers: boolean;
  readonly deniesWhenFull: boolean;
  readonly needsNoAuth: boolean;
  /** Runs at once between MULTI and EXEC, or may not be there at all. */
  readonly isImmediate: boolean;
  readonly isForbiddenInMulti: boolean;
  /** Takes about as long each time, and as any other that is brief: see Stopwatch. */
  readonly isBrief: boolean;
  /** What MONITOR does not show. */
  readonly isHidden: boolean;

  constructor(definition: CommandDefinition<Call>, parent?: CommandDefinition<Call>) {
    this.definition = definition;
    this.execute = definition.execute;
    this.fullName = parent === undefined ? definition.name : `${parent.name}|${definition.name}`;
    this.name = Buffer.from(definition.name);
    this.flags = new Set(definition.flags);
    this.hasSubcommands = definition.subcommands !== undefined;
    this.subcommands = new Map((definition.subcommands ?? []).map((sub) => [sub.name, new RegisteredCommand(sub, definition)]));
    this.isContainer = this.subcommands.size > 0 && this.flags.size === 0;
    this.isWrite = this.flags.has('write');
    this.changesKeys = this.isWrite || (this.flags.has('readonly') && this.flags.has('may_replicate'));
    this.runsOthers = definition.name === 'exec' || (definition.group === 'scripting' && this.flags.has('may_replicate'));
    this.deniesWhenFull = this.flags.has('denyoom');
    this.needsNoAuth = this.flags.has('no_auth');
    this.isImmediate = definition.isImmediate ?? false;
    this.isForbiddenInMulti = this.flags.has('no_multi');
    this.isBrief = this.flags.has('fast') || definition.complexity === 'O(1)';
    this.isHidden = this.flags.has('admin') || this.flags.has('skip_monitor');
  }

  /** Whether a request of so many arguments may be one. */
  accepts(count: number): boolean {
    const { arity } = this.definition;
    return arity >= 0 ? count === arity : count >= -arity;
  }
}

/** All commands by name. The look-up goes by the bytes of a request and makes no string. */
export class Registry<Call> {
  readonly all: readonly RegisteredCommand<Call>[];
  readonly #slots: (RegisteredCommand<Call> | undefined)[] = Array.from({ length: TABLE_SLOTS }, () => undefined);

  constructor(commands: readonly CommandDefinition<Call>[]) {
    this.all = commands.map((command) => new RegisteredCommand(command));
    for (const command of this.all) this.#add(command);
  }

  /** The command that `bytes[start, end)` names, in upper or lower case. */
  find(bytes: Buffer, start: number, end: number): RegisteredCommand<Call> | undefined {
    for (let slot = hashName(bytes, start, end); ; slot = (slot + 1) % TABLE_SLOTS) {
      const command = this.#slots[slot];
      if (command === undefined || sameName(command.name, bytes, start, end)) return command;
    }
  }

  /** The same by name: `get`, or `config|get`. */
  byName(fullName: string): RegisteredCommand<Call> | undefined {
    const [name = '', sub] = fullName.toLowerCase().split('|');
    const bytes = Buffer.from(name);
    const command = this.find(bytes, 0, bytes.length);
    return sub === undefined ? command : command?.subcommands.get(sub);
  }

  /** All commands, and their subcommands behind each. */
  withSubcommands(): RegisteredCommand<Call>[] {
    return this.all.flatMap((command) => [command, ...command.subcommands.values()]);
  }

  #add(command: RegisteredCommand<Call>): void {
    let slot = hashName(command.name, 0, command.name.length);
    while (this.#slots[slot] !== undefined) slot = (slot + 1) % TABLE_SLOTS;
    this.#slots[slot] = command;
  }
}

function hashName(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + ((bytes[i] as number) | LOWER_CASE)) | 0;
  return (hash ^ (hash >>> 10)) & (TABLE_SLOTS - 1);
}

function sameName(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i] as number;
    if (name[i] !== (byte >= 0x41 && byte <= 0x5a ? byte | LOWER_CASE : byte)) return false;
  }
  return true;
}
