import { type ListenerHandle, createReactor } from '@edgeloop/reactor';
import type { ServerArguments } from './arguments.js';
import { echo } from './echo.js';

/** Serves until SIGINT or SIGTERM. */
export async function runServer({ place, trigger, loop }: ServerArguments): Promise<void> {
  const reactor = createReactor({ loop });
  const stop = () => void reactor.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { address } = await reactor.use(echo).listen({ ...place, trigger });
    process.stdout.write(greeting(address, `${trigger}-triggered, ${loop} loop`));
  } catch (error) {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await reactor.close();
    throw error;
  }
}

function greeting(address: ListenerHandle['address'], how: string): string {
  const { shown, client, other } = address.family === 'unix' ? unixWays(address.address) : tcpWays(address.address, address.port);
  return `echo on ${shown} (${how})

Try, in another terminal:
  npx edgeloop-echo client ${client}          type a line, see it again; Ctrl-D ends
  echo hello | npx edgeloop-echo client ${client}
  printf 'hello\\n' | ${other}
Ctrl-C stops the server.
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
