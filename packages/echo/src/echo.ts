import { type DatagramReceiver, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';

/**
 * The echo protocol: what a client sends comes back, until the client ends (RFC 862).
 *
 * Writing the chunk before the handler returns is all it takes: the loop gathers and queues it, stops reading from a
 * client that does not read its answers, and ends the connection after the client's half-close when all is sent.
 */
export const echo = definePlugin({
  name: 'echo',
  options: z.strictObject({}),
  setup: () => ({
    onData(connection, chunk) {
      connection.write(chunk);
    },
  }),
});

/** The same over UDP: each datagram goes back to its sender. For `reactor.openDatagram`. */
export const echoDatagram: DatagramReceiver = (socket, payload, sender) => {
  socket.send(payload, sender);
};
