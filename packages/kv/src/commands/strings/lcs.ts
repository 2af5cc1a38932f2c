import { type CommonRange, LongestCommonSubsequence, commonLength } from '../../algorithms/longest-common-subsequence.js';
import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { STRING } from '../../store/meta.js';

/** What Redis takes for each pair of bytes, which together must not be more than a string may have. */
const CELL_BYTES = 4;

const NO_STRINGS = new ReplyError('ERR The specified keys must contain string values');
const LENGTH_AND_INDEXES = new ReplyError('ERR If you want both the length and indexes, please just use IDX.');
const TOO_LONG = new ReplyError('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');

interface LcsOptions {
  lengthOnly: boolean;
  withRanges: boolean;
  withRangeLengths: boolean;
  minRangeLength: number;
}

export const lcs: Command = {
  name: 'lcs',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'string',
  since: '7.0.0',
  summary: 'Answers the longest subsequence that two strings have in common, how long it is, or where it lies.',
  complexity: 'O(N*M) for strings of N and M bytes',
  syntax: 'key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]',
  execute(call) {
    // Both are looked for before either is judged, so that a miss is told of whatever the other one holds.
    const [a, b] = [call.read(1), call.read(2)].map((entry) => stringOf(call, entry)) as [Uint8Array, Uint8Array];
    const options = readOptions(call);
    if ((a.length + 1) * (b.length + 1) * CELL_BYTES > call.server.settings.protoMaxBulkLen) throw TOO_LONG;
    if (options.lengthOnly) return call.reply.integer(commonLength(a, b));
    const common = new LongestCommonSubsequence(a, b);
    if (options.withRanges) replyRanges(call, common, options);
    else call.reply.bulk(common.bytes);
  },
};

/** The string's own bytes, in which nothing may be changed. */
function stringOf(call: Call, entry: number): Uint8Array {
  if (entry === 0) return new Uint8Array(0);
  if (call.db.typeOf(entry) !== STRING) throw NO_STRINGS;
  const { buffer, start, end } = call.db.stringOf(entry);
  return buffer.subarray(start, end);
}

function readOptions(call: Call): LcsOptions {
  const options: LcsOptions = { lengthOnly: false, withRanges: false, withRangeLengths: false, minRangeLength: 0 };
  for (let i = 3; i < call.count; i++) {
    if (call.is(i, 'LEN')) options.lengthOnly = true;
    else if (call.is(i, 'IDX')) options.withRanges = true;
    else if (call.is(i, 'WITHMATCHLEN')) options.withRangeLengths = true;
    else if (call.is(i, 'MINMATCHLEN') && i + 1 < call.count) options.minRangeLength = call.integer(++i);
    else throw SYNTAX;
  }
  if (options.lengthOnly && options.withRanges) throw LENGTH_AND_INDEXES;
  return options;
}

function replyRanges({ reply }: Call, { ranges, length }: LongestCommonSubsequence, { minRangeLength, withRangeLengths }: LcsOptions): void {
  const shown = ranges.filter((range) => lengthOf(range) >= minRangeLength);
  reply.map(2);
  reply.text('matches');
  reply.array(shown.length);
  for (const range of shown) {
    reply.array(withRangeLengths ? 3 : 2);
    replyRange(range.aStart, range.aEnd);
    replyRange(range.bStart, range.bEnd);
    if (withRangeLengths) reply.integer(lengthOf(range));
  }
  reply.text('len');
  reply.integer(length);

  function replyRange(start: number, end: number): void {
    reply.array(2);
    reply.integer(start);
    reply.integer(end);
  }
}

function lengthOf({ aStart, aEnd }: CommonRange): number {
  return aEnd - aStart + 1;
}
