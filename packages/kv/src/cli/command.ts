import { runProgram, runServerTask } from '@edgeloop/reactor/service';
import { HELP, parseArguments } from './arguments.js';
import { checkData } from './check.js';
import { exportData } from './export.js';
import { importData } from './import.js';
import { kvConfiguration } from './configuration.js';
import { serve } from './server.js';
import { version } from './version.js';

/** Those that have arguments of their own, and are named first. */
const SUB_COMMANDS: ReadonlyMap<string, (argv: readonly string[]) => Promise<void>> = new Map([
  ['check', checkData],
  ['export', exportData],
  ['import', importData],
]);

/** The command edgeloop-kv. Sets the exit status and lets the process end by itself. */
export function main(argv: readonly string[]): Promise<void> {
  const [name = '', ...rest] = argv;
  const subCommand = SUB_COMMANDS.get(name);
  return subCommand === undefined ? runProgram('edgeloop-kv', () => run(argv)) : runProgram(`edgeloop-kv ${name}`, () => subCommand(rest));
}

async function run(argv: readonly string[]): Promise<void> {
  const args = parseArguments(argv);
  if (args.command === 'server') await runServerTask(kvConfiguration, args, serve);
  else process.stdout.write(args.command === 'help' ? HELP : `${version()}\n`);
}
