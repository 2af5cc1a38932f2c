import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { noiseOf } from './scripts.js';

const PATIENCE_MS = 20_000;
/** More than the buffers of both sides hold, so that the server has to wait for us. */
const UNREAD_WRITES = 64;
const WRITE_BYTES = 256 * 1024;
const DRIP_EVERY_MS = 40;

/** What somebody does who only takes up room: says nothing, falls silent, never reads, or never comes to an end. */
export type Loitering = 'silent' | 'falls-silent' | 'never-reads' | 'endless';

/** Visits the service with strict deadlines, which has to close the connection. Resolves with what went wrong, if anything did. */
export async function loiter(port: number, loitering: Loitering, random: Random): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')));
  if (loitering === 'never-reads') socket.pause();
  else socket.resume();
  if (loitering === 'never-reads') for (let i = 0; i < UNREAD_WRITES; i++) socket.write(noiseOf(random, WRITE_BYTES));
  if (loitering === 'falls-silent') socket.write('so much and no more');
  const drip = loitering === 'endless' ? setInterval(() => void socket.write('.'), DRIP_EVERY_MS) : undefined;
  const late = new AbortController();
  const outcome = await Promise.race([closed, setTimeout(PATIENCE_MS, 'late', { signal: late.signal }).catch(() => 'closed')]);
  late.abort();
  clearInterval(drip);
  socket.destroy();
  return outcome === 'closed' ? undefined : `was not closed by the server within ${PATIENCE_MS / 1000} s`;
}
