import { helpText, readCommandLine, settingsOf } from '@edgeloop/reactor/config';
import { type ServerArguments, UsageError, serverArguments } from '@edgeloop/reactor/service';
import { kvConfiguration } from './configuration.js';

export type Arguments = ServerArguments | { readonly command: 'help' | 'version' };

const settings = settingsOf(kvConfiguration);

export const HELP = `edgeloop-kv - a Redis-compatible key-value server on the edgeloop reactor

Usage:
  edgeloop-kv server [<port>] [--dir DIR] [--host ADDRESS] [--requirepass PASSWORD] [options]
  edgeloop-kv server --unix PATH [options]

The server listens on 127.0.0.1:6380 unless it is told otherwise; port 0 lets the kernel choose one.
At SIGTERM or Ctrl-C it lets replies finish and half-closes the rest; a second one ends it at once.
With --dir DIR everything is kept in that folder; without it, what is stored lives in memory only, and is gone when the server ends.

${helpText(settings)}  --config FILE       Configuration in JSON; EDGELOOP_CONFIG names one, too
  --print-config      Print the values in force, and where they stand
  --print-schema      Print the JSON Schema of the configuration file
  -h, --help          Print this help
  -v, --version       Print the version

Exit status: 0 done, 1 failed, 2 wrong arguments or configuration.
`;

/** Reads a command line without the program's name. Error: UsageError; what is wrong in a server's options stands in its commandLine. */
export function parseArguments(argv: readonly string[]): Arguments {
  const line = readCommandLine(settings, argv);
  if (line.switches.has('help')) return { command: 'help' };
  if (line.switches.has('version')) return { command: 'version' };
  const [command, ...operands] = line.operands;
  if (command === 'server') return serverArguments(settings, operands, line);
  throw new UsageError(command === undefined ? 'a command is missing: server' : `there is no command "${command}", only server`);
}
