import { runProgram, runServerTask } from '@edgeloop/reactor/service';
import { HELP, parseArguments } from './arguments.js';
import { kvConfiguration } from './configuration.js';
import { serve } from './server.js';
import { version } from './version.js';

/** The command edgeloop-kv. Sets the exit status and lets the process end by itself. */
export function main(argv: readonly string[]): Promise<void> {
  return runProgram('edgeloop-kv', () => run(argv));
}

async function run(argv: readonly string[]): Promise<void> {
  const args = parseArguments(argv);
  if (args.command === 'server') await runServerTask(kvConfiguration, args, serve);
  else process.stdout.write(args.command === 'help' ? HELP : `${version()}\n`);
}
