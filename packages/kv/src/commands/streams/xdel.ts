import type { Command } from '../../command/call.js';
import { readIds } from './id-argument.js';
import { findStream } from './stream-key.js';
import { TrimOptions, logTrimming } from './trim-options.js';
import { SYNTAX } from '../../command/reply-error.js';

export const xdel: Command = {
  name: 'xdel',
  arity: -3,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes entries of a stream by their ids, and answers how many were there.',
  complexity: 'O(log N) for each id and a stream of N',
  syntax: 'key id [id ...]',
  execute(call) {
    const stream = findStream(call);
    if (stream === undefined) return call.reply.integer(0);
    const removed = readIds(call, 2).filter((id) => stream.delete(id)).length;
    if (removed > 0) call.changed(1, 'xdel', 't');
    call.reply.integer(removed);
  },
};

export const xtrim: Command = {
  ...xdel,
  name: 'xtrim',
  arity: -4,
  flags: ['write'],
  summary: 'Removes entries from the beginning of a stream, down to a length or up to an id; answers how many.',
  complexity: 'O(N) for N entries that are removed',
  syntax: 'key MAXLEN | MINID [= | ~] threshold [LIMIT count]',
  execute(call) {
    const options = new TrimOptions();
    for (let i = 2; i < call.count; ) {
      const next = options.read(call, i);
      if (next === i) throw SYNTAX;
      i = next;
    }
    const trimming = options.finish(call, true);
    const stream = findStream(call);
    const removed = trimming === undefined || stream === undefined ? 0 : stream.trim(trimming);
    call.reply.integer(removed);
    if (stream === undefined || removed === 0) return;
    call.changed(1, 'xtrim', 't');
    if (trimming?.isApproximate === true) logTrimming(call, stream);
  },
};
