import type { Trial } from '../trial.js';
import { attackIn, beginAttack } from './attack.js';
import { storeProtocol } from './store-protocol.js';

/** What a key, a field, a member and a scored member with such a name take together, generously. */
const NAME_BYTES = 1500;

export const collidingKeys: Trial = {
  name: 'kv-colliding-keys',
  provokes: '131,072 names that collide in hashes by 31 and by 33, in ours without its secret, or up to their last bytes: as keys, fields and members',
  expects: 'they are found as fast as any others, for nobody knows the key of the hash',
  tools: ['cc'],
  async run(field) {
    const count = field.count(2 ** 17, 2 ** 10);
    const server = await field.serve({ protocol: storeProtocol() });
    await (await beginAttack(field, server, 'collisions', { count, form: 'fill' }))();
    const { begin, sum } = attackIn(field, server, 'collisions', { count });
    await field.disturb(server, begin);
    field.expect('they are looked for, four times each', (sum['asked'] ?? 0) > 0, sum['asked']);
    await field.expectMetric(server, 'edgeloop_kv_keys{db="0"}', count);
    field.expectPeak(server, count * NAME_BYTES, `${NAME_BYTES} bytes for what is stored under a name`);
    await field.expectRecovered(server, count * NAME_BYTES);
  },
};
