import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { storeProtocol } from './store-protocol.js';

const KEY_BYTES = 200;

export const globPatterns: Trial = {
  name: 'kv-glob-patterns',
  provokes: 'patterns that take long to compare, of KEYS, SCAN, PSUBSCRIBE, CONFIG GET and ACL, over 100,000 keys that nearly match',
  expects: 'others are served meanwhile',
  tools: ['cc'],
  async run(field) {
    const count = field.count(100_000, 1000);
    const server = await field.serve({ protocol: storeProtocol() });
    const { begin, sum } = attackIn(field, server, 'patterns', { count });
    await field.disturb(server, begin);
    field.expect('they are answered', (sum['asked'] ?? 0) > 0 && sum['ended'] === 0, sum['asked']);
    await field.expectMetric(server, 'edgeloop_kv_commands_total', sum['asked']);
    field.expectPeak(server, count * KEY_BYTES, `${KEY_BYTES} bytes for a key`);
    await field.expectRecovered(server, count * KEY_BYTES);
  },
};
