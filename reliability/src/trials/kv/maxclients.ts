import type { Trial } from '../trial.js';
import { attackIn, beginAttack } from './attack.js';
import { storeProtocol } from './store-protocol.js';

/** Bystanders have 33 connections. */
const BYSTANDERS = 33;

export const maxclients: Trial = {
  name: 'kv-maxclients',
  provokes: 'as many clients as there may be, and more that come all the time',
  expects: 'those who are there are served, those who come are told why not',
  tools: ['cc'],
  async run(field) {
    const count = field.count(2000, 50);
    const server = await field.serve({ protocol: storeProtocol(), flags: ['--kv-maxclients', String(count + BYSTANDERS)] });
    const { begin, sum } = attackIn(field, server, 'callers', { count });
    await field.disturb(server, begin);
    field.expect('all who are there are answered', sum['answered'] === count * field.extent.rounds, sum['answered']);
    // Once more without bystanders, so that it does not depend on how long they stay that somebody is turned away.
    const end = await beginAttack(field, server, 'callers', { count: count + BYSTANDERS });
    await field.expectMetric(server, 'edgeloop_kv_limits_met_total{limit="maxclients"}', (sum['refused'] ?? 0) + 1);
    await field.expectMetric(server, 'edgeloop_kv_clients_rejected_total', (sum['refused'] ?? 0) + 1);
    const { refused = 0 } = await end();
    field.expect('those who are too many are told so', refused > 0, (sum['refused'] ?? 0) + refused);
    field.expectPeak(server, count * 8 * 1024, '8 kB for a client');
    await field.expectRecovered(server, count * 8 * 1024);
  },
};
