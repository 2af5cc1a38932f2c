import type { Draw } from '../draw.js';
import type { Family } from '../family.js';

export const strings: Family = {
  name: 'strings',
  weight: 10,
  isSpoiled: true,
  builders: ['SET', 'SET+', 'SET++', 'MSET', 'APPEND', 'INCR'],
  recipes: {
    SET: (d) => ['SET', d.key('string'), d.value()],
    'SET+': (d) => ['SET', d.key('string'), d.value(), ...setOptions(d)],
    'SET++': (d) => ['SET', 'n1', d.integer()],
    GET: (d) => ['GET', d.key('string')],
    GETSET: (d) => ['GETSET', d.key('string'), d.value()],
    GETDEL: (d) => ['GETDEL', d.key('string')],
    GETEX: (d) => ['GETEX', d.key('string'), ...d.some(0, 2, () => expiry(d, 'PERSIST')).flat()],
    'GETEX+': (d) => ['GETEX', d.key('string'), d.option('EXAT', 'PXAT'), d.pick(['1', '1000000000'])],
    SETNX: (d) => ['SETNX', d.key('string'), d.value()],
    SETEX: (d) => ['SETEX', d.key('string'), d.seconds(), d.value()],
    PSETEX: (d) => ['PSETEX', d.key('string'), d.milliseconds(), d.value()],
    MGET: (d) => ['MGET', ...d.keys('string', 1, 5)],
    MSET: (d) => ['MSET', ...d.some(1, 3, () => [d.key('string'), d.value()]).flat()],
    MSETNX: (d) => ['MSETNX', ...d.some(1, 2, () => [d.key('string'), d.value()]).flat()],
    STRLEN: (d) => ['STRLEN', d.key('string')],
    APPEND: (d) => ['APPEND', d.key('string'), d.value()],
    GETRANGE: (d) => ['GETRANGE', d.key('string'), d.index(), d.index()],
    SUBSTR: (d) => ['SUBSTR', d.key('string'), d.index(), d.index()],
    SETRANGE: (d) => ['SETRANGE', d.key('string'), position(d), d.value()],
    INCR: (d) => ['INCR', d.numberKey()],
    DECR: (d) => ['DECR', d.numberKey()],
    INCRBY: (d) => ['INCRBY', d.numberKey(), d.integer()],
    DECRBY: (d) => ['DECRBY', d.numberKey(), d.integer()],
    INCRBYFLOAT: (d) => ['INCRBYFLOAT', d.numberKey(), d.float()],
    'SET+++': (d) => ['SET', d.numberKey(), d.pick([d.edge(), d.longFloat(), d.bytes()])],
    'INCRBYFLOAT+': (d) => ['INCRBYFLOAT', 'n1', d.longFloat()],
    'OBJECT+': (d) => ['OBJECT', 'ENCODING', d.key('string')],
    LCS: (d) => ['LCS', d.key('string'), d.key('string'), ...d.maybe(0.3, 'LEN'), ...d.maybe(0.4, 'IDX'), ...matches(d)],
  },
};

function setOptions(d: Draw): string[] {
  const options = d.some(0, 2, () => d.pick([['NX'], ['XX'], ['GET'], ['KEEPTTL'], expiry(d, 'KEEPTTL')]));
  return options.flat();
}

function expiry(d: Draw, other: string): string[] {
  const kind = d.option('EX', 'PX', 'EXAT', 'PXAT', other);
  switch (kind.toUpperCase()) {
    case 'EX': return [kind, d.seconds()];
    case 'PX': return [kind, d.milliseconds()];
    case 'EXAT': return [kind, d.futureSeconds()];
    case 'PXAT': return [kind, d.futureMilliseconds()];
    default: return [kind];
  }
}

function matches(d: Draw): readonly string[] {
  return [...d.maybe(0.3, 'MINMATCHLEN', d.count()), ...d.maybe(0.3, 'WITHMATCHLEN')];
}

function position(d: Draw): string {
  return d.chance(0.85) ? `${d.between(0, 70)}` : d.pick(['-1', '536870912', '9223372036854775807', 'abc']);
}
