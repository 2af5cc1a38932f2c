import { HyperLogLog } from '../../algorithms/hyper-log-log.js';
import { REGISTERS } from '../../algorithms/sparse-registers.js';
import type { Call, Command } from '../../command/call.js';
import { checked, readHyperLogLog, storeHyperLogLog } from './hyper-log-log-key.js';

export const pfmerge: Command = {
  name: 'pfmerge',
  arity: -2,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Merges HyperLogLogs into the one at a key.',
  complexity: 'O(N) for N keys, with a large constant',
  syntax: 'destkey [sourcekey [sourcekey ...]]',
  execute(call) {
    const target = readHyperLogLog(call, 1) ?? new HyperLogLog();
    const registers = new Uint8Array(REGISTERS);
    const anyIsDense = gather(call, registers);
    checked(() => {
      // One that is dense makes the result dense, which it would most likely become anyway.
      if (anyIsDense) target.makeDense();
      target.raiseAll(registers, call.server.settings.hllSparseMaxBytes);
    });
    storeHyperLogLog(call, 1, target);
    call.changed(1, 'pfadd', '$');
    call.reply.ok();
  },
};

/** Raises registers to those of all keys, one key after the other, as the first that is wrong is the error. Returns whether any is dense. */
function gather(call: Call, registers: Uint8Array): boolean {
  let anyIsDense = false;
  for (let i = 1; i < call.count; i++) {
    const log = readHyperLogLog(call, i);
    checked(() => log?.mergeInto(registers));
    anyIsDense ||= log?.isDense === true;
  }
  return anyIsDense;
}
