import type { Socket } from 'node:net';
import type { Asker } from '../asker.js';
import { request } from '../resp.js';
import type { Target } from '../target.js';

const REQUESTS = 20_000;
const PING = request('PING');
const PONG = Buffer.from('+PONG\r\n');
/** What comes of a flood that takes its replies is read in chunks of any length. */
const PIPELINE = Buffer.concat(Array.from({ length: REQUESTS }, () => PING));
const REPLIES = Buffer.concat(Array.from({ length: REQUESTS + 1 }, () => PONG));

/** Writes pipeline after pipeline, as the socket takes them. */
function pour(socket: Socket, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const more = (): void => {
      while (!over.aborted && !socket.destroyed) if (!socket.write(PIPELINE)) return;
      resolve();
    };
    socket.on('drain', more).once('close', resolve);
    over.addEventListener('abort', () => resolve(), { once: true });
    more();
  });
}

/** Sends pipelines as fast as they are taken. Resolves with how many of the replies were there, or -1 if one was wrong. */
async function flood({ socket }: Asker, over: AbortSignal): Promise<number> {
  let bytes = 0;
  let wrong = false;
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const from = (bytes + at) % PONG.length;
      const part = chunk.subarray(at, at + REPLIES.length - from);
      wrong ||= !part.equals(REPLIES.subarray(from, from + part.length));
      at += part.length;
    }
    bytes += chunk.length;
  });
  await pour(socket, over);
  return wrong ? -1 : Math.floor(bytes / PONG.length);
}

/** Sends pipelines and reads no reply, for as long as the server takes any. */
async function shout({ socket }: Asker, over: AbortSignal): Promise<number> {
  socket.pause();
  await pour(socket, over);
  return 0;
}

/** Pipelines without end; of the form `unread` nobody reads a reply. */
export async function pipelineFlood({ count, form, over, dial, underWay }: Target) {
  const askers = await Promise.all(Array.from({ length: count }, dial));
  const floods = askers.map((asker) => (form === 'unread' ? shout : flood)(asker, over));
  underWay();
  const replies = await Promise.all(floods);
  const ended = askers.filter((asker) => asker.ended).length;
  askers.forEach((asker) => asker.reset());
  return { wrong: replies.filter((seen) => seen < 0).length, ended, replies: replies.reduce((sum, seen) => sum + seen, 0) };
}
