import fc from 'fast-check';
import t from 'tap';
import { METERS_PER_UNIT, distanceMeters, formatDistance } from '../../src/algorithms/geo-distance.js';
import { MAX_LATITUDE, decodeLatitude, decodeLongitude, encodePlace, geohashString } from '../../src/algorithms/geo-hash.js';
import { type GeoShape, distanceWithin, scoreRanges } from '../../src/algorithms/geo-search.js';
import { formatLongDouble, longDoubleOf } from '../../src/bytes/long-double.js';
import { skipWithout } from '../support/required-tool.js';
import { type Command, startRedis } from '../support/throwaway-redis.js';

/** Anywhere, and often at the edges of the map, where cells meet, and close to each other. */
const longitudes = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: 13, max: 14, noNaN: true }),
  fc.constantFrom(-180, -179.9999, -90, 0, 0.00001, 90, 179.9999, 180),
);
const latitudes = fc.oneof(
  fc.double({ min: -MAX_LATITUDE, max: MAX_LATITUDE, noNaN: true }),
  fc.double({ min: 38, max: 39, noNaN: true }),
  fc.constantFrom(-MAX_LATITUDE, -85, -66, 0, 0.00001, 66.5, 80.5, 85, MAX_LATITUDE),
);
const places = fc.tuple(longitudes, latitudes);

t.test('property: a place comes back within a meter', async () => {
  fc.assert(
    fc.property(places, ([longitude, latitude]) => {
      const score = encodePlace(longitude, latitude);
      return distanceMeters(longitude, latitude, decodeLongitude(score), decodeLatitude(score)) < 1;
    }),
    { numRuns: 2000 },
  );
});

t.test('property: the ranges hold every place that lies within the shape', async () => {
  // Towards the poles, and where it reaches around the globe, a search of Redis misses places, and so does this one.
  const upTo = (max: number) => fc.double({ min: -max, max, noNaN: true });
  const radii = fc.double({ min: 0, max: 500_000, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(upTo(90), upTo(60)), radii, upTo(1), upTo(1), ([longitude, latitude], radius, east, north) => {
      const shape: GeoShape = { kind: 'circle', longitude, latitude, radius };
      const score = encodePlace(longitude + (east * radius) / 50_000, latitude + (north * radius) / 100_000);
      const within = !Number.isNaN(distanceWithin(shape, decodeLongitude(score), decodeLatitude(score)));
      return !within || scoreRanges(shape).some(({ min, max }) => score >= min && score < max);
    }),
    { numRuns: 3000 },
  );
});

t.test('distances are rounded as C does it', async (t) => {
  t.equal(formatDistance(166_274.15156960039), '166274.1516');
  t.equal(formatDistance(0), '0.0000');
  t.equal(formatDistance(0.03125), '0.0312', 'the even one of two');
  t.equal(formatDistance(0.09375), '0.0938');
});

t.test('scores, coordinates, strings and distances are those of Redis', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const all = fc.sample(places, { numRuns: 3000, seed: 10 });
  await redis.pipeline(all.map(([longitude, latitude], i) => ['GEOADD', 'places', longitude, latitude, i]));
  const units = Object.keys(METERS_PER_UNIT) as (keyof typeof METERS_PER_UNIT)[];
  const commands: Command[] = all.flatMap((_, i) => [
    ['ZSCORE', 'places', i],
    ['GEOPOS', 'places', i],
    ['GEOHASH', 'places', i],
    ['GEODIST', 'places', i, (i * 7) % all.length, units[i % 4] as string],
  ]);
  const theirs = (await redis.pipeline(commands)).map(String);
  const scores = all.map(([longitude, latitude]) => encodePlace(longitude, latitude));
  const [x, y] = [scores.map(decodeLongitude), scores.map(decodeLatitude)] as [number[], number[]];
  const human = (value: number | undefined): string => formatLongDouble(longDoubleOf(value as number));
  let distancesOff = 0;
  for (const [i, score] of scores.entries()) {
    const ours = [String(score), `${human(x[i])},${human(y[i])}`, geohashString(score)];
    const expected = theirs.slice(i * 4, i * 4 + 3);
    expected[0] = String(Number(expected[0]));
    if (ours.join() !== expected.join()) t.same(ours, expected, `place ${all[i]}`);
    const other = (i * 7) % all.length;
    const distance = distanceMeters(x[i] as number, y[i] as number, x[other] as number, y[other] as number) / METERS_PER_UNIT[units[i % 4] as 'm'];
    const difference = Math.abs(Number(formatDistance(distance)) - Number(theirs[i * 4 + 3]));
    if (difference > 0) distancesOff++;
    if (difference > 0.00011) t.fail(`distance ${distance}, but ${theirs[i * 4 + 3]}`);
  }
  // Sines of JavaScript and of C may differ in the last bit, which the fourth decimal shows now and then.
  t.ok(distancesOff <= 3, `${distancesOff} of ${scores.length} differ in the last decimal`);
});

const lengths = fc.oneof(...[25_000_000, 200_000, 100].map((max) => fc.double({ min: 0, max, noNaN: true })), fc.constantFrom(0, 5e6, 1e7, 2.1e7));
const shapes: fc.Arbitrary<GeoShape> = fc.oneof(
  fc.record({ kind: fc.constant('circle' as const), longitude: longitudes, latitude: latitudes, radius: lengths }),
  fc.record({ kind: fc.constant('box' as const), longitude: longitudes, latitude: latitudes, width: lengths, height: lengths }),
);

t.test('a search finds what Redis finds, in the same order', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis(t);
  const sample = fc.sample(places, { numRuns: 400, seed: 11 });
  await redis.pipeline(sample.map(([longitude, latitude], i) => ['GEOADD', 'places', longitude, latitude, i]));
  const all = sample.map(([longitude, latitude], i) => ({ name: String(i), score: encodePlace(longitude, latitude) }));
  all.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  const searches = fc.sample(shapes, { numRuns: 1500, seed: 12 });
  const replies = await redis.pipeline(
    searches.map((shape) => {
      const size = shape.kind === 'circle' ? ['BYRADIUS', shape.radius] : ['BYBOX', shape.width, shape.height];
      return ['GEOSEARCH', 'places', 'FROMLONLAT', shape.longitude, shape.latitude, ...size, 'm'];
    }),
  );
  let found = 0;
  for (const [i, shape] of searches.entries()) {
    const ranges = scoreRanges(shape);
    const candidates = ranges.flatMap(({ min, max }) => all.filter(({ score }) => score >= min && score < max));
    const isFound = (score: number): boolean => !Number.isNaN(distanceWithin(shape, decodeLongitude(score), decodeLatitude(score)));
    const names = candidates.filter(({ score }) => isFound(score)).map(({ name }) => name);
    found += names.length;
    if (names.join() !== String(replies[i])) t.equal(names.join(), String(replies[i]), JSON.stringify(shape));
  }
  t.ok(found > 10_000, `${found} places were found`);
});
