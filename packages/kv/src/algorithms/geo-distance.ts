import { formatFixed } from '../bytes/double.js';

/** Of the sphere that Redis takes the Earth for. */
export const EARTH_RADIUS_METERS = 6_372_797.560856;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** The meters in each unit that commands know. */
export const METERS_PER_UNIT = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 } as const;

export function radians(degrees: number): number {
  return degrees * RADIANS_PER_DEGREE;
}

export function degrees(radians: number): number {
  return radians / RADIANS_PER_DEGREE;
}

/** The meters between two places by the haversine formula, whose error is up to 0.5 % as the Earth is no sphere. */
export function distanceMeters(longitude1: number, latitude1: number, longitude2: number, latitude2: number): number {
  const v = Math.sin((radians(longitude2) - radians(longitude1)) / 2);
  if (v === 0) return latitudeDistanceMeters(latitude1, latitude2);
  const u = Math.sin((radians(latitude2) - radians(latitude1)) / 2);
  const a = u * u + Math.cos(radians(latitude1)) * Math.cos(radians(latitude2)) * v * v;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(a));
}

/** The meters between two places on one meridian. */
export function latitudeDistanceMeters(latitude1: number, latitude2: number): number {
  return EARTH_RADIUS_METERS * Math.abs(radians(latitude2) - radians(latitude1));
}

/** A distance as Redis replies it. */
export function formatDistance(distance: number): string {
  return formatFixed(distance, 4);
}
