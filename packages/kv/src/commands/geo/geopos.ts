import { distanceMeters, formatDistance } from '../../algorithms/geo-distance.js';
import { geohashString } from '../../algorithms/geo-hash.js';
import type { Command } from '../../command/call.js';
import { SYNTAX } from '../../command/reply-error.js';
import { readSortedSet } from '../sorted-sets/sorted-set-key.js';
import { placeOf, readUnit, replyPlace } from './place.js';

export const geopos: Command = {
  name: 'geopos',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '3.2.0',
  summary: 'Answers the places of some members, as longitude and latitude.',
  complexity: 'O(N) for N members',
  syntax: 'key [member [member ...]]',
  execute(call) {
    const { reply } = call;
    const zset = readSortedSet(call);
    reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) {
      const place = placeOf(call, i, zset);
      if (place === undefined) reply.nilArray();
      else replyPlace(call, place);
    }
  },
};

export const geohash: Command = {
  ...geopos,
  name: 'geohash',
  summary: 'Answers the places of some members, as the geohashes that other programs know.',
  execute(call) {
    const { reply } = call;
    const zset = readSortedSet(call);
    reply.array(call.count - 2);
    for (let i = 2; i < call.count; i++) {
      const score = zset?.score(call.source, call.start(i), call.end(i)) ?? Number.NaN;
      if (Number.isNaN(score)) reply.nil();
      else reply.text(geohashString(score));
    }
  },
};

export const geodist: Command = {
  ...geopos,
  name: 'geodist',
  arity: -4,
  summary: 'Answers the distance between two members.',
  complexity: 'O(1)',
  syntax: 'key member1 member2 [M | KM | FT | MI]',
  execute(call) {
    if (call.count > 5) throw SYNTAX;
    const unit = call.count === 5 ? readUnit(call, 4) : 1;
    const zset = readSortedSet(call);
    const one = placeOf(call, 2, zset);
    const other = placeOf(call, 3, zset);
    if (one === undefined || other === undefined) return call.reply.nil();
    const meters = distanceMeters(one.longitude, one.latitude, other.longitude, other.latitude);
    call.reply.text(formatDistance(meters / unit));
  },
};
