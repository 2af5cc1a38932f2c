import type { CommandArguments, ScriptHost } from '../../../src/scripting/index.js';

type Value = string | Map<string, string> | Set<string>;

/** A server with a handful of commands, and Redis' replies to them. */
export class TinyHost implements ScriptHost {
  readonly store = new Map<string, Value>();
  readonly logged: [level: number, text: string][] = [];
  readOnly = false;

  /** What overdue answers, and how often it was asked. */
  verdict: 'continue' | 'kill' = 'kill';
  timesOverdue = 0;
  #version: 2 | 3 = 2;

  call(command: CommandArguments): Uint8Array {
    const words = Array.from({ length: command.count }, (_, index) => textOf(command, index));
    return Buffer.from(this.#execute(words[0]!.toLowerCase(), words.slice(1)), 'latin1');
  }

  mayCall(command: CommandArguments): boolean | undefined {
    return COMMANDS[textOf(command, 0).toLowerCase()] === undefined ? undefined : true;
  }

  log(level: number, text: string): void {
    this.logged.push([level, text]);
  }

  failed(): void {}

  setProtocol(version: 2 | 3): void {
    this.#version = version;
  }

  overdue(): 'continue' | 'kill' {
    this.timesOverdue++;
    return this.verdict;
  }

  #execute(name: string, args: readonly string[]): string {
    if (name === 'eval') return '-ERR This Redis command is not allowed from script\r\n';
    const command = COMMANDS[name];
    if (command === undefined) return '-ERR Unknown Redis command called from script\r\n';
    const { least, most, writes = false } = command;
    if (args.length < least || args.length > most) return '-ERR Wrong number of args calling Redis command from script\r\n';
    if (writes && this.readOnly) return '-ERR Write commands are not allowed from read-only scripts.\r\n';
    return command.execute(this.store, args, this.#version);
  }
}

function textOf(command: CommandArguments, index: number): string {
  return command.source.toString('latin1', command.starts[index], command.ends[index]);
}

interface Command {
  readonly least: number;
  readonly most: number;
  readonly writes?: boolean;
  execute(store: Map<string, Value>, args: readonly string[], version: 2 | 3): string;
}

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n';
const bulk = (text: string) => `$${String(text.length)}\r\n${text}\r\n`;
const many = (type: string, length: number, items: readonly string[]) => `${type}${String(length)}\r\n${items.map(bulk).join('')}`;
const nil = (version: 2 | 3) => (version === 3 ? '_\r\n' : '$-1\r\n');
const stringOr = (value: Value | undefined, version: 2 | 3) => (typeof value === 'string' ? bulk(value) : nil(version));

const COMMANDS: Readonly<Record<string, Command>> = {
  get: {
    least: 1,
    most: 1,
    execute: (store, [key], version) => (store.get(key!) instanceof Object ? WRONG_TYPE : stringOr(store.get(key!), version)),
  },
  mget: {
    least: 1,
    most: Infinity,
    execute: (store, keys, version) => `*${String(keys.length)}\r\n${keys.map((key) => stringOr(store.get(key), version)).join('')}`,
  },
  set: {
    least: 2,
    most: 2,
    writes: true,
    execute(store, [key, value]) {
      store.set(key!, value!);
      return '+OK\r\n';
    },
  },
  incr: {
    least: 1,
    most: 1,
    writes: true,
    execute(store, [key]) {
      const value = store.get(key!) ?? '0';
      if (value instanceof Object) return WRONG_TYPE;
      if (!/^-?\d+$/.test(value)) return '-ERR value is not an integer or out of range\r\n';
      const next = String(BigInt(value) + 1n);
      store.set(key!, next);
      return `:${next}\r\n`;
    },
  },
  del: {
    least: 1,
    most: Infinity,
    writes: true,
    execute: (store, keys) => `:${String(keys.filter((key) => store.delete(key)).length)}\r\n`,
  },
  echo: { least: 1, most: 1, execute: (_, [text]) => bulk(text!) },
  hset: {
    least: 3,
    most: 3,
    writes: true,
    execute(store, [key, field, value]) {
      const map = (store.get(key!) ?? new Map()) as Map<string, string>;
      const added = map.has(field!) ? 0 : 1;
      store.set(key!, map.set(field!, value!));
      return `:${String(added)}\r\n`;
    },
  },
  hgetall: {
    least: 1,
    most: 1,
    execute(store, [key], version) {
      const map = (store.get(key!) ?? new Map()) as Map<string, string>;
      return version === 3 ? many('%', map.size, [...map].flat()) : many('*', 2 * map.size, [...map].flat());
    },
  },
  sadd: {
    least: 2,
    most: 2,
    writes: true,
    execute(store, [key, member]) {
      const set = (store.get(key!) ?? new Set()) as Set<string>;
      const added = set.has(member!) ? 0 : 1;
      store.set(key!, set.add(member!));
      return `:${String(added)}\r\n`;
    },
  },
  smembers: {
    least: 1,
    most: 1,
    execute(store, [key], version) {
      const set = (store.get(key!) ?? new Set()) as Set<string>;
      return many(version === 3 ? '~' : '*', set.size, [...set]);
    },
  },
};
