import { readFileSync } from 'node:fs';
import { EdgeloopError, SystemError } from '@edgeloop/reactor';
import { HELP, UsageError, parseArguments } from './arguments.js';
import { runClient } from './client.js';
import { runServer } from './server.js';

/** The command edgeloop-echo. Sets the exit status and lets the process end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await run(argv);
  } catch (error) {
    process.exitCode = exitStatus(error);
    process.stderr.write(`edgeloop-echo: ${(error as Error).message}${error instanceof UsageError ? ' (see --help)' : ''}\n`);
  }
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
  if (error instanceof UsageError) return 2;
  if (error instanceof EdgeloopError || error instanceof SystemError) return 1;
  throw error;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
