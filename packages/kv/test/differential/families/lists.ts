import type { Family } from '../family.js';

export const lists: Family = {
  name: 'lists',
  weight: 8,
  isSpoiled: true,
  builders: ['RPUSH', 'LPUSH'],
  recipes: {
    RPUSH: (d) => ['RPUSH', d.key('list'), ...d.some(1, 5, () => d.value())],
    LPUSH: (d) => ['LPUSH', d.key('list'), ...d.some(1, 5, () => d.value())],
    // Longer than one node of a quicklist takes.
    'RPUSH+': (d) => ['RPUSH', d.key('list'), ...Array.from({ length: d.between(100, 300) }, (_, i) => `${'element'.repeat(5)}${i}`)],
    'LPUSH+': (d) => ['LPUSH', d.key('list'), ...d.some(1, 4, () => d.pick([d.bulky(), d.edge(), d.value()]))],
    'LSET+': (d) => ['LSET', d.key('list'), `${d.between(-300, 300)}`, d.bulky()],
    'LINDEX+': (d) => ['LINDEX', d.key('list'), `${d.between(-300, 300)}`],
    'LRANGE+': (d) => ['LRANGE', d.key('list'), `${d.between(-300, 300)}`, `${d.between(-300, 300)}`],
    'LTRIM+': (d) => ['LTRIM', d.key('list'), `${d.between(0, 50)}`, `${d.between(-50, 300)}`],
    'LPOP+': (d) => [d.pick(['LPOP', 'RPOP']), d.key('list'), `${d.between(20, 200)}`],
    'OBJECT+': (d) => ['OBJECT', 'ENCODING', d.key('list')],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'list-max-listpack-size', d.pick(['-2', '-1', '-5', '1', '2', '4', '128', '0', '-6'])],
    RPUSHX: (d) => ['RPUSHX', d.key('list'), ...d.some(1, 2, () => d.value())],
    LPUSHX: (d) => ['LPUSHX', d.key('list'), ...d.some(1, 2, () => d.value())],
    LPOP: (d) => ['LPOP', d.key('list'), ...d.maybe(0.4, d.count())],
    RPOP: (d) => ['RPOP', d.key('list'), ...d.maybe(0.4, d.count())],
    LLEN: (d) => ['LLEN', d.key('list')],
    LRANGE: (d) => ['LRANGE', d.key('list'), d.index(), d.index()],
    LINDEX: (d) => ['LINDEX', d.key('list'), d.index()],
    LSET: (d) => ['LSET', d.key('list'), d.index(), d.value()],
    LTRIM: (d) => ['LTRIM', d.key('list'), d.index(), d.index()],
    LREM: (d) => ['LREM', d.key('list'), d.index(), d.value()],
    LINSERT: (d) => ['LINSERT', d.key('list'), d.option('BEFORE', 'AFTER', 'BEFORE', 'AFTER', 'BESIDE'), d.value(), d.value()],
    LPOS: (d) => [
      'LPOS', d.key('list'), d.value(), ...d.maybe(0.4, 'RANK', d.index()), ...d.maybe(0.4, 'COUNT', d.count()), ...d.maybe(0.3, 'MAXLEN', d.count()),
    ],
    RPOPLPUSH: (d) => ['RPOPLPUSH', d.key('list'), d.key('list')],
    LMOVE: (d) => ['LMOVE', d.key('list'), d.key('list'), d.option('LEFT', 'RIGHT'), d.option('LEFT', 'RIGHT')],
    LMPOP: (d) => ['LMPOP', ...d.counted(d.keys('list')), d.option('LEFT', 'RIGHT'), ...d.maybe(0.5, 'COUNT', d.count())],
  },
};
