import { runProgram } from '@edgeloop/reactor/service';
import { HELP, parseArguments } from './arguments.js';
import { runClient } from './client.js';
import { runServer } from './server.js';
import { version } from './version.js';

/** The command edgeloop-echo. Sets the exit status and lets the process end by itself. */
export function main(argv: readonly string[]): Promise<void> {
  return runProgram('edgeloop-echo', () => run(argv));
}

async function run(argv: readonly string[]): Promise<void> {
  const args = parseArguments(argv);
  switch (args.command) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return;
    case 'server':
      await runServer(args);
      return;
    case 'client':
      await runClient(args);
  }
}
