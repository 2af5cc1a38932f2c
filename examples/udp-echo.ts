/**
 * Echo over UDP (RFC 862). There are no connections here: each datagram comes with its sender, and may be lost.
 *
 * Start it with `node examples/dist/udp-echo.js [port]`, then try
 *   nc -u 127.0.0.1 7000
 * and type lines. Ctrl-C ends it.
 */
import { createReactor } from '@edgeloop/reactor';

const reactor = createReactor();

const { address } = await reactor.openDatagram({ port: Number(process.argv[2] ?? 7000) }, (socket, payload, sender) => {
  // The payload is a view, as a chunk is: `send` copies it, and what is answered in one turn leaves in one system call.
  // False would mean that the datagram was dropped, because too many wait. Over UDP that is no error.
  socket.send(payload, sender);
});

console.log(`UDP echo on port ${address.port}`);

process.once('SIGINT', async () => {
  await reactor.close();
  const { datagramsReceived, datagramsSent, datagramsDropped } = reactor.counters;
  console.log(`received ${datagramsReceived} datagrams, sent ${datagramsSent}, dropped ${datagramsDropped}`);
});
