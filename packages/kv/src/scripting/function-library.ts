import { splitInline } from '../protocol/inline-request.js';
import { type ScriptFlag, codeStart } from './script.js';
import { ScriptError } from './script-error.js';

/** What a library registered. The reference is the machine's. */
export interface LibraryFunction {
  readonly name: string;
  readonly description: string | undefined;
  readonly flags: ReadonlySet<ScriptFlag>;
  readonly reference: number;
}

/** A library as the server keeps and lists it. */
export interface FunctionLibrary {
  readonly name: string;
  readonly source: Uint8Array;
  readonly functions: ReadonlyMap<string, LibraryFunction>;
}

const NAME_OPTION = 'name=';

/** Checks the name of a library or of a function. */
export function checkName(name: string): string | undefined {
  if (/^\w+$/.test(name)) return undefined;
  return 'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long';
}

/** The name of a library, as its first line "#!lua name=mylib" says. Error: ScriptError, whose message is the reply. */
export function libraryName(source: Buffer): string {
  const [engine, ...options] = firstLine(source);
  const name = nameOption(options);
  const mistake = checkName(name);
  if (mistake !== undefined) throw new ScriptError(mistake);
  if (engine.toLowerCase() !== 'lua') throw new ScriptError(`ERR Engine '${engine}' not found`);
  return name;
}

function firstLine(source: Buffer): readonly [engine: string, ...options: string[]] {
  const end = codeStart(source);
  if (end === 0) throw new ScriptError('ERR Missing library metadata');
  const words = end < 0 ? undefined : splitInline(source, 0, end);
  if (words === undefined) throw new ScriptError('ERR Invalid library metadata');
  const [engine = '', ...options] = words.map((word) => word.toString('latin1'));
  return [engine.slice('#!'.length), ...options];
}

function nameOption(options: readonly string[]): string {
  let name: string | undefined;
  for (const option of options) {
    if (!option.toLowerCase().startsWith(NAME_OPTION)) throw new ScriptError(`ERR Invalid metadata value given: ${option}`);
    if (name !== undefined) throw new ScriptError('ERR Invalid metadata value, name argument was given multiple times');
    name = option.slice(NAME_OPTION.length);
  }
  if (name === undefined) throw new ScriptError('ERR Library name was not given');
  return name;
}
