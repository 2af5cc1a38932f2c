import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

const REFUSED = '-ERR max number of clients reached\r\n';
const LANES = 8;
const LOOK_MS = 10;
const MOST = 50_000;

/** What a caller is told who says nothing: all that comes until the end. When bystanders have left there is room, and no end. */
async function told({ socket }: Asker, over: AbortSignal): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await new Promise<void>((resolve) => {
    const leave = (): void => resolve();
    socket.once('end', leave).once('close', leave);
    over.addEventListener('abort', leave, { once: true });
    if (socket.closed || over.aborted) leave();
  });
  return text;
}

/** Waits until nobody else is let in, for bystanders must be. */
async function full(asker: Asker, over: AbortSignal): Promise<void> {
  const isFull = async (): Promise<boolean> => {
    const [, connected, most] = /^connected_clients:(\d+)\r[^]*^maxclients:(\d+)\r/m.exec(await asker.asks('INFO', 'clients')) ?? [];
    return connected === most;
  };
  while (!over.aborted && !(await isFull())) await sleep(LOOK_MS);
}

/** More callers than there may be: `count` that stay, and when others have taken the rest of the places, who come all the time, and are turned away. */
export async function callers({ count, over, dial, underWay }: Target) {
  const staying = await Promise.all(Array.from({ length: count }, dial));
  const answered = (await Promise.all(staying.map((asker) => asker.asks('PING')))).filter((reply) => reply === '+PONG\r\n').length;
  underWay();
  await full(staying[0] as Asker, over);
  let calls = 0;
  let refused = 0;
  setMaxListeners(0, over);
  const lane = async (): Promise<void> => {
    while (!over.aborted && calls++ < MOST) {
      const asker = await dial();
      if ((await told(asker, over)) === REFUSED) refused++;
      asker.reset();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  staying.forEach((asker) => asker.reset());
  return { answered, refused };
}
