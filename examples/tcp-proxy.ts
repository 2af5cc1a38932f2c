/**
 * A TCP proxy. Each client is joined to an upstream of its own: what comes from one goes to the other, no faster than that
 * one takes it. The end of one side's input is the end of the other's output, so half-closes pass through, and errors too.
 *
 * Start it with `node examples/dist/tcp-proxy.js [port] [upstream port] [upstream host]`, in front of
 * `node examples/dist/line-protocol.js 7001` for example, then try
 *   printf 'PING\nECHO hello\n' | nc -N 127.0.0.1 7000
 * Ctrl-C ends it.
 */
import { type Connection, type Hooks, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

const [port = '7000', upstreamPort = '7001', upstreamHost = '127.0.0.1'] = process.argv.slice(2);

interface Side {
  other?: Connection<Side>;
  release?(): void;
}

const relay: Hooks<Side> = {
  onData(connection, chunk) {
    if (connection.state.other?.write(chunk) === false) connection.pause();
  },
  onDrain: ({ state }) => state.other?.resume(),
  onHalfClose({ state }) {
    state.other?.end();
    // Our own output ends with the other's input, and not before: the hook is done when the connection is.
    return new Promise<void>((release) => (state.release = release));
  },
  onClose({ state }, reason) {
    state.release?.();
    if (reason === undefined) state.other?.end();
    else state.other?.destroy(reason);
  },
};

// Who does not take what we send may be waiting for us to take what it sends: so it is read all the same.
const flow = { pauseOnBackpressure: false };
const options = z.strictObject({});
const state = (): Side => ({});
const reactor = createReactor();
const upstreams = reactor.use(definePlugin({ name: 'upstream', options, state, setup: () => ({ ...relay, onOpen: (upstream) => upstream.pause() }) }));

async function join(client: Connection<Side>): Promise<void> {
  try {
    const upstream = await upstreams.connect({ host: upstreamHost, port: Number(upstreamPort), ...flow });
    if (client.phase === 'closed') return upstream.destroy();
    [client.state.other, upstream.state.other] = [upstream, client];
    upstream.resume();
  } catch (error) {
    console.log(`connection ${client.id}: no upstream: ${(error as Error).message}`);
    client.destroy(error as Error);
  }
}

const clients = reactor.use(definePlugin({ name: 'proxy', options, state, setup: () => ({ ...relay, onOpen: join }) }));
const { address } = await clients.listen({ port: Number(port), ...flow });
console.log(`proxy on port ${address.port}`);
process.once('SIGINT', () => void reactor.close());
