import { holds } from '../../waiting.js';
import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { storeProtocol } from './store-protocol.js';

const REPLY_BYTES = 1024 * 1024;

export const slowReaders: Trial = {
  name: 'kv-slow-readers',
  provokes: 'clients that ask for 32 MB in replies of 1 MB and read 16 kB of it now and then',
  expects: 'one reply at a time lies ready for each of them, and every byte is right',
  tools: ['cc'],
  async run(field) {
    const count = field.count(100, 8);
    const server = await field.serve({ protocol: storeProtocol() });
    const { begin, sum } = attackIn(field, server, 'slowReaders', { count });
    await field.disturb(server, async () => {
      const end = await begin();
      // The buffers of both sockets take megabytes at first.
      const slow = await holds(async () => (await server.stats()).gauges.connectionsCongested === count);
      field.expect('they are served no faster than they read (edgeloop_connections_congested)', slow, count);
      return async () => {
        const { bytesQueued } = (await server.stats()).gauges;
        field.expect('what waits for them is a reply each at most', bytesQueued <= count * (REPLY_BYTES + 64 * 1024), `${bytesQueued} bytes for ${count}`);
        await end();
      };
    });
    field.expect('what they read is right', sum['wrong'] === 0 && sum['ended'] === 0, `${sum['bytes']} bytes`);
    field.expectPeak(server, count * 2 * REPLY_BYTES, 'a reply of 1 MB for each of them, and the room that queues grow by');
    await field.expectRecovered(server, count * REPLY_BYTES);
  },
};
