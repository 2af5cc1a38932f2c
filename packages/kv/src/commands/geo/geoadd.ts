import { encodePlace } from '../../algorithms/geo-hash.js';
import type { Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { NO_OPTIONS, addMembers } from '../sorted-sets/addition.js';
import { readPlace } from './place.js';

export const geoadd: Command = {
  name: 'geoadd',
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '3.2.0',
  summary: 'Adds members with their places to a sorted set, whose scores are geohashes; answers how many are new.',
  complexity: 'O(log N) for each member, in a set of N',
  syntax: 'key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]',
  execute(call) {
    const options = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };
    let first = 2;
    for (; first < call.count; first++) {
      if (call.is(first, 'NX')) options.nx = true;
      else if (call.is(first, 'XX')) options.xx = true;
      else if (call.is(first, 'CH')) options.ch = true;
      else break;
    }
    if ((call.count - first) % 3 !== 0 || first === call.count || (options.nx && options.xx)) throw SYNTAX;
    const scores: number[] = [];
    for (let i = first; i < call.count; i += 3) {
      const { longitude, latitude } = readPlace(call, i);
      scores.push(encodePlace(longitude, latitude));
    }
    addMembers(call, first === 2 ? NO_OPTIONS : options, scores, first + 2, 3);
  },
};
