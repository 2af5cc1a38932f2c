import { createReactor } from '@edgeloop/reactor';
import type { ServerArguments } from './arguments.js';
import { echo } from './echo.js';

/** Serves until SIGINT or SIGTERM. */
export async function runServer({ port, host, trigger, loop }: ServerArguments): Promise<void> {
  const reactor = createReactor({ loop });
  const stop = () => void reactor.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { address } = await reactor.use(echo).listen({ host, port, trigger });
    process.stdout.write(greeting(address.address, address.port, `${trigger}-triggered, ${loop} loop`));
  } catch (error) {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await reactor.close();
    throw error;
  }
}

function greeting(address: string, port: number, how: string): string {
  const shown = address.includes(':') ? `[${address}]` : address;
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  return `echo on ${shown}:${port} (${how})

Try, in another terminal:
  npx edgeloop-echo client ${reachable} ${port}          type a line, see it again; Ctrl-D ends
  echo hello | npx edgeloop-echo client ${reachable} ${port}
  printf 'hello\\n' | nc -N ${reachable} ${port}
Ctrl-C stops the server.
`;
}
