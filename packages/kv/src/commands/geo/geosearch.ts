import { formatDistance } from '../../algorithms/geo-distance.js';
import type { Call, Command } from '../../command/call.js';
import { logKey } from '../../command/key-effect.js';
import { filled } from '../../values/filled.js';
import { SortedSetValue } from '../../values/sorted-set-value.js';
import { storeSortedSet } from '../sorted-sets/result.js';
import { readSortedSet } from '../sorted-sets/sorted-set-key.js';
import { findPlaces, type FoundPlace } from './find-places.js';
import { type GeoCommand, type GeoQuery, readGeoQuery } from './geo-query.js';
import { replyPlace } from './place.js';

export const geosearch: Command = {
  name: 'geosearch',
  arity: -7,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '6.2.0',
  summary: 'Answers the members in a circle or a box around a place.',
  complexity: 'O(N + log M) for N members in and around the area, of a set of M',
  syntax:
    'key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius M | KM | FT | MI | BYBOX width height M | KM | FT | MI ' +
    '[ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]',
  execute(call) {
    search(call, { source: 1, form: 'options', destination: 0, mayStore: false });
  },
};

export const geosearchstore: Command = {
  ...geosearch,
  name: 'geosearchstore',
  arity: -8,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  summary: 'Stores the members in a circle or a box around a place, and answers how many these are.',
  syntax:
    'destination source FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius M | KM | FT | MI | BYBOX width height M | KM | FT | MI ' +
    '[ASC | DESC] [COUNT count [ANY]] [STOREDIST]',
  execute(call) {
    search(call, { source: 2, form: 'options', destination: 1, mayStore: true });
  },
};

/** Searches as a command asks, and answers or stores what is found. */
export function search(call: Call, command: GeoCommand): void {
  const zset = readSortedSet(call, command.source);
  const query = readGeoQuery(call, command, zset);
  const found = zset === undefined ? [] : findPlaces(zset, query);
  if (query.destination === 0) return replyFound(call, query, found);
  storeSortedSet(call, query.destination, command.form === 'options' ? 'geosearchstore' : 'georadiusstore', stored(call, query, found));
  // Sines and cosines may have other last digits in another version of Node.
  logKey(call, query.destination);
}

function stored(call: Call, { storesDistance }: GeoQuery, found: readonly FoundPlace[]): SortedSetValue {
  return filled(new SortedSetValue(call.server.keyspace), (result) => {
    for (const { buffer, start, end, score, distance } of found) result.set(buffer, start, end, storesDistance ? distance : score);
  });
}

function replyFound(call: Call, { withDistance, withHash, withPlace }: GeoQuery, found: readonly FoundPlace[]): void {
  const { reply } = call;
  const details = [withDistance, withHash, withPlace].filter(Boolean).length;
  reply.array(found.length);
  for (const place of found) {
    if (details > 0) reply.array(details + 1);
    reply.bulk(place.buffer, place.start, place.end);
    if (withDistance) reply.text(formatDistance(place.distance));
    if (withHash) reply.integer(place.score);
    if (withPlace) replyPlace(call, place);
  }
}
