import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

const BATCH = 2000;
/** A part that is made first, to see how long the whole will take, and how much longer than that it may. */
const SAMPLE = 20;
const MARGIN = 1.5;
const BEFORE_MS = 500;
const SPREAD_MS = 1000;

const STORED = '+OK\r\n';

/** Makes keys that expire from a moment on, within a second. */
async function make({ socket }: Asker, count: number, beginMs: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
    // A million requests one by one, and a million replies looked at, would take longer than the server does.
    socket.write(numbers.map((number) => set(`short:${number}`, String(beginMs + (number % SPREAD_MS)))).join(''));
    await heard(socket, numbers.length * STORED.length);
  }
}

function set(key: string, deadline: string): string {
  return `*5\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$1\r\nv\r\n$4\r\nPXAT\r\n$${deadline.length}\r\n${deadline}\r\n`;
}

/** Resolves when so many bytes have come, or the connection has ended. */
function heard(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let left = bytes;
    const hear = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left <= 0) leave();
    };
    const leave = (): void => {
      socket.off('data', hear).off('close', leave);
      resolve();
    };
    socket.on('data', hear).on('close', leave);
  });
}

/** Keys that all expire within one second. The attack is under way when it begins. */
export async function shortLives({ count, over, dial, underWay }: Target) {
  const asker = await dial();
  const from = Date.now();
  await make(asker, count / SAMPLE, from + FAR_MS);
  const beginMs = Date.now() + (Date.now() - from) * SAMPLE * MARGIN + BEFORE_MS;
  await make(asker, count, Math.ceil(beginMs));
  await sleep(Math.max(0, beginMs - Date.now()));
  underWay();
  while (!over.aborted) await sleep(10);
  asker.reset();
  return { keys: count };
}

const FAR_MS = 10 ** 9;
