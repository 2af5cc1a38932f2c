import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from '@edgeloop/reactor/config';
import { UsageError, tooMany } from '@edgeloop/reactor/service';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The command line of a sub-command, which has read the word that names it. */
export interface SubCommandLine {
  /** By name; the last one counts. */
  readonly options: ReadonlyMap<string, string | true>;
  readonly operands: readonly string[];
}

/** Takes these options and up to `maxOperands` others, and -h, --help. Error: UsageError. */
export function readSubCommandLine(argv: readonly string[], known: Options, maxOperands: number): SubCommandLine {
  const all: Options = { ...known, help: { type: 'boolean', short: 'h' } };
  const { tokens } = parseArgs({ args: [...argv], options: all, allowPositionals: true, strict: false, tokens: true });
  const options = new Map<string, string | true>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind === 'option') options.set(token.name, valueOf(token, all));
  }
  const extra = operands[maxOperands];
  if (extra !== undefined && !options.has('help')) throw tooMany(extra);
  return { options, operands };
}

interface Option {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function valueOf({ name, rawName, value, inlineValue }: Option, known: Options): string | true {
  const option = known[name];
  if (option === undefined) throw new UsageError(`Unknown option '${rawName}'${didYouMean(name, Object.keys(known), (flag) => `--${flag}`)}`);
  if (option.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`Option '${rawName}' does not take an argument`);
    return true;
  }
  // Taking the next option for the value would hide that one; a dash alone stands for a standard stream.
  const isNextOption = inlineValue === false && value !== '-' && value?.startsWith('-') === true;
  if (value === undefined || isNextOption) {
    throw new UsageError(`Option '${rawName}' is missing its value${isNextOption ? `; write ${rawName}=VALUE if it begins with a dash` : ''}`);
  }
  return value;
}

/** The value of an option that takes one. */
export function textOf({ options }: SubCommandLine, name: string): string | undefined {
  return options.get(name) as string | undefined;
}
