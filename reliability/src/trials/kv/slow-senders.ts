import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { storeProtocol } from './store-protocol.js';

const MESSAGE_MS = { full: 4000, brief: 500 } as const;

export const slowSenders: Trial = {
  name: 'kv-slow-senders',
  provokes: '5,000 clients that begin a request of a megabyte and send a byte of it in a second',
  expects: 'they cost next to nothing, and messageTimeoutMs ends them',
  tools: ['cc'],
  async run(field) {
    const count = field.count(5000, 50);
    const limitMs = field.extent.measured ? MESSAGE_MS.full : MESSAGE_MS.brief;
    const server = await field.serve({ protocol: storeProtocol(), flags: ['--listen-message-timeout-ms', String(limitMs)] });
    const { begin, sum } = attackIn(field, server, 'slowSenders', { count });
    await field.disturb(server, async () => {
      const { messageTimeouts } = (await server.stats()).counters;
      const end = await begin();
      return async () => {
        await field.expectMoved(server, 'messageTimeouts', messageTimeouts + count);
        await end();
      };
    });
    field.expect('all of them were ended', sum['ended'] === count * field.extent.rounds, sum['ended']);
    field.expectPeak(server, count * 8 * 1024, '8 kB for a connection with a request that has begun');
    await field.expectRecovered(server, count * 8 * 1024);
  },
};
