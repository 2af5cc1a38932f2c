import type { Poller } from '../loop/poller.js';
import { SocketConnection } from './socket-connection.js';

/** Walks the connections among the channels. One that is opened or closed meanwhile may or may not be seen. */
export function* openConnections(poller: Poller): IterableIterator<SocketConnection<unknown>> {
  for (const channel of poller.channels()) if (channel instanceof SocketConnection) yield channel;
}
