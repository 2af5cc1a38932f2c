import { type CommandLine, helpText, readCommandLine, settingsOf } from '@edgeloop/reactor/config';
import { type ServerArguments, UsageError, serverArguments, tooMany } from '@edgeloop/reactor/service';
import { echoConfiguration } from './configuration.js';

/** Where to connect to. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ClientArguments {
  readonly command: 'client';
  readonly place: Place;
}

export type Arguments = ServerArguments | ClientArguments | { readonly command: 'help' | 'version' };

const settings = settingsOf(echoConfiguration);

export const HELP = `edgeloop-echo - an echo server and client on the edgeloop reactor

Usage:
  edgeloop-echo server [<port>] [--host ADDRESS] [--udp] [options]
  edgeloop-echo server --unix PATH [options]
  edgeloop-echo client <host> <port>
  edgeloop-echo client --unix PATH

The server listens on 127.0.0.1 unless --host says otherwise; port 0 lets the kernel choose one.
At SIGTERM or Ctrl-C it lets replies finish and half-closes the rest; a second one ends it at once.
The client sends its standard input, then half-closes, and prints what comes back until the server closes.

${helpText(settings)}  --config FILE       Configuration in JSON; EDGELOOP_CONFIG names one, too
  --print-config      Print the values in force, and where they stand
  --print-schema      Print the JSON Schema of the configuration file
  -h, --help          Print this help
  -v, --version       Print the version

The server has more settings than these, and each is a flag, a variable (EDGELOOP_LISTEN_PORT) and a key
of the configuration file: docs/reference/options.md lists them all.

Exit status: 0 done, 1 failed, 2 wrong arguments or configuration.
`;

/** Reads a command line without the program's name. Error: UsageError; what is wrong in a server's options stands in its commandLine. */
export function parseArguments(argv: readonly string[]): Arguments {
  const line = readCommandLine(settings, argv);
  if (line.switches.has('help')) return { command: 'help' };
  if (line.switches.has('version')) return { command: 'version' };
  const [command, ...operands] = line.operands;
  if (command === 'server') return serverArguments(settings, operands, line);
  if (command === 'client') return { command, place: clientPlace(operands, line) };
  throw new UsageError(command === undefined ? 'a command is missing: server or client' : `there is no command "${command}", only server and client`);
}

function clientPlace(operands: readonly string[], line: CommandLine): Place {
  const [complaint] = line.complaints;
  if (complaint !== undefined) throw new UsageError(complaint);
  const unix = line.given.findLast(({ setting }) => setting.key === 'listen.path');
  const foreign = line.given.find(({ setting }) => setting.key !== 'listen.path')?.origin ?? switchOf(line);
  if (foreign !== undefined) throw new UsageError(`client takes no option ${foreign}`);
  return unix === undefined ? remote(operands) : unixSocket(operands, unix.value as string);
}

function switchOf({ switches, configFile }: CommandLine): string | undefined {
  const [name] = configFile === undefined ? switches : ['config'];
  return name === undefined ? undefined : `--${name}`;
}

function remote([host, port, extra]: readonly string[]): Place {
  if (host === undefined || port === undefined) throw new UsageError(`<${host === undefined ? 'host' : 'port'}> is missing`);
  if (extra !== undefined) throw tooMany(extra);
  if (host === '') throw new UsageError('the host must not be empty');
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number >= 1 && number <= 65_535)) throw new UsageError(`the port must be a number from 1 to 65535, not "${port}"`);
  return { host, port: number };
}

function unixSocket([extra]: readonly string[], path: string): Place {
  if (extra !== undefined) throw tooMany(extra);
  if (path === '') throw new UsageError('the path must not be empty');
  return { path };
}
