import { parseArgs } from 'node:util';

/** The command line is wrong: shown in one line, exit status 2. */
export class UsageError extends Error {}

/** Where to listen or to connect to. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ServerArguments {
  readonly command: 'server';
  readonly place: Place;
  readonly trigger: 'edge' | 'level' | 'oneshot';
  readonly loop: 'embedded' | 'dedicated';
  readonly udp: boolean;
  readonly graceSeconds: number;
}

export interface ClientArguments {
  readonly command: 'client';
  readonly place: Place;
}

export type Arguments = ServerArguments | ClientArguments | { readonly command: 'help' | 'version' };

export const HELP = `edgeloop-echo - an echo server and client on the edgeloop reactor

Usage:
  edgeloop-echo server <port> [--host ADDRESS] [--udp] [options]
  edgeloop-echo server --unix PATH [options]
  edgeloop-echo client <host> <port>
  edgeloop-echo client --unix PATH

The server listens on 127.0.0.1 unless --host says otherwise; port 0 lets the kernel choose one.
At SIGTERM or Ctrl-C it lets replies finish and half-closes the rest; a second one ends it at once.
The client sends its standard input, then half-closes, and prints what comes back until the server closes.

  --host ADDRESS   address or name to listen on; :: takes IPv6 and IPv4
  --unix PATH      a Unix socket instead of host and port; @NAME is an abstract one
  --udp            answers datagrams on the same port, too
  --trigger MODE   how the kernel reports readiness: edge, level or oneshot (default edge)
  --loop HOST      embedded in Node's own loop, or dedicated: owning its thread (default embedded)
  --grace SECONDS  how long replies may take to finish after the first signal (default 10)
  -h, --help       print this help
  -v, --version    print the version

Exit status: 0 done, 1 failed, 2 wrong arguments.
`;

const OPTIONS = {
  host: { type: 'string' },
  unix: { type: 'string' },
  trigger: { type: 'string', default: 'edge' },
  loop: { type: 'string', default: 'embedded' },
  udp: { type: 'boolean', default: false },
  grace: { type: 'string', default: '10' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Reads a command line without the program's name. Error: UsageError. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { values, positionals, tokens } = parse(argv);
  if (values.help === true) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const [command, ...operands] = positionals;
  if (command === 'server') return serverArguments(operands, values);
  if (command !== 'client') throw new UsageError(command === undefined ? 'a command is missing: server or client' : `there is no command "${command}", only server and client`);
  const option = tokens.find((token) => token.kind === 'option' && token.name !== 'unix');
  if (option !== undefined) throw new UsageError(`client takes no option ${option.rawName}`);
  return { command: 'client', place: values.unix === undefined ? remote(operands) : unixSocket(operands, values.unix) };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, tokens: true });
  } catch (error) {
    const [firstSentence] = (error as Error).message.split(/\.\s/);
    throw new UsageError(firstSentence);
  }
}

type ServerValues = { host?: string | undefined; unix?: string | undefined; trigger: string; loop: string; udp: boolean; grace: string };

function serverArguments(operands: string[], { host, unix, trigger, loop, udp, grace }: ServerValues): ServerArguments {
  if (udp && unix !== undefined) throw new UsageError('--udp does not go with --unix');
  if (host !== undefined && unix !== undefined) throw new UsageError('--host does not go with --unix');
  return {
    command: 'server',
    place: unix === undefined ? local(operands, host) : unixSocket(operands, unix),
    trigger: oneOf('--trigger', trigger, ['edge', 'level', 'oneshot']),
    loop: oneOf('--loop', loop, ['embedded', 'dedicated']),
    udp,
    graceSeconds: seconds('--grace', grace),
  };
}

function local(operands: string[], host = '127.0.0.1'): Place {
  const [port] = exactly(operands, ['port']);
  return { host: hostName(host), port: portNumber(port, 0) };
}

function remote(operands: string[]): Place {
  const [host, port] = exactly(operands, ['host', 'port']);
  return { host: hostName(host), port: portNumber(port, 1) };
}

function unixSocket(operands: string[], path: string): Place {
  exactly(operands, []);
  if (path === '') throw new UsageError('the path must not be empty');
  return { path };
}

type Operands<Names extends readonly string[]> = { readonly [K in keyof Names]: string };

function exactly<const Names extends readonly string[]>(operands: string[], names: Names): Operands<Names> {
  const missing = names[operands.length];
  if (missing !== undefined) throw new UsageError(`<${missing}> is missing`);
  const extra = operands[names.length];
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many`);
  return operands as readonly string[] as Operands<Names>;
}

function hostName(text: string): string {
  if (text === '') throw new UsageError('the host must not be empty');
  return text;
}

function portNumber(text: string, least: number): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= least && port <= 65_535)) throw new UsageError(`the port must be a number from ${least} to 65535, not "${text}"`);
  return port;
}

function seconds(option: string, text: string): number {
  const value = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0)) throw new UsageError(`${option} must be a number of seconds above 0, not "${text}"`);
  return value;
}

function oneOf<Value extends string>(option: string, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new UsageError(`${option} must be ${values.join(', ')}, not "${text}"`);
  return value;
}
