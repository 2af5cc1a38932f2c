import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { ask, storeProtocol } from './store-protocol.js';

/** What may wait for one subscriber: see client-output-buffer-limit. */
const LIMIT_BYTES = 4 * 1024 * 1024;

export const muteSubscribers: Trial = {
  name: 'kv-mute-subscribers',
  provokes: 'subscribers that never read, while messages of 64 kB are published to them',
  expects: 'each is disconnected when client-output-buffer-limit of its class is reached; the publisher is served on',
  tools: ['cc'],
  async run(field) {
    const count = field.count(10, 3);
    const server = await field.serve({ protocol: storeProtocol() });
    await ask(server, 'CONFIG', 'SET', 'client-output-buffer-limit', `pubsub ${LIMIT_BYTES} 0 0`);
    const { begin, sum } = attackIn(field, server, 'muteSubscribers', { count });
    await field.disturb(server, async () => {
      const before = await server.metric(MET);
      const end = await begin();
      return async () => {
        await field.expectMetric(server, MET, before + count);
        await end();
      };
    });
    field.expect('messages were handed to them as long as they were there', (sum['received'] ?? 0) > 0, sum['received']);
    field.expectPeak(server, 2 * count * LIMIT_BYTES, '4 MB that may wait for each of them, and the room that queues grow by');
    await field.expectRecovered(server, count * LIMIT_BYTES);
  },
};

const MET = 'edgeloop_kv_limits_met_total{limit="output_buffer"}';
