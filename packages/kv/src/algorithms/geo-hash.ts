/**
 * Geohashes of 52 bits: longitude and latitude are cut to 26 bits each and their bits alternate, a longitude's bit being the
 * higher of two. As a score of a sorted set such a number is exact, and a cell of the map is a range of scores.
 */
export const MAX_STEP = 26;
export const MAX_LONGITUDE = 180;
/** Of the square map of the Web Mercator projection. */
export const MAX_LATITUDE = 85.05112878;
/** Of the geohash strings that others use, which know all of the globe. */
const POLE = 90;

const HALF_BITS = 26;
const HALF = 2 ** HALF_BITS;
const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';
const STRING_LENGTH = 11;

/** The column or row, of 2^`step`, in which a coordinate lies that may be between -`max` and `max`. `max` itself is one beyond the last. */
export function cellIndex(coordinate: number, max: number, step: number): number {
  return Math.trunc(((coordinate + max) / (2 * max)) * 2 ** step);
}

/** Where a column or row begins. */
export function cellStart(index: number, max: number, step: number): number {
  return -max + (index / 2 ** step) * (2 * max);
}

/** The score of a place, in degrees. */
export function encodePlace(longitude: number, latitude: number): number {
  return interleave(cellIndex(longitude, MAX_LONGITUDE, MAX_STEP), cellIndex(latitude, MAX_LATITUDE, MAX_STEP));
}

/** The middle of the cell that a score stands for, in degrees; `decodeLatitude` gives the other half. */
export function decodeLongitude(score: number): number {
  if (!isGeohash(score)) return cellMiddle(strayIndex(score, 1n), MAX_LONGITUDE);
  return cellMiddle((everyOther(Math.floor(score / HALF) / 2) << 13) | everyOther((score % HALF) / 2), MAX_LONGITUDE);
}

export function decodeLatitude(score: number): number {
  if (!isGeohash(score)) return cellMiddle(strayIndex(score, 0n), MAX_LATITUDE);
  return cellMiddle((everyOther(Math.floor(score / HALF)) << 13) | everyOther(score % HALF), MAX_LATITUDE);
}

function isGeohash(score: number): boolean {
  return score >= 0 && score < HALF * HALF;
}

/** Scores that no place has, for any sorted set may be asked for places: every other bit of what C makes of them as an integer of 64 bits. */
function strayIndex(score: number, firstBit: bigint): number {
  const isInRange = score >= -(2 ** 63) && score < 2 ** 64;
  const bits = isInRange ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : score < 0 ? 2n ** 63n : 0n;
  let index = 0;
  for (let bit = 0n; bit < 32n; bit++) index += Number((bits >> (2n * bit + firstBit)) & 1n) * 2 ** Number(bit);
  return index;
}

function cellMiddle(index: number, max: number): number {
  const middle = (cellStart(index, max, MAX_STEP) + cellStart(index + 1, max, MAX_STEP)) / 2;
  return Math.min(Math.max(middle, -max), max);
}

/** The number in which the bits of a column and a row of up to 27 bits alternate. */
export function interleave(column: number, row: number): number {
  return interleaveHalf(column >> 13, row >> 13) * HALF + interleaveHalf(column & 0x1fff, row & 0x1fff);
}

function interleaveHalf(column: number, row: number): number {
  return ((spread(column) << 1) | spread(row)) >>> 0;
}

/** Moves bit i to 2 i, for up to 16 bits, by halving the groups that stay together. */
function spread(value: number): number {
  let bits = (value | (value << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** The reverse of it. */
function everyOther(value: number): number {
  let bits = value & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

/**
 * The geohash that other programs know a place by (https://en.wikipedia.org/wiki/Geohash). Eleven characters are 55 bits, of
 * which a score has 52, and Redis makes all of the last character 0.
 */
export function geohashString(score: number): string {
  const column = cellIndex(decodeLongitude(score), MAX_LONGITUDE, MAX_STEP);
  const row = cellIndex(decodeLatitude(score), POLE, MAX_STEP);
  // Without the bit that a place on the very edge has beyond 52, as it would take one from the other end.
  const bits = interleave(column % HALF, row % HALF);
  let text = '';
  for (let shift = 47; text.length < STRING_LENGTH - 1; shift -= 5) text += ALPHABET.charAt(Math.floor(bits / 2 ** shift) % 32);
  return `${text}0`;
}
