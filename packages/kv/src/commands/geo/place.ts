import { decodeLatitude, decodeLongitude, MAX_LATITUDE, MAX_LONGITUDE } from '../../algorithms/geo-hash.js';
import { METERS_PER_UNIT } from '../../algorithms/geo-distance.js';
import { formatDouble, formatFixed } from '../../bytes/double.js';
import { formatLongDouble, longDoubleOf } from '../../bytes/long-double.js';
import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';

const UNKNOWN_UNIT = new ReplyError('ERR unsupported unit provided. please use M, KM, FT, MI');

/** In degrees. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}

/** The place that arguments `index` and the next one spell. Error: ReplyError if it is not on the map. */
export function readPlace(call: Call, index: number): Place {
  const longitude = call.double(index);
  const latitude = call.double(index + 1);
  if (Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE) return { longitude, latitude };
  throw new ReplyError(`ERR invalid longitude,latitude pair ${coordinateText(longitude)},${coordinateText(latitude)}`);
}

/** The meters of the unit that is argument `index`. */
export function readUnit(call: Call, index: number): number {
  if (call.is(index, 'M')) return METERS_PER_UNIT.m;
  if (call.is(index, 'KM')) return METERS_PER_UNIT.km;
  if (call.is(index, 'FT')) return METERS_PER_UNIT.ft;
  if (call.is(index, 'MI')) return METERS_PER_UNIT.mi;
  throw UNKNOWN_UNIT;
}

/** Where the member that is argument `index` is; undefined if it is not in the set. */
export function placeOf(call: Call, index: number, zset: SortedSetValue | undefined): Place | undefined {
  const score = zset?.score(call.source, call.start(index), call.end(index)) ?? Number.NaN;
  return Number.isNaN(score) ? undefined : { longitude: decodeLongitude(score), latitude: decodeLatitude(score) };
}

/** Writes longitude and latitude, with as many digits as Redis: more than a double has. */
export function replyPlace({ reply }: Call, { longitude, latitude }: Place): void {
  reply.array(2);
  reply.decimal(formatLongDouble(longDoubleOf(longitude)));
  reply.decimal(formatLongDouble(longDoubleOf(latitude)));
}

function coordinateText(degrees: number): string {
  return Number.isFinite(degrees) ? formatFixed(degrees, 6) : formatDouble(degrees);
}
