/**
 * A client process that is killed in the middle of its work: connects to every service several times, writes without end and
 * reads what comes. Says when it is connected, and ends with its parent.
 *
 *   victim.js PORT…
 */
import { type Socket, connect } from 'node:net';

const CONNECTIONS_EACH = 4;
const WRITE_EVERY_MS = 5;
const PIECE = Buffer.alloc(3000, 'PING\r\n');

const ports = process.argv.slice(2).map(Number);
const sockets = ports.flatMap((port) => Array.from({ length: CONNECTIONS_EACH }, () => connect({ host: '127.0.0.1', port })));
process.once('disconnect', () => process.exit());

await Promise.all(sockets.map(settled));
setInterval(() => sockets.forEach((socket) => socket.writable && !socket.writableNeedDrain && socket.write(PIECE)), WRITE_EVERY_MS);
process.send?.('connected');

function settled(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('close', () => resolve());
  });
}
