import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

/** Fewer than a listener's backlog. */
const DIALLED_AT_ONCE = 500;
/** A byte of each every second; who sends is spread over that. */
const ROUND_MS = 1000;
const PARTS = 20;

const BEGIN = Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\n');

/** Clients that begin a request, and send a byte of it now and then. */
export async function slowSenders({ count, over, dial, underWay }: Target) {
  const askers: Asker[] = [];
  while (askers.length < count) askers.push(...(await Promise.all(Array.from({ length: Math.min(DIALLED_AT_ONCE, count - askers.length) }, dial))));
  askers.forEach(({ socket }) => socket.resume().write(BEGIN));
  underWay();
  for (let part = 0; !over.aborted; part = (part + 1) % PARTS) {
    askers.forEach(({ socket, ended }, i) => i % PARTS === part && !ended && socket.write('x'));
    await sleep(ROUND_MS / PARTS);
  }
  const ended = askers.filter((asker) => asker.ended).length;
  askers.forEach((asker) => asker.reset());
  return { ended };
}
