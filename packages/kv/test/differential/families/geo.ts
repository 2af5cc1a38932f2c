import type { Draw } from '../draw.js';
import type { Family } from '../family.js';

export const geo: Family = {
  name: 'geo',
  weight: 4,
  isSpoiled: true,
  builders: ['GEOADD'],
  recipes: {
    GEOADD: (d) => ['GEOADD', d.key('geo'), ...d.some(0, 1, () => d.option('NX', 'XX', 'CH')), ...d.some(1, 4, () => [...point(d), d.field()]).flat()],
    GEOPOS: (d) => ['GEOPOS', d.key('geo'), ...d.some(0, 4, () => d.field())],
    GEOHASH: (d) => ['GEOHASH', d.key('geo'), ...d.some(0, 4, () => d.field())],
    GEODIST: (d) => ['GEODIST', d.key('geo'), d.field(), d.field(), ...d.some(0, 1, () => unit(d))],
    GEOSEARCH: (d) => ['GEOSEARCH', d.key('geo'), ...center(d), ...shape(d), ...order(d), ...details(d)],
    GEOSEARCHSTORE: (d) => ['GEOSEARCHSTORE', d.key('geo'), d.key('geo'), ...center(d), ...shape(d), ...order(d), ...d.maybe(0.3, 'STOREDIST')],
    GEORADIUS: (d) => ['GEORADIUS', d.key('geo'), ...point(d), ...radius(d), ...details(d), ...order(d), ...store(d)],
    GEORADIUS_RO: (d) => ['GEORADIUS_RO', d.key('geo'), ...point(d), ...radius(d), ...details(d), ...order(d)],
    GEORADIUSBYMEMBER: (d) => ['GEORADIUSBYMEMBER', d.key('geo'), d.field(), ...radius(d), ...details(d), ...order(d), ...store(d)],
    GEORADIUSBYMEMBER_RO: (d) => ['GEORADIUSBYMEMBER_RO', d.key('geo'), d.field(), ...radius(d), ...details(d), ...order(d)],
  },
};

function point(d: Draw): string[] {
  if (d.chance(0.1)) return [d.pick(['180', '-180', '181', 'abc', '0', 'nan']), d.pick(['85.05112878', '-85.05112878', '86', '', '0'])];
  return d.chance(0.5) ? [`${d.between(12, 16)}.${d.between(0, 999_999)}`, `${d.between(36, 39)}.${d.between(0, 9999)}`] : [
    `${d.between(-179, 179)}.5`, `${d.between(-84, 84)}.25`,
  ];
}

function unit(d: Draw): string {
  return d.chance(0.95) ? d.option('m', 'km', 'mi', 'ft') : 'yd';
}

function radius(d: Draw): string[] {
  return [d.chance(0.9) ? d.pick(['0', '10', '200', '1000.5', '5000', '30000000']) : d.pick(['-1', 'abc', 'inf', '1e400']), unit(d)];
}

function center(d: Draw): string[] {
  return d.chance(0.5) ? ['FROMMEMBER', d.field()] : ['FROMLONLAT', ...point(d)];
}

function shape(d: Draw): string[] {
  return d.chance(0.5) ? ['BYRADIUS', ...radius(d)] : ['BYBOX', d.pick(['0', '100', '400', '40000', '-1', 'x']), ...radius(d)];
}

function order(d: Draw): string[] {
  return [...d.maybe(0.5, d.option('ASC', 'DESC')), ...d.maybe(0.4, 'COUNT', d.count(), ...d.maybe(0.3, 'ANY'))];
}

function details(d: Draw): string[] {
  return [...d.maybe(0.3, 'WITHCOORD'), ...d.maybe(0.3, d.option('WITHDIST')), ...d.maybe(0.3, 'WITHHASH')];
}

function store(d: Draw): readonly string[] {
  return d.maybe(0.2, d.option('STORE', 'STOREDIST'), d.key('geo'));
}
