import { parseArgs } from 'node:util';

/** The command line is wrong: shown in one line, exit status 2. */
export class UsageError extends Error {}

export interface ServerArguments {
  readonly command: 'server';
  readonly port: number;
  readonly host: string;
  readonly trigger: 'edge' | 'level' | 'oneshot';
  readonly loop: 'embedded' | 'dedicated';
}

export interface ClientArguments {
  readonly command: 'client';
  readonly host: string;
  readonly port: number;
}

export type Arguments = ServerArguments | ClientArguments | { readonly command: 'help' | 'version' };

export const HELP = `edgeloop-echo - an echo server and client on the edgeloop reactor

Usage:
  edgeloop-echo server <port> [--host ADDRESS] [--trigger edge|level|oneshot] [--loop embedded|dedicated]
  edgeloop-echo client <host> <port>

The server listens on 127.0.0.1 unless --host says otherwise; port 0 lets the kernel choose one.
The client sends its standard input, then half-closes, and prints what comes back until the server closes.

  --host ADDRESS   address or name to listen on; :: takes IPv6 and IPv4
  --trigger MODE   how the kernel reports readiness (default edge)
  --loop HOST      embedded in Node's own loop, or owning its thread (default embedded)
  -h, --help       print this help
  -v, --version    print the version

Exit status: 0 done, 1 failed, 2 wrong arguments.
`;

const OPTIONS = {
  host: { type: 'string', default: '127.0.0.1' },
  trigger: { type: 'string', default: 'edge' },
  loop: { type: 'string', default: 'embedded' },
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
  const option = tokens.find((token) => token.kind === 'option');
  if (option !== undefined) throw new UsageError(`client takes no option ${option.rawName}`);
  return clientArguments(operands);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, tokens: true });
  } catch (error) {
    const [firstSentence] = (error as Error).message.split('. ');
    throw new UsageError(firstSentence);
  }
}

function serverArguments(operands: string[], values: { host: string; trigger: string; loop: string }): ServerArguments {
  const [port] = exactly(operands, ['port']);
  return {
    command: 'server',
    port: portNumber(port, 0),
    host: hostName(values.host),
    trigger: oneOf('--trigger', values.trigger, ['edge', 'level', 'oneshot']),
    loop: oneOf('--loop', values.loop, ['embedded', 'dedicated']),
  };
}

function clientArguments(operands: string[]): ClientArguments {
  const [host, port] = exactly(operands, ['host', 'port']);
  return { command: 'client', host: hostName(host), port: portNumber(port, 1) };
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

function oneOf<Value extends string>(option: string, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new UsageError(`${option} must be ${values.join(', ')}, not "${text}"`);
  return value;
}
