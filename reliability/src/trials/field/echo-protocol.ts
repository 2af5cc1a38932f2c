import { fileURLToPath } from 'node:url';
import { load } from './bystanders.js';
import { Caller } from './caller.js';
import type { Protocol } from './protocol.js';

/** Of the echo server, which answers what it is sent. */
export const ECHO: Protocol = {
  program: fileURLToPath(new URL('../../bin/edgeloop-echo.mjs', import.meta.resolve('@edgeloop/echo'))),

  async warmUp(server) {
    const callers = await Promise.all(Array.from({ length: 8 }, () => Caller.dial(server)));
    await Promise.all(callers.map((caller) => caller.asks('x'.repeat(32 * 1024))));
    for (const [i, caller] of callers.entries()) caller[i % 2 === 0 ? 'hangUp' : 'reset']();
  },

  async serves(server) {
    const caller = await Caller.dial(server);
    const answered = await caller.asks('hello\n');
    caller.hangUp();
    return answered;
  },

  watch(server, placement, seconds) {
    return load(server, placement, { seconds });
  },
};
