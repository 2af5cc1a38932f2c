import type { Call } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';
import { type Place, placeOf, readPlace, readUnit } from './place.js';

const NO_RADIUS = new ReplyError('ERR need numeric radius');
const NEGATIVE_RADIUS = new ReplyError('ERR radius cannot be negative');
const NO_WIDTH = new ReplyError('ERR need numeric width');
const NO_HEIGHT = new ReplyError('ERR need numeric height');
const NEGATIVE_BOX = new ReplyError('ERR height or width cannot be negative');
const NO_COUNT = new ReplyError('ERR COUNT must be > 0');
const ANY_WITHOUT_COUNT = new ReplyError('ERR the ANY argument requires COUNT argument');
const NO_SUCH_MEMBER = new ReplyError('ERR could not decode requested zset member');

/** What the name of a command says of its query. */
export interface GeoCommand {
  /** The argument that is the key to be searched. */
  readonly source: number;
  /** Where and how far to search: said by options, or by the arguments behind the key, as a place or a member with a radius. */
  readonly form: 'options' | 'place' | 'member';
  /** The argument that is the key to store at, or 0. */
  readonly destination: number;
  /** Whether options may name such a key. */
  readonly mayStore: boolean;
}

/** What to search for around a place: within a radius, or a width and height, in meters. */
export type Area = { readonly radius: number } | { readonly width: number; readonly height: number };

/** What is to be found, and what becomes of it. */
export interface GeoQuery {
  center: 'member' | 'place' | undefined;
  /** Undefined also if it is that of a member, but there is no set. */
  place: Place | undefined;
  area: Area | undefined;
  /** The meters of the unit in which distances are answered. */
  unit: number;
  order: 'asc' | 'desc' | undefined;
  /** 0: all. */
  count: number;
  /** Whether any so many will do, and not the nearest. */
  any: boolean;
  withDistance: boolean;
  withHash: boolean;
  withPlace: boolean;
  /** The argument that is the key to store at, or 0. */
  destination: number;
  /** Whether the scores that are stored are distances. */
  storesDistance: boolean;
}

/** Reads a query on a set, which is undefined if there is none: mistakes are errors all the same. */
export function readGeoQuery(call: Call, command: GeoCommand, zset: SortedSetValue | undefined): GeoQuery {
  const query: GeoQuery = {
    center: undefined, place: undefined, area: undefined, unit: 1, order: undefined, count: 0, any: false,
    withDistance: false, withHash: false, withPlace: false, destination: command.destination, storesDistance: false,
  };
  let next = readPositional(call, command, zset, query);
  while (next < call.count) next = readOption(call, next, command, zset, query);
  check(call, command, query);
  return query;
}

/** Reads what stands behind the key without a word before it, and returns the index of the first option. */
function readPositional(call: Call, { form, source }: GeoCommand, zset: SortedSetValue | undefined, query: GeoQuery): number {
  if (form === 'options') return source + 1;
  if (form === 'place') {
    query.place = readPlace(call, source + 1);
    readRadius(call, source + 3, query);
    return source + 5;
  }
  // A radius that is none is no error where there is no set.
  if (zset !== undefined) {
    query.place = memberPlace(call, source + 1, zset);
    readRadius(call, source + 2, query);
  }
  return source + 4;
}

/** Reads the option at `index`, and returns the index of the next one. */
function readOption(call: Call, index: number, command: GeoCommand, zset: SortedSetValue | undefined, query: GeoQuery): number {
  if (readFlag(call, index, query)) return index + 1;
  const left = call.count - index - 1;
  if (call.is(index, 'COUNT') && left >= 1) {
    query.count = call.integer(index + 1);
    if (query.count <= 0) throw NO_COUNT;
    return index + 2;
  }
  if (command.form === 'options') return readSearchOption(call, index, left, zset, query);
  const storesDistance = call.is(index, 'STOREDIST');
  if (!command.mayStore || left < 1 || !(storesDistance || call.is(index, 'STORE'))) throw SYNTAX;
  query.storesDistance = storesDistance;
  query.destination = index + 1;
  return index + 2;
}

function readFlag(call: Call, index: number, query: GeoQuery): boolean {
  if (call.is(index, 'WITHDIST')) query.withDistance = true;
  else if (call.is(index, 'WITHHASH')) query.withHash = true;
  else if (call.is(index, 'WITHCOORD')) query.withPlace = true;
  else if (call.is(index, 'ANY')) query.any = true;
  else if (call.is(index, 'ASC')) query.order = 'asc';
  else if (call.is(index, 'DESC')) query.order = 'desc';
  else return false;
  return true;
}

function readSearchOption(call: Call, index: number, left: number, zset: SortedSetValue | undefined, query: GeoQuery): number {
  if (call.is(index, 'FROMMEMBER') && left >= 1 && query.center !== 'place') {
    query.center = 'member';
    if (zset !== undefined) query.place = memberPlace(call, index + 1, zset);
    return index + 2;
  }
  if (call.is(index, 'FROMLONLAT') && left >= 2 && query.center !== 'member') {
    query.center = 'place';
    query.place = readPlace(call, index + 1);
    return index + 3;
  }
  if (call.is(index, 'BYRADIUS') && left >= 2 && !isBox(query.area)) {
    readRadius(call, index + 1, query);
    return index + 3;
  }
  if (call.is(index, 'BYBOX') && left >= 3 && (query.area === undefined || isBox(query.area))) {
    readBox(call, index + 1, query);
    return index + 4;
  }
  if (query.destination === 0 || !call.is(index, 'STOREDIST')) throw SYNTAX;
  query.storesDistance = true;
  return index + 1;
}

function memberPlace(call: Call, index: number, zset: SortedSetValue): Place {
  const place = placeOf(call, index, zset);
  if (place === undefined) throw NO_SUCH_MEMBER;
  return place;
}

function isBox(area: Area | undefined): boolean {
  return area !== undefined && 'width' in area;
}

function readRadius(call: Call, index: number, query: GeoQuery): void {
  const radius = call.double(index, NO_RADIUS);
  if (radius < 0) throw NEGATIVE_RADIUS;
  query.unit = readUnit(call, index + 1);
  query.area = { radius: radius * query.unit };
}

function readBox(call: Call, index: number, query: GeoQuery): void {
  const width = call.double(index, NO_WIDTH);
  const height = call.double(index + 1, NO_HEIGHT);
  if (width < 0 || height < 0) throw NEGATIVE_BOX;
  query.unit = readUnit(call, index + 2);
  query.area = { width: width * query.unit, height: height * query.unit };
}

function check(call: Call, { form }: GeoCommand, query: GeoQuery): void {
  if (query.destination !== 0 && (query.withDistance || query.withHash || query.withPlace)) {
    const storer = form === 'options' ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
    throw new ReplyError(`ERR ${storer} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  if (form === 'options') {
    if (query.center === undefined) throw new ReplyError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${call.text(0)}`);
    if (query.area === undefined) throw new ReplyError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${call.text(0)}`);
  }
  if (query.any && query.count === 0) throw ANY_WITHOUT_COUNT;
}
