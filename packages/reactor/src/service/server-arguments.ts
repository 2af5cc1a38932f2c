import {
  type CommandLine, type Configuration, type ConfigurationSchema, type Setting, type ValuesOf, effectiveValues, jsonSchemaOf, loadConfiguration, originsText, readCommandLine,
} from '../config/index.js';
import { UsageError } from './program.js';

/** What a server command is asked for. */
export interface ServerArguments {
  readonly command: 'server';
  /** Serve, or print what --print-config or --print-schema asks for. */
  readonly task: 'serve' | 'print-config' | 'print-schema';
  /** For loadConfiguration, which combines it with the file and the environment. */
  readonly commandLine: CommandLine;
}

/** Reads what follows the word `server`: at most a port. Error: UsageError; what is wrong in the options stands in the commandLine. */
export function serverArguments(settings: readonly Setting[], operands: readonly string[], line: CommandLine): ServerArguments {
  // After an option that does not exist its value looks like an operand.
  const [port, extra] = line.complaints.length === 0 ? operands : operands.filter((operand) => /^\d+$/.test(operand));
  if (extra !== undefined && line.complaints.length === 0) throw tooMany(extra);
  const given = port === undefined ? line.given : [...line.given, ...portOperand(settings, port)];
  const task = (['print-schema', 'print-config'] as const).find((name) => line.switches.has(name)) ?? 'serve';
  return { command: 'server', task, commandLine: { ...line, given } };
}

/** For an operand that nobody asked for. */
export function tooMany(operand: string): UsageError {
  return new UsageError(`"${operand}" is one argument too many`);
}

/** Does what the command line asks for: `serve` is called with what loads the configuration. Error: ConfigurationError, before anything is opened. */
export async function runServerTask<Schema extends ConfigurationSchema>(
  schema: Schema,
  { task, commandLine }: ServerArguments,
  serve: (load: () => Configuration<ValuesOf<Schema>>) => Promise<void>,
): Promise<void> {
  if (task === 'print-schema') {
    print(jsonSchemaOf(schema));
    return;
  }
  if (task === 'serve') {
    await serve(() => loadConfiguration(schema, commandLine));
    return;
  }
  const configuration = loadConfiguration(schema, commandLine);
  // On two streams, so that the first is a configuration file.
  print(effectiveValues(configuration));
  process.stderr.write(originsText(configuration));
}

/** The operand is the flag --port in short. */
function portOperand(settings: readonly Setting[], text: string): CommandLine['given'] {
  return readCommandLine(settings, [`--port=${text}`]).given.map((given) => ({ ...given, origin: '<port>' }));
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
