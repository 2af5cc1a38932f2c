import type { Call, Command } from '../../command/call.js';
import { NO_SUCH_KEY, ReplyError } from '../../command/reply-error.js';
import { removeEntry } from '../../command/key-removal.js';
import { LIST } from '../../store/meta.js';
import { fromHead, listOf, readList } from './list-key.js';

const OUT_OF_RANGE = new ReplyError('ERR index out of range');

export const lrange: Command = {
  name: 'lrange',
  arity: 4,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'list',
  since: '1.0.0',
  summary: 'Answers the elements of a list from one index to another; negative ones count from the end.',
  complexity: 'O(S+N) for N elements, the first of which is S elements from the nearer end; nodes are passed over as a whole',
  syntax: 'key start stop',
  execute(call) {
    const { reply } = call;
    const start = call.integer(2);
    const stop = call.integer(3);
    const list = readList(call);
    if (list === undefined) return reply.array(0);
    const first = Math.max(fromHead(start, list.size), 0);
    const count = Math.max(Math.min(fromHead(stop, list.size), list.size - 1) - first + 1, 0);
    reply.array(count);
    list.forEach((buffer, from, to) => reply.bulk(buffer, from, to), first, count);
  },
};

export const llen: Command = {
  ...lrange,
  name: 'llen',
  arity: 2,
  flags: ['readonly', 'fast'],
  summary: 'Answers how many elements a list has.',
  complexity: 'O(1)',
  syntax: 'key',
  execute(call) {
    call.reply.integer(readList(call)?.size ?? 0);
  },
};

export const lindex: Command = {
  ...lrange,
  name: 'lindex',
  arity: 3,
  summary: 'Answers the element of a list with an index; a negative one counts from the end.',
  complexity: 'O(N) for N elements to the nearer end; nodes are passed over as a whole',
  syntax: 'key index',
  execute(call) {
    const { reply } = call;
    const list = readList(call);
    if (list === undefined) return reply.nil();
    const index = fromHead(call.integer(2), list.size);
    if (index < 0 || index >= list.size) return reply.nil();
    const { buffer, start, end } = list.get(index);
    reply.bulk(buffer, start, end);
  },
};

export const lset: Command = {
  ...lindex,
  name: 'lset',
  arity: 4,
  flags: ['write', 'denyoom'],
  summary: 'Puts another element in the place of one.',
  syntax: 'key index element',
  execute(call) {
    const entry = call.findTyped(1, LIST);
    if (entry === 0) throw NO_SUCH_KEY;
    const list = listOf(call, entry);
    const index = fromHead(call.integer(2), list.size);
    if (index < 0 || index >= list.size) throw OUT_OF_RANGE;
    list.set(index, call.source, call.start(3), call.end(3));
    call.changed(1, 'lset', 'l');
    call.reply.ok();
  },
};

export const ltrim: Command = {
  ...lrange,
  name: 'ltrim',
  flags: ['write'],
  summary: 'Removes all elements of a list but those from one index to another.',
  complexity: 'O(N) for N elements that are removed; nodes are removed as a whole',
  execute(call) {
    const start = call.integer(2);
    const stop = call.integer(3);
    const entry = call.findTyped(1, LIST);
    if (entry !== 0) trim(call, entry, start, stop);
    call.reply.ok();
  },
};

function trim(call: Call, entry: number, start: number, stop: number): void {
  const list = listOf(call, entry);
  const before = Math.min(Math.max(fromHead(start, list.size), 0), list.size);
  const kept = Math.max(Math.min(fromHead(stop, list.size), list.size - 1) - before + 1, 0);
  if (kept > 0) {
    list.drop('tail', list.size - before - kept);
    list.drop('head', before);
    return call.changed(1, 'ltrim', 'l');
  }
  // A list that is removed as a whole is given back in slices.
  call.changed(1, 'ltrim', 'l');
  removeEntry(call, 1, entry);
}
