import { halfSipHash } from '../../src/algorithms/half-sip-hash.js';
import { Memory } from '../../src/memory/memory.js';
import { DEFAULT_ENCODING_LIMITS, type EncodingLimits, type ValueContext } from '../../src/values/value-context.js';

/** A context for collections outside a store, with memory of its own and the same random numbers each time. */
export function valueContext(limits: Partial<EncodingLimits> = {}, memory = new Memory()): ValueContext {
  let state = 1;
  return {
    memory,
    // 128 fields, so that a test need not make many to see what happens then.
    limits: { ...DEFAULT_ENCODING_LIMITS, hashMaxListpackEntries: 128, ...limits },
    hash: (bytes, start, end) => halfSipHash(bytes, start, end, 1, 2),
    random: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 0) / 2 ** 32;
    },
  };
}
