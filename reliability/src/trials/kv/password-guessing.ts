import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { PASSWORD, storeProtocol } from './store-protocol.js';

const CLIENTS = 16;

export const passwordGuessing: Trial = {
  name: 'kv-password-guessing',
  provokes: 'clients that guess the password; half of them hang up and call again when they would have to wait',
  expects: 'nobody comes in; from the ninth guess on a connection waits a second for each',
  tools: ['cc'],
  async run(field) {
    const server = await field.serve({ protocol: storeProtocol({ password: PASSWORD }), flags: ['--requirepass', PASSWORD] });
    const { begin, sum } = attackIn(field, server, 'guessers', { count: CLIENTS });
    await field.disturb(server, begin);
    field.expect('no guess is right', (sum['refused'] ?? 0) > 0, sum['refused']);
    await field.expectMetric(server, 'edgeloop_kv_limits_met_total{limit="login_throttle"}');
    field.expectPeak(server, 0, 'nothing is kept of a guess');
    await field.expectRecovered(server);
  },
};
