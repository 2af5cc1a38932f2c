import type { ListenerHandle, Reactor, Signal, SocketAddress } from '@edgeloop/reactor';
import { type Configuration, groupOptionsOf, listenOptionsOf } from '@edgeloop/reactor/config';
import { type ServerArguments, type Service, type Serving, type Workers, runServerTask, runService } from '@edgeloop/reactor/service';
import { type EchoSettings, echoConfiguration } from './configuration.js';
import { echo, echoDatagram } from './echo.js';
import { version } from './version.js';

/** Does what the command line asks for. Error: ConfigurationError, before anything is opened. */
export function runServer(args: ServerArguments): Promise<void> {
  return runServerTask(echoConfiguration, args, serve);
}

/** Serves until SIGINT or SIGTERM; then lets what is under way finish, and at a second signal ends at once. */
async function serve(load: () => Configuration<EchoSettings>): Promise<void> {
  const definition = { name: 'edgeloop-echo', version: version(), load, open, workers, openBeside, onSignal: sayGoodBye };
  process.stdout.write(greeting(await runService(definition)));
}

function open(reactor: Reactor, { listen }: EchoSettings): Promise<ListenerHandle> {
  return reactor.use(echo).listen(listenOptionsOf(listen));
}

function workers({ listen, workers: section }: EchoSettings): Workers | undefined {
  const group = groupOptionsOf(section);
  return group && { ...group, plugin: { module: new URL('./echo.js', import.meta.url), name: 'echo' }, listen: listenOptionsOf(listen) };
}

async function openBeside(reactor: Reactor, { listen, echo: { udp } }: EchoSettings, { port }: SocketAddress): Promise<void> {
  if (udp) await reactor.openDatagram({ host: listen.host, port }, echoDatagram);
}

/** On standard output, because it is no failure; whoever has closed that does not want to know. */
function sayGoodBye({ connectionCount: count, closed }: Pick<Serving, 'connectionCount' | 'closed'>, { name }: Signal, again: boolean): void {
  const connections = count === 1 ? '1 connection is open' : `${count} connections are open`;
  process.stdout.write(again ? `${name} again: stopping at once\n` : `${name}: ${connections}, finishing what is under way; again stops at once\n`);
  if (again) return;
  void closed.then(({ idle, finished, failed, forced }) => {
    process.stdout.write(`closed: ${idle} idle, ${finished} finished, ${failed} failed, ${forced} forced\n`);
  });
}

function greeting({ listener: { address }, group, admin, settings: { listen, reactor, echo: { udp } } }: Service<EchoSettings>): string {
  const { shown, client, other } = address.family === 'unix' ? unixWays(address.address) : tcpWays(address.address, address.port);
  const shared = group === undefined ? '' : `, ${group.workers.length} ${group.workers.length === 1 ? 'worker' : 'workers'}, ${group.accept}`;
  return `echo on ${shown} (${udp ? 'and UDP, ' : ''}${listen.trigger}-triggered, ${reactor.loop} loop${shared})
${admin === undefined ? '' : `live page and metrics on ${admin.url}\n`}
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
