/** What the commands of this workspace have in common: how they read their arguments, and what their exit status says. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What is wrong with the arguments, in a line. */
export class ArgumentError extends Error {}

/** Runs a command, which resolves with its exit status. That of wrong arguments is 2. */
export async function runCommand(name: string, command: (args: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 2;
  }
}

/** Has Ctrl-C and SIGTERM end this process with the status that shells know, when `end` has put everything in order. */
export function endOnSignals(end: () => void | Promise<void>): void {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
    process.once(signal, () => void Promise.resolve(end()).then(() => process.exit(code)));
  }
}

/** parseArgs of node:util. Error: ArgumentError. */
export function parse<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's advice comes in further lines.
    const [complaint] = (error as Error).message.split('\n', 1);
    throw new ArgumentError(`${complaint} --help tells what there is.`);
  }
}

/** Reads a whole number, which may be written as 1_000_000 or 1,000,000. Error: ArgumentError. */
export function whole(name: string, text: string, least: number, most: number): number {
  const digits = text.replaceAll(/[_,]/g, '');
  if (/^\d+$/.test(digits) && Number(digits) >= least && Number(digits) <= most) return Number(digits);
  throw new ArgumentError(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}
