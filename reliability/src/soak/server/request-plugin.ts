import { type Connection, LengthPrefixDecoder, LengthPrefixEncoder, type Reactor, definePlugin } from '@edgeloop/reactor';
import { z } from 'zod';
import { MANNERS, reversed } from '../request-protocol.js';
import type { Poster } from './poster.js';

const FORMAT = { headerBytes: 4, endian: 'big' } as const;
const MAX_DELAY_MS = 8;

export const newDecoder = (): LengthPrefixDecoder => new LengthPrefixDecoder(FORMAT);
export const encoder = new LengthPrefixEncoder(FORMAT);

export interface RequestContext {
  readonly reactor: Reactor;
  /** The thread that some requests are answered in. */
  readonly poster: Poster;
}

/** Requests and replies in frames with a length before each: a reply is its request reversed, but for the first byte. */
export function requestPlugin({ reactor, poster }: RequestContext) {
  const answer = (request: Buffer): Buffer | Promise<Buffer> => {
    switch (request[0]) {
      case MANNERS.now: return reversed(request);
      case MANNERS.later: return reactor.delay((request[1] ?? 0) % MAX_DELAY_MS).then(() => reversed(request));
      case MANNERS.posted: return new Promise((resolve) => reactor.post(() => resolve(reversed(request))));
      case MANNERS.elsewhere: return poster.reverse(request);
      default: throw new Error('a request that is meant to fail');
    }
  };
  return definePlugin({
    name: 'requests',
    options: z.strictObject({}),
    state: newDecoder,
    setup: () => ({
      onData(connection, chunk) {
        // An answer may take time, and the chunk is not ours for so long.
        const requests = Array.from(connection.state.decode(chunk), (frame) => Buffer.from(frame));
        if (connection.state.pendingBytes > 0) connection.beginMessage();
        else connection.endMessage();
        return answerAll(connection, requests, answer);
      },
    }),
  });
}

/** One after the other, so that replies are in the order of requests; without a promise as long as none is needed. */
function answerAll(connection: Connection, requests: Buffer[], answer: (request: Buffer) => Buffer | Promise<Buffer>): Promise<void> | undefined {
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
    const reply = answer(request);
    if (!Buffer.isBuffer(reply)) return answerRest(connection, requests, answer, reply);
    connection.write(encoder.encode(reply));
  }
  return undefined;
}

async function answerRest(connection: Connection, requests: Buffer[], answer: (request: Buffer) => Buffer | Promise<Buffer>, first: Promise<Buffer>): Promise<void> {
  connection.write(encoder.encode(await first));
  for (const request of requests) if (connection.phase !== 'closed') connection.write(encoder.encode(await answer(request)));
}
