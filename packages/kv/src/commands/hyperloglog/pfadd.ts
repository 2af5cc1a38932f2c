import { HyperLogLog } from '../../algorithms/hyper-log-log.js';
import type { Call, Command } from '../../command/call.js';
import { STRING } from '../../store/meta.js';
import { checked, hyperLogLogOf, storeHyperLogLog } from './hyper-log-log-key.js';

export const pfadd: Command = {
  name: 'pfadd',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Adds elements to the HyperLogLog at a key, and answers whether that changes its estimate.',
  complexity: 'O(1) for each element',
  syntax: 'key [element [element ...]]',
  execute(call) {
    const entry = call.findTyped(1, STRING);
    const log = entry === 0 ? new HyperLogLog() : hyperLogLogOf(call, entry);
    const added = checked(() => addElements(call, log));
    if (entry === 0) log.forgetCardinality();
    else if (!added) return call.reply.integer(0);
    storeHyperLogLog(call, 1, log);
    call.changed(1, 'pfadd', '$');
    call.reply.integer(1);
  },
};

function addElements(call: Call, log: HyperLogLog): boolean {
  const { hllSparseMaxBytes } = call.server.settings;
  let added = false;
  for (let i = 2; i < call.count; i++) added = log.add(call.source, call.start(i), call.end(i), hllSparseMaxBytes) || added;
  return added;
}
