import { type Connection, type Hooks, type Reactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

interface Side {
  other?: Connection<Side>;
  release?(): void;
}

/** Who does not take what we send may be waiting for us to take what it sends: so it is read all the same. */
export const PROXY_FLOW = { pauseOnBackpressure: false } as const;

const options = z.strictObject({});
const state = (): Side => ({});

/** What comes from one side goes to the other, no faster than that takes it; so do ends and errors. */
const relay: Hooks<Side> = {
  onData(connection, chunk) {
    if (connection.state.other?.write(chunk) === false) connection.pause();
  },
  onDrain: ({ state: side }) => side.other?.resume(),
  onHalfClose({ state: side }) {
    side.other?.end();
    return new Promise<void>((release) => (side.release = release));
  },
  onClose({ state: side }, reason) {
    side.release?.();
    if (reason === undefined) side.other?.end();
    else side.other?.destroy(reason);
  },
};

/** Joins each client to a connection of its own to the upstream. */
export function useProxy(reactor: Reactor, upstreamPort: number) {
  const upstreams = reactor.use(definePlugin({ name: 'upstream', options, state, setup: () => ({ ...relay, onOpen: (upstream) => upstream.pause() }) }));
  const join = async (client: Connection<Side>): Promise<void> => {
    try {
      const upstream = await upstreams.connect({ host: '127.0.0.1', port: upstreamPort, ...PROXY_FLOW });
      if (client.phase === 'closed') return upstream.destroy();
      [client.state.other, upstream.state.other] = [upstream, client];
      upstream.resume();
    } catch (error) {
      client.destroy(error as Error);
    }
  };
  return reactor.use(definePlugin({ name: 'proxy', options, state, setup: () => ({ ...relay, onOpen: join }) }));
}
