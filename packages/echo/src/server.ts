import { type ListenerHandle, type Reactor, type Signal, closeOnSignals, createReactor } from '@edgeloop/reactor';
import { effectiveValues, jsonSchemaOf, listenOptionsOf, loadConfiguration, originsText } from '@edgeloop/reactor/config';
import type { ServerArguments } from './arguments.js';
import { type EchoSettings, echoConfiguration } from './configuration.js';
import { echo, echoDatagram } from './echo.js';

/** Does what the command line asks for. Error: ConfigurationError, before anything is opened. */
export async function runServer({ task, commandLine }: ServerArguments): Promise<void> {
  if (task === 'print-schema') {
    print(jsonSchemaOf(echoConfiguration));
    return;
  }
  const configuration = loadConfiguration(echoConfiguration, commandLine);
  if (task === 'serve') {
    await serve(configuration.values);
    return;
  }
  // On two streams, so that the first is a configuration file.
  print(effectiveValues(configuration));
  process.stderr.write(originsText(configuration));
}

/** Serves until SIGINT or SIGTERM; then lets what is under way finish, and at a second signal ends at once. */
async function serve(settings: EchoSettings): Promise<void> {
  const { listen, echo: { udp }, shutdown } = settings;
  const reactor = createReactor(settings.reactor);
  try {
    closeOnSignals(reactor, { deadlineMs: shutdown.graceSeconds * 1000, onSignal: (signal, again) => sayGoodBye(reactor, signal, again) });
    const { address } = await reactor.use(echo).listen(listenOptionsOf(listen));
    if (udp) await reactor.openDatagram({ host: listen.host, port: address.port }, echoDatagram);
    process.stdout.write(greeting(address, `${udp ? 'and UDP, ' : ''}${listen.trigger}-triggered, ${settings.reactor.loop} loop`));
  } catch (error) {
    await reactor.close();
    throw error;
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** On standard output, because it is no failure; whoever has closed that does not want to know. */
function sayGoodBye(reactor: Reactor, { name }: Signal, again: boolean): void {
  const count = reactor.connectionCount;
  const connections = count === 1 ? '1 connection is open' : `${count} connections are open`;
  process.stdout.write(again ? `${name} again: stopping at once\n` : `${name}: ${connections}, finishing what is under way; again stops at once\n`);
  if (again) return;
  void reactor.closed.then(({ idle, finished, failed, forced }) => {
    process.stdout.write(`closed: ${idle} idle, ${finished} finished, ${failed} failed, ${forced} forced\n`);
  });
}

function greeting(address: ListenerHandle['address'], how: string): string {
  const { shown, client, other } = address.family === 'unix' ? unixWays(address.address) : tcpWays(address.address, address.port);
  return `echo on ${shown} (${how})

Try, in another terminal:
  npx edgeloop-echo client ${client}          type a line, see it again; Ctrl-D ends
  echo hello | npx edgeloop-echo client ${client}
  printf 'hello\\n' | ${other}
Ctrl-C stops the server when all replies are sent; twice, at once.
`;
}

/** How to write the address, and how to reach it: with our client, or with a tool. */
interface Ways {
  readonly shown: string;
  readonly client: string;
  readonly other: string;
}

function tcpWays(address: string, port: number): Ways {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  const shown = address.includes(':') ? `[${address}]` : address;
  return { shown: `${shown}:${port}`, client: `${reachable} ${port}`, other: `nc -N ${reachable} ${port}` };
}

function unixWays(path: string): Ways {
  const other = path.startsWith('@') ? `socat - ABSTRACT-CONNECT:${path.slice(1)}` : `nc -NU ${path}`;
  return { shown: path, client: `--unix ${path}`, other };
}
