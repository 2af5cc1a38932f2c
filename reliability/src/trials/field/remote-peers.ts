/**
 * Peers at the other end of a link, which is going to be cut: `remote-peers.js HOST PORT COUNT idle|slow`. Idle ones have been
 * answered and wait; slow ones read the megabytes that they ask for bit by bit. Prints a line when all have asked.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_MS = 60_000;
const ASKED = Buffer.alloc(16 * 1024 * 1024);
const SETTLE_MS = 200;
const READ_MS = 50;

const [host = '', port = '', count = '', work = ''] = process.argv.slice(2);

async function ask(): Promise<void> {
  const socket = connect({ host, port: Number(port) });
  // The cut link ends it some day.
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (work === 'slow') {
    socket.pause().write(ASKED);
    setInterval(() => socket.read(), READ_MS);
    return;
  }
  socket.write('x');
  await once(socket, 'data');
}

setTimeout(() => process.exit(), MAX_MS);
await Promise.all(Array.from({ length: Number(count) }, ask));
// Until the slow have filled all buffers on the way.
await sleep(SETTLE_MS);
process.stdout.write('there\n');
