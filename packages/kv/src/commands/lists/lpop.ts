import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { removeIfEmpty } from '../../command/key-removal.js';
import { LIST } from '../../store/meta.js';
import type { ListEnd, ListValue } from '../../values/list-value.js';
import { listOf, popEvent } from './list-key.js';

const NOT_POSITIVE = new ReplyError('ERR value is out of range, must be positive');

export const lpop: Command = {
  name: 'lpop',
  arity: -2,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'list',
  since: '1.0.0',
  summary: 'Removes the first element of a list, or with a count the first ones, and answers them.',
  complexity: 'O(N) for N elements that are removed',
  syntax: 'key [count]',
  execute: (call) => pop(call, 'head'),
};

export const rpop: Command = {
  ...lpop,
  name: 'rpop',
  summary: 'Removes the last element of a list, or with a count the last ones, and answers them, the last one first.',
  execute: (call) => pop(call, 'tail'),
};

function pop(call: Call, end: ListEnd): void {
  if (call.count > 3) throw new ReplyError(`ERR wrong number of arguments for '${call.command.fullName}' command`);
  if (call.count === 3) return popMany(call, end);
  const entry = call.findTyped(1, LIST);
  if (entry === 0) return call.reply.nil();
  const list = listOf(call, entry);
  replyOne(call, list, end);
  finishPop(call, entry, list, end, 1);
}

function popMany(call: Call, end: ListEnd): void {
  const count = call.integer(2, NOT_POSITIVE);
  if (count < 0) throw NOT_POSITIVE;
  const entry = call.findTyped(1, LIST);
  if (entry === 0) return call.reply.nilArray();
  if (count === 0) return call.reply.array(0);
  const list = listOf(call, entry);
  replyMany(call, list, end, count);
  finishPop(call, entry, list, end, 1);
}

/** Answers the element at one end and removes it. */
export function replyOne({ reply }: Call, list: ListValue, end: ListEnd): void {
  const { buffer, start, end: stop } = list.peek(end);
  reply.bulk(buffer, start, stop);
  list.drop(end);
}

/** Answers up to `count` elements from one end on, and removes them. */
export function replyMany(call: Call, list: ListValue, end: ListEnd, count: number): void {
  const popped = Math.min(count, list.size);
  call.reply.array(popped);
  for (let i = 0; i < popped; i++) replyOne(call, list, end);
}

/** Tells that the list at the key that is argument `index` has lost elements, and removes it if these were the last. */
export function finishPop(call: Call, entry: number, list: ListValue, end: ListEnd, index: number): void {
  call.changed(index, popEvent(end), 'l');
  removeIfEmpty(call, entry, list, index);
}
