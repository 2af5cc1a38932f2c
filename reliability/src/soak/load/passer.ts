import { type Socket, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';

const MOST_AT_ONCE = 20;

/** Connections that are hardly made before they are over: called off, closed or reset, before or after a few bytes. Resolves when all are gone, with their number. */
export async function passBy(port: number, random: Random): Promise<number> {
  const passers = Array.from({ length: random.between(1, MOST_AT_ONCE) }, () => passer(port, random));
  await Promise.all(passers);
  return passers.length;
}

async function passer(port: number, random: Random): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (random.chance(0.5)) socket.write('a few bytes');
  for (let rounds = random.between(0, 3); rounds > 0; rounds--) await setImmediate();
  leave(socket, random.chance(0.5));
  await closed;
}

/** A socket that is not connected yet cannot reset anything. */
function leave(socket: Socket, rudely: boolean): void {
  if (rudely && !socket.connecting) socket.resetAndDestroy();
  else socket.destroy();
}
