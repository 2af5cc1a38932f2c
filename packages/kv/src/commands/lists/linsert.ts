import type { Call, Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { removeIfEmpty } from '../../command/key-removal.js';
import { LIST } from '../../store/meta.js';
import type { ListValue } from '../../values/list-value.js';
import { listOf } from './list-key.js';

export const linsert: Command = {
  name: 'linsert',
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'list',
  since: '2.2.0',
  summary: 'Inserts an element before or after the first one that equals the pivot, and answers the length; -1 if there is none.',
  complexity: 'O(N) for N elements up to the pivot',
  syntax: 'key <BEFORE | AFTER> pivot element',
  execute(call) {
    const after = call.is(2, 'AFTER');
    if (!after && !call.is(2, 'BEFORE')) throw SYNTAX;
    const entry = call.findTyped(1, LIST);
    if (entry === 0) return call.reply.integer(0);
    const list = listOf(call, entry);
    const pivot = indexOf(call, list, 3);
    if (pivot < 0) return call.reply.integer(-1);
    list.insert(after ? pivot + 1 : pivot, call.source, call.start(4), call.end(4));
    call.changed(1, 'linsert', 'l');
    call.reply.integer(list.size);
  },
};

export const lrem: Command = {
  ...linsert,
  name: 'lrem',
  arity: 4,
  flags: ['write'],
  since: '1.0.0',
  summary: 'Removes elements that equal one: the first, or with a negative count the last so many, or with 0 all. Answers how many.',
  complexity: 'O(N) for a list of N elements',
  syntax: 'key count element',
  execute(call) {
    const count = call.integer(2);
    const entry = call.findTyped(1, LIST);
    if (entry === 0) return call.reply.integer(0);
    const list = listOf(call, entry);
    const limit = count === 0 ? list.size : Math.abs(count);
    const removed = list.remove(count < 0 ? 'tail' : 'head', limit, call.source, call.start(3), call.end(3));
    if (removed > 0) call.changed(1, 'lrem', 'l');
    removeIfEmpty(call, entry, list);
    call.reply.integer(removed);
  },
};

/** The index of the first element that equals an argument, or -1. */
function indexOf(call: Call, list: ListValue, argument: number): number {
  let first = -1;
  list.search('head', list.size, call.source, call.start(argument), call.end(argument), (index) => {
    first = index;
    return false;
  });
  return first;
}
