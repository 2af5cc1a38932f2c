import { decodeLatitude, decodeLongitude } from '../../algorithms/geo-hash.js';
import { distanceWithin, type GeoShape, scoreRanges } from '../../algorithms/geo-search.js';
import { SortedBound } from '../../values/sorted-bound.js';
import { scoreOf, type SortedSetValue } from '../../values/sorted-set-value.js';
import type { GeoQuery } from './geo-query.js';
import type { Place } from './place.js';

/** Members that are looked at before it is asked whether they suffice. */
const SLICE = 1024;

const bound = new SortedBound();

/** A member in the area. Its bytes are valid until the set changes. */
export interface FoundPlace extends Place {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly score: number;
  /** From the middle of the area, in the unit of the query. */
  readonly distance: number;
}

/** The members that a query asks for, in the order that it asks for. */
export function findPlaces(zset: SortedSetValue, query: GeoQuery): FoundPlace[] {
  const { count, any } = query;
  const found = collect(zset, query, any ? count : Number.POSITIVE_INFINITY);
  // Without an order, those that are wanted are the nearest.
  const order = query.order ?? (count > 0 && !any ? 'asc' : undefined);
  if (order === 'asc') found.sort((one, other) => one.distance - other.distance);
  if (order === 'desc') found.sort((one, other) => other.distance - one.distance);
  return count === 0 ? found : found.slice(0, count);
}

function collect(zset: SortedSetValue, query: GeoQuery, limit: number): FoundPlace[] {
  const shape = shapeOf(query);
  const found: FoundPlace[] = [];
  const visit = (buffer: Buffer, start: number, end: number, scoreStart: number): void => {
    const score = scoreOf(buffer, scoreStart);
    const longitude = decodeLongitude(score);
    const latitude = decodeLatitude(score);
    const meters = distanceWithin(shape, longitude, latitude);
    if (Number.isNaN(meters) || found.length >= limit) return;
    found.push({ buffer, start, end, score, longitude, latitude, distance: meters / query.unit });
  };
  for (const { min, max } of scoreRanges(shape)) {
    const to = zset.rankOf(bound.byScore(max, false));
    for (let at = zset.rankOf(bound.byScore(min, false)); at < to && found.length < limit; at += SLICE) {
      zset.range(at, Math.min(at + SLICE, to), false, visit);
    }
  }
  return found;
}

function shapeOf({ place, area }: GeoQuery): GeoShape {
  const { longitude, latitude } = place as Place;
  const { width = 0, height = 0, radius } = area as { radius?: number; width?: number; height?: number };
  return radius === undefined ? { kind: 'box', longitude, latitude, width, height } : { kind: 'circle', longitude, latitude, radius };
}
