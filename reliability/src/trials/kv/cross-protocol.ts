import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { ask, storeProtocol } from './store-protocol.js';

const LANES = 8;

export const crossProtocol: Trial = {
  name: 'kv-cross-protocol',
  provokes: 'browsers that were made to send POST and Host: with commands behind it',
  expects: 'they are disconnected, and none of these commands runs',
  tools: ['cc'],
  async run(field) {
    const server = await field.serve({ protocol: storeProtocol() });
    const { begin, sum } = attackIn(field, server, 'browsers', { count: LANES });
    await field.disturb(server, begin);
    field.expect('all of them are disconnected', sum['ended'] === sum['calls'], `${sum['ended']} of ${sum['calls']}`);
    const hacked = await ask(server, 'EXISTS', 'hacked');
    field.expect('no command of a body has run', hacked === ':0\r\n', hacked.trim());
    await field.expectMetric(server, 'edgeloop_kv_limits_met_total{limit="cross_protocol"}', sum['ended']);
    field.expectPeak(server, 0, 'nothing is kept of them');
    await field.expectRecovered(server);
  },
};
