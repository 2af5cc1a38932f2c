import { EdgeloopError } from '@edgeloop/reactor';
import { ConfigurationError } from '@edgeloop/reactor/config';
import { HELP, UsageError, parseArguments } from './arguments.js';
import { EarlyEndError, runClient } from './client.js';
import { runServer } from './server.js';
import { version } from './version.js';

/** The command edgeloop-echo. Sets the exit status and lets the process end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output has seen enough, as `| head -1` does: that is no failure.
    if (error.code !== 'EPIPE') fail(error);
  });
  // Nor is it one if nobody reads what is wrong, or a full disk takes none of it: the exit status tells it, too.
  process.stderr.on('error', () => {});
  try {
    await run(argv);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  process.exitCode = exitStatus(error);
  const lines = error instanceof ConfigurationError ? error.complaints : [(error as Error).message];
  process.stderr.write(`${lines.map((line) => `edgeloop-echo: ${line}`).join('\n')}${process.exitCode === 2 ? ' (see --help)' : ''}\n`);
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

/** What is foreseen is told in one line; anything else is a bug and keeps its stack. */
function exitStatus(error: unknown): number {
  if (error instanceof UsageError || error instanceof ConfigurationError) return 2;
  const foreseen = error instanceof EdgeloopError || error instanceof EarlyEndError || (error instanceof Error && 'syscall' in error);
  if (foreseen) return 1;
  throw error;
}
