/** How a request wants to be answered: its first byte. */
export const MANNERS = { now: 0, later: 1, posted: 2, elsewhere: 3, fail: 4 } as const;

/** The reply to a request: its bytes in reverse, but for the first one. */
export function reversed(request: Buffer): Buffer {
  const reply = Buffer.from(request);
  reply.subarray(1).reverse();
  return reply;
}
