import type { Target } from '../target.js';

const MESSAGE = 'm'.repeat(64 * 1024);
const REST_MS = 5;

/** Clients that subscribe and never read, and one that publishes to them for as long as it is let. */
export async function muteSubscribers({ count, over, dial, underWay }: Target) {
  const publisher = await dial();
  const subscribers = await Promise.all(Array.from({ length: count }, dial));
  await Promise.all(subscribers.map((asker) => asker.asks('SUBSCRIBE', 'news')));
  subscribers.forEach(({ socket }) => socket.pause());
  underWay();
  let received = 0;
  for (let reply = ''; !over.aborted; received += Number(reply.slice(1))) {
    reply = await publisher.asks('PUBLISH', 'news', MESSAGE);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  [publisher, ...subscribers].forEach((asker) => asker.reset());
  return { received };
}
