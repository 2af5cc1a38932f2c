import type { Field } from '../field/field.js';
import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { PASSWORD, storeProtocol } from './store-protocol.js';

const limitMet = (name: string): string => `edgeloop_kv_limits_met_total{limit="${name}"}`;

const COUNTERS = { unknown: ['unauthenticated'], known: ['bulk_length', 'multibulk_length', 'malformed'] } as const;

async function announce(field: Field, form: 'unknown' | 'known'): Promise<void> {
  const server = await field.serve({ protocol: storeProtocol({ password: PASSWORD }), flags: ['--requirepass', PASSWORD] });
  const { begin, sum } = attackIn(field, server, 'announcers', { count: field.count(500, 20), form, password: PASSWORD });
  await field.disturb(server, begin);
  field.expect(`${form === 'known' ? 'after' : 'before'} AUTH, who announces too much is disconnected`, sum['kept'] === 0 && (sum['refused'] ?? 0) > 0, sum['refused']);
  field.expect('who announces what is allowed may stay', sum['lost'] === 0, sum['lost']);
  for (const name of COUNTERS[form]) await field.expectMetric(server, limitMet(name));
  field.expectPeak(server, 0, 'nothing is set apart for what was announced');
  await field.expectRecovered(server);
}

export const announcedLengths: Trial = {
  name: 'kv-announced-lengths',
  provokes: 'requests that announce 2,147,483,647 arguments, or one of 512 MB or beyond all numbers, before AUTH and after it',
  expects: 'memory is taken by what has come, and not by what was announced; what is beyond a limit ends its sender',
  tools: ['cc'],
  async run(field) {
    await announce(field, 'unknown');
    if (field.extent.measured) await announce(field, 'known');
  },
};
