import { createHash } from 'node:crypto';
import { splitInline } from '../protocol/inline-request.js';
import { ScriptError } from './script-error.js';

/** What a script may declare in its first line, and a function where it is registered, and what the server then checks. */
export const SCRIPT_FLAGS = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'] as const;
export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/** A script as the server keeps it. */
export interface Script {
  readonly sha: string;
  readonly source: Uint8Array;
  /** Undefined for a script without a first line "#!lua": it declares nothing, and is treated as before there were flags. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
}

const [HASH, BANG, LINE_FEED] = [0x23, 0x21, 0x0a];

export function scriptOf(source: Uint8Array): Script {
  return { sha: createHash('sha1').update(source).digest('hex'), source, flags: flagsOf(source) };
}

/** Where Lua's part of a source begins: at the end of a first line for us, so that its lines keep their numbers. */
export function codeStart(source: Uint8Array): number {
  return source[0] === HASH && source[1] === BANG ? source.indexOf(LINE_FEED) : 0;
}

function flagsOf(source: Uint8Array): ReadonlySet<ScriptFlag> | undefined {
  const options = shebangOptions(source);
  if (options === undefined) return undefined;
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith('flags=')) throw new ScriptError(`ERR Unknown lua shebang option: ${option}`);
    for (const flag of parseFlags(option.slice('flags='.length))) flags.add(flag);
  }
  return flags;
}

function parseFlags(list: string): readonly ScriptFlag[] {
  if (list === '') return [];
  return list.split(',').map((name) => {
    const flag = SCRIPT_FLAGS.find((known) => known === name);
    if (flag === undefined) throw new ScriptError(`ERR Unexpected flag in script shebang: ${name}`);
    return flag;
  });
}

/** The words after "#!lua" in the first line. Each may stand in quotes, as in a command that is typed. */
function shebangOptions(source: Uint8Array): readonly string[] | undefined {
  const end = codeStart(source);
  if (end < 0) throw new ScriptError('ERR Invalid script shebang');
  if (end === 0) return undefined;
  const words = splitInline(Buffer.from(source.buffer, source.byteOffset, source.length), 0, end);
  if (words === undefined) throw new ScriptError('ERR Invalid engine in script shebang');
  const [engine = '', ...options] = words.map((word) => word.toString('latin1'));
  if (engine !== '#!lua') throw new ScriptError(`ERR Unexpected engine in script shebang: ${engine}`);
  return options;
}
