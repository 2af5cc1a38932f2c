import type { Field } from '../field/field.js';
import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { ask, storeProtocol } from './store-protocol.js';

const POLICIES = [
  'noeviction', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl',
] as const;

const MAX_BYTES = { full: 64 * 1024 * 1024, brief: 8 * 1024 * 1024 } as const;
/** Of each policy: there are eight of them. */
const ROUNDS = 2;
/** What a key of the attack takes. */
const KEY_BYTES = 600;
/** Slices of eviction have others' writes between them. */
const TOLERANCE = 1.05;

async function fill(field: Field, policy: (typeof POLICIES)[number]): Promise<void> {
  const maxBytes = field.extent.measured ? MAX_BYTES.full : MAX_BYTES.brief;
  const server = await field.serve({ protocol: storeProtocol({ echo: true }), flags: ['--maxmemory', String(maxBytes), '--maxmemory-policy', policy] });
  const { begin, sum } = attackIn(field, server, 'fillers', { count: Math.floor(maxBytes / KEY_BYTES), form: policy.startsWith('volatile') ? 'volatile' : 'plain' });
  await field.disturb(server, begin, undefined, field.count(ROUNDS, 1));
  const used = await server.metric('edgeloop_kv_memory_used_bytes');
  field.expect(`${policy}: what is stored stays within maxmemory`, used <= maxBytes * TOLERANCE, `${used} of ${maxBytes} bytes`);
  const [refused = 0, stored = 0] = [sum['refused'], sum['stored']];
  if (policy === 'noeviction') field.expect(`${policy}: writes beyond it are refused with OOM`, refused > 0, refused);
  else field.expect(`${policy}: no write is refused`, refused === 0 && stored > 0, `${stored} stored, ${refused} refused`);
  if (policy === 'noeviction') await field.expectMetric(server, 'edgeloop_kv_error_replies_total', refused);
  else await field.expectMetric(server, 'edgeloop_kv_evicted_keys_total');
  field.expect(`${policy}: reading goes on`, (await ask(server, 'EXISTS', 'key:000000000000')).startsWith(':'));
  field.expectPeak(server, 1.5 * maxBytes, 'maxmemory, and half as much for blocks that are cut');
  await field.expectRecovered(server, 1.5 * maxBytes);
}

export const maxmemory: Trial = {
  name: 'kv-maxmemory',
  provokes: 'writes without end beyond maxmemory, under each of the eight policies',
  expects: 'memory stays within it; keys go, or writes are refused, as the policy says; others hardly notice',
  tools: ['cc'],
  async run(field) {
    for (const policy of field.extent.measured ? POLICIES : BRIEF) await fill(field, policy);
  },
};

const BRIEF: readonly (typeof POLICIES)[number][] = ['allkeys-lru'];
