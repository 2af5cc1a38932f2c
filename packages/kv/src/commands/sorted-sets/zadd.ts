import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { addMembers, type AddOptions, NO_OPTIONS } from './addition.js';

const NX_XX = new ReplyError('ERR XX and NX options at the same time are not compatible');
const GT_LT_NX = new ReplyError('ERR GT, LT, and/or NX options at the same time are not compatible');
const MANY_INCREMENTS = new ReplyError('ERR INCR option supports a single increment-element pair');

export const zadd: Command = {
  name: 'zadd',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '1.2.0',
  summary: 'Adds members with scores to a sorted set, or gives members that are there other scores, and answers how many are new.',
  complexity: 'O(log N) for each member, in a set of N',
  syntax: 'key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]',
  execute(call) {
    addPairs(call, false);
  },
};

export const zincrby: Command = {
  ...zadd,
  name: 'zincrby',
  arity: 4,
  summary: "Adds to a member's score, which begins at 0, and answers what it is then.",
  complexity: 'O(log N) in a set of N members',
  syntax: 'key increment member',
  execute(call) {
    addPairs(call, true);
  },
};

function addPairs(call: Call, increments: boolean): void {
  let first = 2;
  while (isOption(call, first)) first++;
  const options = readOptions(call, first, increments);
  const words = call.count - first;
  if (words === 0 || words % 2 !== 0) throw SYNTAX;
  checkOptions(options, words / 2);
  const scores: number[] = [];
  for (let i = first; i < call.count; i += 2) scores.push(call.double(i));
  addMembers(call, options, scores, first + 1, 2);
}

function isOption(call: Call, index: number): boolean {
  return (
    call.is(index, 'NX') || call.is(index, 'XX') || call.is(index, 'GT') || call.is(index, 'LT') || call.is(index, 'CH') || call.is(index, 'INCR')
  );
}

/** The options in front of argument `first`. */
function readOptions(call: Call, first: number, increments: boolean): AddOptions {
  if (first === 2 && !increments) return NO_OPTIONS;
  const options = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: increments };
  for (let i = 2; i < first; i++) {
    if (call.is(i, 'NX')) options.nx = true;
    else if (call.is(i, 'XX')) options.xx = true;
    else if (call.is(i, 'GT')) options.gt = true;
    else if (call.is(i, 'LT')) options.lt = true;
    else if (call.is(i, 'CH')) options.ch = true;
    else options.incr = true;
  }
  return options;
}

function checkOptions({ nx, xx, gt, lt, incr }: AddOptions, pairs: number): void {
  if (nx && xx) throw NX_XX;
  if ((gt && nx) || (lt && nx) || (gt && lt)) throw GT_LT_NX;
  if (incr && pairs > 1) throw MANY_INCREMENTS;
}
