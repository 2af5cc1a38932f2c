import { blockTimeout } from '../../command/block-timeout.js';
import type { Call, Command } from '../../command/call.js';
import { countedKeys } from '../../command/counted-keys.js';
import { LIST } from '../../store/meta.js';
import type { ListEnd } from '../../values/list-value.js';
import { endWord, firstList, listEnd, listOf, popEvent } from './list-key.js';
import { moveElement } from './lmove.js';
import { popFirst, readMultiplePop } from './lmpop.js';
import { finishPop, replyOne } from './lpop.js';

export const blpop: Command = {
  name: 'blpop',
  arity: -3,
  flags: ['write', 'noscript', 'blocking'],
  keys: { first: 1, last: -2, step: 1 },
  group: 'list',
  since: '2.0.0',
  summary: 'Removes the first element of the first list that is there, and answers it with its key; waits for one if need be.',
  complexity: 'O(N) for N keys',
  syntax: 'key [key ...] timeout',
  execute: (call) => popOrWait(call, 'head'),
};

export const brpop: Command = {
  ...blpop,
  name: 'brpop',
  summary: 'Removes the last element of the first list that is there, and answers it with its key; waits for one if need be.',
  execute: (call) => popOrWait(call, 'tail'),
};

export const blmpop: Command = {
  name: 'blmpop',
  arity: -5,
  flags: ['write', 'blocking', 'movablekeys'],
  findKeys: (call) => countedKeys(call, 2),
  group: 'list',
  since: '7.0.0',
  summary: 'Removes elements from one end of the first list that is there, and answers its key and them; waits for one if need be.',
  complexity: 'O(N+M) for N keys and M elements that are removed',
  syntax: 'timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]',
  execute(call) {
    const pop = readMultiplePop(call, 2);
    const timeoutMs = blockTimeout(call, 1);
    if (!popFirst(call, pop)) waitForLists(call, pop.first, pop.last, timeoutMs);
  },
};

export const blmove: Command = {
  name: 'blmove',
  arity: 6,
  flags: ['write', 'denyoom', 'noscript', 'blocking'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'list',
  since: '6.2.0',
  summary: 'Takes the first or last element of a list, makes it that of another, and answers it; waits for one if need be.',
  complexity: 'O(1)',
  syntax: 'source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout',
  execute: (call) => moveOrWait(call, listEnd(call, 3), listEnd(call, 4)),
};

export const brpoplpush: Command = {
  ...blmove,
  name: 'brpoplpush',
  arity: 4,
  since: '2.2.0',
  summary: 'Takes the last element of a list, makes it the first of another, and answers it; waits for one if need be.',
  syntax: 'source destination timeout',
  execute: (call) => moveOrWait(call, 'tail', 'head'),
};

function popOrWait(call: Call, end: ListEnd): void {
  const last = call.count - 2;
  const timeoutMs = blockTimeout(call, last + 1);
  const key = firstList(call, 1, last);
  if (key === 0) return waitForLists(call, 1, last, timeoutMs);
  const entry = call.find(key);
  const list = listOf(call, entry);
  call.reply.array(2);
  call.reply.bulk(call.source, call.start(key), call.end(key));
  replyOne(call, list, end);
  finishPop(call, entry, list, end, key);
  if (call.isLogged) call.effect(popEvent(end), call.argument(key));
}

function moveOrWait(call: Call, from: ListEnd, to: ListEnd): void {
  const timeoutMs = blockTimeout(call, call.count - 1);
  if (moveElement(call, from, to)) {
    if (call.isLogged) call.effect('LMOVE', call.argument(1), call.argument(2), endWord(from), endWord(to));
    return;
  }
  // In a transaction, where nobody waits, there is no string; after a wait, no array.
  if (!call.mayBlock) return call.reply.nil();
  waitForLists(call, 1, 1, timeoutMs);
}

/** Waits for a list at one of the keys that are arguments `first` to `last`. */
function waitForLists(call: Call, first: number, last: number, timeoutMs: number): void {
  const keys = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  call.block(keys, timeoutMs, (reply) => reply.nilArray(), LIST);
}
