/** A client of node:net, so that the reactor is not tested against itself. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Test } from 'tap';

/** A client that leaves its half-close to the test, whose end is its end. */
export async function connected(t: Test, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends `bytes`, half-closes, and resolves with all that came back when the server has closed. */
export function exchange({ port, host = '127.0.0.1' }: { port: number; host?: string }, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.end(bytes);
  return buffer(socket);
}

/** Resolves with the next `count` bytes. */
export async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = count;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    left -= (chunk as Buffer).length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks);
}
