import { ProgramError } from '@edgeloop/reactor/service';
import { type Connection, type Reactor, createReactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';
import type { ClientArguments, Place } from './arguments.js';

/**
 * Sends standard input, half-closes at its end, and prints what comes back until the server closes.
 * Backpressure goes through: a slow terminal slows the server, a slow server slows standard input.
 */
export async function runClient({ place }: ClientArguments): Promise<void> {
  const reactor = createReactor();
  try {
    const reason = await converse(reactor, place);
    if (reason !== undefined) throw reason;
  } finally {
    process.stdin.destroy();
    await reactor.close();
  }
}

/** Resolves when the connection has closed: with the reason if it broke. Rejects if it does not come about. */
function converse(reactor: Reactor, place: Place): Promise<Error | undefined> {
  return new Promise((resolve, reject) => {
    reactor.use(terminal, { onClose: resolve }).connect(place).then(sendStandardInput, reject);
  });
}

const terminal = definePlugin({
  name: 'echo-client',
  options: z.strictObject({ onClose: z.custom<(reason: Error | undefined) => void>((value) => typeof value === 'function') }),
  setup: ({ options }) => ({
    onData(connection, chunk) {
      // process.stdout keeps the bytes beyond this call, and the chunk is not ours to keep: hence the copy.
      if (process.stdout.write(Buffer.from(chunk))) return;
      connection.pause();
      process.stdout.once('drain', () => connection.resume());
    },
    onHalfClose(connection) {
      const { phase, bytesRead, bytesWritten } = connection;
      if (phase === 'closing' && bytesRead === bytesWritten) return;
      connection.destroy(new ProgramError(`the server closed the connection early: ${bytesWritten} bytes were sent, ${bytesRead} came back`));
    },
    onDrain() {
      process.stdin.resume();
    },
    onClose(_connection, reason) {
      options.onClose(reason);
    },
  }),
});

function sendStandardInput(connection: Connection): void {
  if (process.stdin.isTTY) process.stderr.write(`connected to ${peerText(connection)}; Ctrl-D ends\n`);
  process.stdin.on('data', (chunk) => {
    if (!connection.write(chunk)) process.stdin.pause();
  });
  process.stdin.once('end', () => connection.end());
  process.stdin.once('error', (reason) => connection.destroy(reason));
  // Whoever prints has the failure reported; to the conversation it is merely the end.
  process.stdout.once('error', () => connection.destroy());
}

/** A Unix socket has no port. */
function peerText({ remoteAddress, remotePort }: Connection): string {
  return remotePort === 0 ? remoteAddress : `${remoteAddress}:${remotePort}`;
}
