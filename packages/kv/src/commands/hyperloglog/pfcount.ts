import { countRegisters } from '../../algorithms/hyper-log-log.js';
import { REGISTERS } from '../../algorithms/sparse-registers.js';
import type { Call, Command } from '../../command/call.js';
import { STRING } from '../../store/meta.js';
import { checked, hyperLogLogOf, readHyperLogLog, storeHyperLogLog } from './hyper-log-log-key.js';

export const pfcount: Command = {
  name: 'pfcount',
  arity: -2,
  flags: ['readonly', 'may_replicate'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Answers about how many different elements were added to the HyperLogLogs at keys, all together.',
  complexity: 'O(1) for one key that has not changed since, otherwise O(N) for N keys, with a large constant',
  syntax: 'key [key ...]',
  execute(call) {
    call.reply.integer(call.count === 2 ? countOne(call) : countUnion(call));
  },
};

/** The count is kept in the string, for the next time: a change of the key, as a GET would show, though there is no event for it. */
function countOne(call: Call): number {
  const entry = call.readTyped(1, STRING);
  if (entry === 0) return 0;
  const log = hyperLogLogOf(call, entry);
  if (log.isCounted) return log.count();
  const count = checked(() => log.count());
  storeHyperLogLog(call, 1, log);
  call.changed(1, '', '');
  return count;
}

function countUnion(call: Call): number {
  const registers = new Uint8Array(REGISTERS);
  for (let i = 1; i < call.count; i++) {
    const log = readHyperLogLog(call, i);
    checked(() => log?.mergeInto(registers));
  }
  return countRegisters(registers);
}
