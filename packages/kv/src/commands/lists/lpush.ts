import type { Call, Command } from '../../command/call.js';
import { LIST } from '../../store/meta.js';
import type { ListEnd, ListValue } from '../../values/list-value.js';
import { addToList, pushEvent } from './list-key.js';

export const lpush: Command = {
  name: 'lpush',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'list',
  since: '1.0.0',
  summary: 'Adds elements before the first one of a list, one after the other, and answers its length.',
  complexity: 'O(1) for each element',
  syntax: 'key element [element ...]',
  execute: (call) => push(call, 'head', call.findTyped(1, LIST)),
};

export const rpush: Command = {
  ...lpush,
  name: 'rpush',
  summary: 'Adds elements behind the last one of a list, and answers its length.',
  execute: (call) => push(call, 'tail', call.findTyped(1, LIST)),
};

export const lpushx: Command = {
  ...lpush,
  name: 'lpushx',
  since: '2.2.0',
  summary: 'Adds elements before the first one of a list, if there is one.',
  execute: (call) => pushToExisting(call, 'head'),
};

export const rpushx: Command = {
  ...lpushx,
  name: 'rpushx',
  summary: 'Adds elements behind the last one of a list, if there is one.',
  execute: (call) => pushToExisting(call, 'tail'),
};

function pushToExisting(call: Call, end: ListEnd): void {
  const entry = call.findTyped(1, LIST);
  if (entry === 0) call.reply.integer(0);
  else push(call, end, entry);
}

function push(call: Call, end: ListEnd, entry: number): void {
  const size = addToList(call, 1, entry, (list) => pushAll(call, end, list));
  call.changed(1, pushEvent(end), 'l');
  call.reply.integer(size);
}

function pushAll(call: Call, end: ListEnd, list: ListValue): number {
  for (let i = 2; i < call.count; i++) list.push(end, call.source, call.start(i), call.end(i));
  return list.size;
}
