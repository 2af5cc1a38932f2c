import type { Target } from '../target.js';

/** Within what a client may ask for who has logged in; nothing follows it. */
const ALLOWED = ['*2147483647\r\n$3\r\nSET\r\n', '*2\r\n$3\r\nGET\r\n$536870912\r\n', '*1000000\r\n$536870912\r\n'];
/** Beyond any limit: the sender is told so, and disconnected. */
const FORBIDDEN = ['*2147483648\r\n', '*2\r\n$3\r\nGET\r\n$536870913\r\n', '*999999999999999999999\r\n', '*2\r\n$99999999999999999999\r\n', '*1\r\n$-5\r\n'];
/** Beyond what a client may ask for who has not. */
const UNKNOWN = ['*11\r\n', '*2\r\n$4\r\nAUTH\r\n$16385\r\n', ...ALLOWED, ...FORBIDDEN];

/** Clients that announce far more than ever comes, one after the other; those that may stay, in great number. */
export async function announcers({ count, form, over, dial, dialUnknown, underWay }: Target) {
  const known = form === 'known';
  const staying = known ? await Promise.all(Array.from({ length: count }, dial)) : [];
  staying.forEach(({ socket }, i) => socket.resume().write(ALLOWED[i % ALLOWED.length] as string));
  underWay();
  const texts = known ? FORBIDDEN : UNKNOWN;
  let refused = 0;
  let kept = 0;
  for (let i = 0; !over.aborted && i < MOST; i++) {
    const asker = known ? await dial() : await dialUnknown();
    asker.socket.write(texts[i % texts.length] as string);
    if (await asker.isEnded()) refused++;
    else kept++;
    asker.reset();
  }
  const lost = staying.filter(({ ended }) => ended).length;
  staying.forEach((asker) => asker.reset());
  return { refused, kept, lost };
}

const MOST = 20_000;
