import { didYouMean, helpText, readCommandLine, settingsOf } from '@edgeloop/reactor/config';
import { type ServerArguments, UsageError, serverArguments } from '@edgeloop/reactor/service';
import { kvConfiguration } from './configuration.js';

export type Arguments = ServerArguments | { readonly command: 'help' | 'version' };

/** Commands that have options of their own, and read them themselves. */
const FIRST = ['check', 'export', 'import'];
const COMMANDS = ['server', ...FIRST];

const settings = settingsOf(kvConfiguration);

export const HELP = `edgeloop-kv - a Redis-compatible key-value server on the edgeloop reactor

Usage:
  edgeloop-kv server [<port>] [--dir DIR] [--host ADDRESS] [--requirepass PASSWORD] [options]
  edgeloop-kv server --unix PATH [options]
  edgeloop-kv check DIR [--repair]
  edgeloop-kv export DIR|HOST:PORT|unix:PATH [--output FILE]
  edgeloop-kv import DIR|HOST:PORT|unix:PATH [FILE]

The server listens on 127.0.0.1:6380 unless it is told otherwise; port 0 lets the kernel choose one.
At SIGTERM or Ctrl-C it lets replies finish and half-closes the rest; a second one ends it at once.
With --dir DIR everything is kept in that folder; without it, what is stored lives in memory only, and is gone when the server ends.
The other commands look after such a folder, and carry data from one server to another; each has a --help of its own.

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
  if (command === undefined) throw new UsageError('a command is missing: server, check, export or import');
  if (FIRST.includes(command)) throw new UsageError(`"${command}" has to come first, before its options`);
  throw new UsageError(`there is no command "${command}"${didYouMean(command, COMMANDS, (name) => name)}`);
}
