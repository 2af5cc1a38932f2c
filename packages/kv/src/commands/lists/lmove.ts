import type { Call, Command } from '../../command/call.js';
import { LIST } from '../../store/meta.js';
import type { ListEnd } from '../../values/list-value.js';
import { addToList, listEnd, listOf, pushEvent } from './list-key.js';
import { finishPop } from './lpop.js';

export const lmove: Command = {
  name: 'lmove',
  arity: 5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  group: 'list',
  since: '6.2.0',
  summary: 'Takes the first or last element of a list, makes it the first or last of another or the same, and answers it.',
  complexity: 'O(1)',
  syntax: 'source destination <LEFT | RIGHT> <LEFT | RIGHT>',
  execute(call) {
    if (!moveElement(call, listEnd(call, 3), listEnd(call, 4))) call.reply.nil();
  },
};

export const rpoplpush: Command = {
  ...lmove,
  name: 'rpoplpush',
  arity: 3,
  since: '1.2.0',
  summary: 'Takes the last element of a list, makes it the first of another or the same, and answers it.',
  syntax: 'source destination',
  execute(call) {
    if (!moveElement(call, 'tail', 'head')) call.reply.nil();
  },
};

/** Moves an element from the list at key 1, if there is one, to that at key 2, and answers it. Returns whether there is one. */
export function moveElement(call: Call, from: ListEnd, to: ListEnd): boolean {
  const entry = call.findTyped(1, LIST);
  if (entry === 0) return false;
  const source = listOf(call, entry);
  const target = call.findTyped(2, LIST);
  // What is pushed must not lie in the list that it is pushed to.
  const { buffer, start, end } = target === entry ? inOneBuffer(source.peek(from).copy()) : source.peek(from);
  addToList(call, 2, target, (destination) => destination.push(to, buffer, start, end));
  call.reply.bulk(buffer, start, end);
  source.drop(from);
  call.changed(2, pushEvent(to), 'l');
  finishPop(call, entry, source, from, 1);
  return true;
}

function inOneBuffer(buffer: Buffer): { buffer: Buffer; start: number; end: number } {
  return { buffer, start: 0, end: buffer.length };
}
