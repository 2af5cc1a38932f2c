import type { Ending } from '../field/field.js';
import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { storeProtocol } from './store-protocol.js';

const KEY_BYTES = 100;
/** A million keys take some seconds to make, each time. */
const ROUNDS = 2;

export const massExpiry: Trial = {
  name: 'kv-mass-expiry',
  provokes: 'a million keys that expire within one second',
  expects: 'they go in slices, with the requests of others between them, and memory is given back',
  tools: ['cc'],
  async run(field) {
    const count = field.count(1_000_000, 10_000);
    const server = await field.serve({ protocol: storeProtocol() });
    const { begin } = attackIn(field, server, 'shortLives', { count });
    await field.disturb(server, async (): Promise<Ending> => {
      const before = await server.metric(EXPIRED);
      const end = await begin();
      return async () => {
        await field.expectMetric(server, EXPIRED, before + count);
        await end();
      };
    }, undefined, field.count(ROUNDS, 1));
    field.expectPeak(server, count * KEY_BYTES, `${KEY_BYTES} bytes for a key`);
    await field.expectRecovered(server, 32 * 1024 * 1024);
  },
};

const EXPIRED = 'edgeloop_kv_expired_keys_total';
