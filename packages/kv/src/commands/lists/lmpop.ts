import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { ListEnd } from '../../values/list-value.js';
import { firstList, listEnd, listOf, popEvent } from './list-key.js';
import { finishPop, replyMany } from './lpop.js';

const NO_KEYS = new ReplyError('ERR numkeys should be greater than 0');
const NO_COUNT = new ReplyError('ERR count should be greater than 0');

/** What LMPOP and BLMPOP are asked for: keys are the arguments from `first` up to `last`. */
export interface MultiplePop {
  readonly first: number;
  readonly last: number;
  readonly end: ListEnd;
  readonly count: number;
}

export const lmpop: Command = {
  name: 'lmpop',
  arity: -4,
  flags: ['write', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 1),
  group: 'list',
  since: '7.0.0',
  summary: 'Removes elements from one end of the first list that is there, and answers its key and them.',
  complexity: 'O(N+M) for N keys and M elements that are removed',
  syntax: 'numkeys key [key ...] <LEFT | RIGHT> [COUNT count]',
  execute(call) {
    if (!popFirst(call, readMultiplePop(call, 1))) call.reply.nilArray();
  },
};

/** Reads what stands from argument `at` on: the number of keys, the keys, and so on. */
export function readMultiplePop(call: Call, at: number): MultiplePop {
  const keys = call.integer(at, NO_KEYS);
  if (keys < 1) throw NO_KEYS;
  const where = at + keys + 1;
  if (where >= call.count) throw SYNTAX;
  const end = listEnd(call, where);
  const words = call.count - where - 1;
  if (words !== 0 && (words < 2 || !call.is(where + 1, 'COUNT'))) throw SYNTAX;
  const count = words === 0 ? 1 : call.integer(where + 2, NO_COUNT);
  if (count < 1) throw NO_COUNT;
  if (words > 2) throw SYNTAX;
  return { first: at + 1, last: where - 1, end, count };
}

/** Pops from the first of the keys that has a list and answers. Returns whether there is one. Error: WRONGTYPE. */
export function popFirst(call: Call, { first, last, end, count }: MultiplePop): boolean {
  const key = firstList(call, first, last);
  if (key === 0) return false;
  const entry = call.find(key);
  const list = listOf(call, entry);
  call.reply.array(2);
  call.reply.bulk(call.source, call.start(key), call.end(key));
  if (call.isLogged) call.effect(popEvent(end), call.argument(key), Math.min(count, list.size));
  replyMany(call, list, end, count);
  finishPop(call, entry, list, end, key);
  return true;
}
