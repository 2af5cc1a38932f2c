import type { Asker } from '../asker.js';
import type { Target } from '../target.js';

const REFUSED = '-ERR max number of clients reached\r\n';
const LANES = 8;
const MOST = 50_000;

/** What a caller is told who says nothing: all that comes until the end. */
async function told({ socket }: Asker): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  if (!socket.closed) await new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
  return text;
}

/** More callers than there may be: `count` that stay, and then others who come all the time, and are turned away. */
export async function callers({ count, over, dial, underWay }: Target) {
  const staying = await Promise.all(Array.from({ length: count }, dial));
  const answered = (await Promise.all(staying.map((asker) => asker.asks('PING')))).filter((reply) => reply === '+PONG\r\n').length;
  underWay();
  let calls = 0;
  let refused = 0;
  const lane = async (): Promise<void> => {
    while (!over.aborted && calls++ < MOST) {
      const asker = await dial();
      if ((await told(asker)) === REFUSED) refused++;
      asker.reset();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  staying.forEach((asker) => asker.reset());
  return { answered, refused };
}
