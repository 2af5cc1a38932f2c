import type { Target } from '../target.js';

const BODY = 'SET hacked 1\r\nFLUSHALL\r\n';

/** What a web page can make a browser send to a port of this machine: commands in the body of a request, or behind a header. */
const TEXTS = [
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${BODY}`,
  `Host: localhost\r\n${BODY}`,
];

/** Browsers that were made to speak to the store. */
export async function browsers({ count, over, dial, underWay }: Target) {
  let ended = 0;
  let calls = 0;
  underWay();
  const lane = async (): Promise<void> => {
    while (!over.aborted && calls < MOST) {
      const asker = await dial();
      asker.socket.write(TEXTS[calls++ % TEXTS.length] as string);
      if (await asker.isEnded()) ended++;
      asker.reset();
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  return { calls, ended };
}

const MOST = 50_000;
