import { EARTH_RADIUS_METERS, degrees, distanceMeters, latitudeDistanceMeters, radians } from './geo-distance.js';
import { MAX_LATITUDE, MAX_LONGITUDE, MAX_STEP, cellIndex, cellStart, interleave } from './geo-hash.js';

/** What to search around a place, in degrees: a circle or a box. Widths, heights and radii are in meters. */
export type GeoShape = GeoCircle | GeoBox;

export interface GeoCircle {
  readonly kind: 'circle';
  readonly longitude: number;
  readonly latitude: number;
  readonly radius: number;
}

export interface GeoBox {
  readonly kind: 'box';
  readonly longitude: number;
  readonly latitude: number;
  readonly width: number;
  readonly height: number;
}

/** Scores of a cell of the map: `min` ≤ score < `max`. */
export interface ScoreRange {
  readonly min: number;
  readonly max: number;
}

/** Half of the equator in the Web Mercator projection, in meters. */
const MERCATOR_MAX = 20_037_726.37;

/** The cells around the one in the middle as steps to the east and to the north, in the order in which Redis looks into them. */
const NEIGHBOURS = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]] as const;

interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/**
 * Up to nine ranges of scores that hold all places of the shape, and others around it: ask `distanceWithin` for each. What
 * Redis finds without sorting comes in their order.
 */
export function scoreRanges(shape: GeoShape): ScoreRange[] {
  const bounds = boundsOf(shape);
  const step = sufficientStep(shape, bounds);
  const column = cellIndex(shape.longitude, MAX_LONGITUDE, step);
  const row = cellIndex(shape.latitude, MAX_LATITUDE, step);
  const cells = NEIGHBOURS.filter(([east, north]) => step < 2 || isNeeded(bounds, column, row, step, east, north));
  const starts = cells.map(([east, north]) => interleave(neighbour(column, east, step), neighbour(row, north, step)));
  const scale = 4 ** (MAX_STEP - step);
  // In a large area the neighbours on both sides may be the same.
  return starts.filter((start, i) => start !== starts[i - 1]).map((start) => ({ min: start * scale, max: (start + 1) * scale }));
}

/** The distance of a place from the middle of the shape, in meters, or NaN if it lies outside. */
export function distanceWithin(shape: GeoShape, longitude: number, latitude: number): number {
  if (shape.kind === 'box') {
    if (latitudeDistanceMeters(latitude, shape.latitude) > shape.height / 2) return Number.NaN;
    if (distanceMeters(longitude, latitude, shape.longitude, latitude) > shape.width / 2) return Number.NaN;
  }
  const distance = distanceMeters(shape.longitude, shape.latitude, longitude, latitude);
  return shape.kind === 'circle' && distance > shape.radius ? Number.NaN : distance;
}

/** In degrees, and beyond the edges of the map if need be. The side towards the pole is the one with more degrees to a meter. */
function boundsOf(shape: GeoShape): Bounds {
  const { longitude, latitude } = shape;
  const [width, height] = shape.kind === 'circle' ? [shape.radius, shape.radius] : [shape.width / 2, shape.height / 2];
  const up = degrees(height / EARTH_RADIUS_METERS);
  const outer = latitude < 0 ? latitude - up : latitude + up;
  const aside = degrees(width / EARTH_RADIUS_METERS / Math.cos(radians(outer)));
  return { west: longitude - aside, south: latitude - up, east: longitude + aside, north: latitude + up };
}

/** The finest step at which the cell of the middle and its neighbours cover the bounds. */
function sufficientStep(shape: GeoShape, bounds: Bounds): number {
  const radius = shape.kind === 'circle' ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
  const step = estimatedStep(radius, Math.abs(shape.latitude));
  return step > 1 && !covers(shape, step, bounds) ? step - 1 : step;
}

function estimatedStep(radius: number, latitude: number): number {
  if (radius === 0) return MAX_STEP;
  let step = -1;
  for (let range = radius; range < MERCATOR_MAX; range *= 2) step++;
  // Cells become narrow towards the poles.
  if (latitude > 66) step--;
  if (latitude > 80) step--;
  return Math.min(Math.max(step, 1), MAX_STEP);
}

function covers({ longitude, latitude }: GeoShape, step: number, bounds: Bounds): boolean {
  const column = cellIndex(longitude, MAX_LONGITUDE, step);
  const row = cellIndex(latitude, MAX_LATITUDE, step);
  return (
    cellStart(neighbour(row, 1, step) + 1, MAX_LATITUDE, step) >= bounds.north &&
    cellStart(neighbour(row, -1, step), MAX_LATITUDE, step) <= bounds.south &&
    cellStart(neighbour(column, 1, step) + 1, MAX_LONGITUDE, step) >= bounds.east &&
    cellStart(neighbour(column, -1, step), MAX_LONGITUDE, step) <= bounds.west
  );
}

/** The index of a column or row beside another one. The map is closed at all its edges, in the north and south as well. */
function neighbour(index: number, direction: number, step: number): number {
  return direction === 0 ? index : (index + direction) & (2 ** step - 1);
}

/** Whether the bounds reach out of the cell of the middle into a direction. */
function isNeeded(bounds: Bounds, column: number, row: number, step: number, east: number, north: number): boolean {
  if (north < 0 && cellStart(row, MAX_LATITUDE, step) < bounds.south) return false;
  if (north > 0 && cellStart(row + 1, MAX_LATITUDE, step) > bounds.north) return false;
  if (east < 0 && cellStart(column, MAX_LONGITUDE, step) < bounds.west) return false;
  return !(east > 0 && cellStart(column + 1, MAX_LONGITUDE, step) > bounds.east);
}
