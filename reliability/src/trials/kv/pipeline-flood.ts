import type { Field } from '../field/field.js';
import type { Trial } from '../trial.js';
import { attackIn } from './attack.js';
import { storeProtocol } from './store-protocol.js';

const CLIENTS = 4;
/** What may lie unserved for one client that does not read its replies. */
const UNSERVED_BYTES = 64 * 1024 * 1024;

async function flood(field: Field, form: 'read' | 'unread', allowedBytes: number, why: string): Promise<void> {
  const server = await field.serve({ protocol: storeProtocol() });
  const { begin, sum } = attackIn(field, server, 'pipelineFlood', { count: CLIENTS, form });
  await field.disturb(server, begin);
  field.expect('no reply is missing or wrong, and nobody is ended', sum['wrong'] === 0 && sum['ended'] === 0, `${sum['replies']} replies`);
  if (form === 'read') await field.expectMetric(server, 'edgeloop_kv_limits_met_total{limit="turn_budget"}');
  field.expectPeak(server, allowedBytes, why);
  await field.expectRecovered(server, allowedBytes);
}

export const pipelineFlood: Trial = {
  name: 'kv-pipeline-flood',
  provokes: 'pipelines without end, from clients that read the replies and from clients that do not',
  expects: 'each has its share of a turn, and no more; who does not read is not read from, either',
  tools: ['cc'],
  async run(field) {
    await flood(field, 'read', 0, 'of a pipeline no more lies there than one receive brings');
    if (field.extent.measured) await flood(field, 'unread', 2 * CLIENTS * UNSERVED_BYTES, '64 MB that may lie unserved for each of them, and the room that input grows by');
  },
};
