import { ConfigurationError } from '../config/index.js';
import { EdgeloopError } from '../errors.js';

/** The command line is wrong: shown in one line, exit status 2. */
export class UsageError extends Error {}

/** A failure that was foreseen: shown in one line, exit status 1. */
export class ProgramError extends Error {}

/**
 * Runs a command-line program: what goes wrong is shown on standard error in one line, and the process ends by itself with status 1, or with 2
 * where the command line or the configuration is to blame. Anything that nobody has foreseen is a bug and keeps its stack.
 *
 * That goes as well for a server that is up long since, where there is nobody to catch an error: one with a code ends it in a line.
 */
export async function runProgram(name: string, run: () => Promise<void>): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output has seen enough, as `| head -1` does: that is no failure.
    if (error.code !== 'EPIPE') fail(name, error);
  });
  // Nor is it one if nobody reads what is wrong, or a full disk takes none of it: the exit status tells it, too.
  process.stderr.on('error', () => {});
  process.on('uncaughtExceptionMonitor', (error) => {
    if (!(error instanceof EdgeloopError)) return;
    fail(name, error);
    process.exit();
  });
  try {
    await run();
  } catch (error) {
    fail(name, error);
  }
}

function fail(name: string, error: unknown): void {
  process.exitCode = exitStatus(error);
  const lines = error instanceof ConfigurationError ? error.complaints : [(error as Error).message];
  process.stderr.write(`${lines.map((line) => `${name}: ${line}`).join('\n')}${process.exitCode === 2 ? ' (see --help)' : ''}\n`);
}

function exitStatus(error: unknown): number {
  if (error instanceof UsageError || error instanceof ConfigurationError) return 2;
  const foreseen = error instanceof EdgeloopError || error instanceof ProgramError || (error instanceof Error && 'syscall' in error);
  if (foreseen) return 1;
  throw error;
}
