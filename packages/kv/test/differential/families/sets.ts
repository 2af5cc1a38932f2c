import { EVERYTHING } from '../comparison.js';
import { CURSOR } from '../sequence.js';
import type { Family } from '../family.js';

export const sets: Family = {
  name: 'sets',
  weight: 8,
  isSpoiled: true,
  builders: ['SADD', 'SADD+'],
  recipes: {
    SADD: (d) => ['SADD', d.key('set'), ...d.some(1, 5, () => d.value())],
    'SADD+': (d) => ['SADD', d.key('set'), ...d.some(1, 5, () => `${d.between(-20, 20)}`)],
    // More members than an intset takes.
    'SADD++': (d) => ['SADD', d.key('set'), ...Array.from({ length: d.between(500, 520) }, (_, i) => `${i * 3}`)],
    'SADD+++': (d) => ['SADD', d.key('set'), ...d.some(1, 5, () => d.edge())],
    'SREM+': (d) => ['SREM', d.key('set'), ...d.some(1, 5, () => d.edge())],
    'SISMEMBER+': (d) => ['SISMEMBER', d.key('set'), d.edge()],
    'OBJECT+': (d) => ['OBJECT', 'ENCODING', d.key('set')],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'set-max-intset-entries', d.pick(['512', '4', '1', '0'])],
    SREM: (d) => ['SREM', d.key('set'), ...d.some(1, 4, () => d.value())],
    SISMEMBER: (d) => ['SISMEMBER', d.key('set'), d.value()],
    SMISMEMBER: (d) => ['SMISMEMBER', d.key('set'), ...d.some(1, 4, () => d.value())],
    SMEMBERS: (d) => ['SMEMBERS', d.key('set')],
    SCARD: (d) => ['SCARD', d.key('set')],
    SMOVE: (d) => ['SMOVE', d.key('set'), d.key('set'), d.value()],
    SINTER: (d) => ['SINTER', ...d.keys('set')],
    SUNION: (d) => ['SUNION', ...d.keys('set')],
    SDIFF: (d) => ['SDIFF', ...d.keys('set')],
    SINTERSTORE: (d) => ['SINTERSTORE', d.key('set'), ...d.keys('set')],
    SUNIONSTORE: (d) => ['SUNIONSTORE', d.key('set'), ...d.keys('set')],
    SDIFFSTORE: (d) => ['SDIFFSTORE', d.key('set'), ...d.keys('set')],
    SINTERCARD: (d) => ['SINTERCARD', ...d.counted(d.keys('set')), ...d.maybe(0.5, 'LIMIT', d.count())],
    SRANDMEMBER: (d) => {
      const key = d.key('set');
      return [{ args: ['SMEMBERS', key] }, { args: ['SRANDMEMBER', key, ...d.maybe(0.7, d.index())] }];
    },
    // What is popped differs, so it must be all, none, or from a set that is deleted at once.
    SPOP: (d) => ['SPOP', d.key('set'), d.pick([EVERYTHING, '0', '-1', 'abc'])],
    'SPOP+': (d) => {
      const key = 'popped';
      const fill = [{ args: ['DEL', key] }, { args: ['SADD', key, ...d.some(1, 6, () => d.pick([d.value(), d.edge()]))] }, { args: ['SMEMBERS', key] }];
      return [...fill, { args: ['SPOP', key, ...d.maybe(0.6, `${d.between(0, 5)}`)] }, { args: ['SCARD', key] }, { args: ['DEL', key] }];
    },
    SSCAN: (d) => [{ args: ['SSCAN', d.key('set'), CURSOR, ...d.maybe(0.4, 'MATCH', d.pattern()), ...d.maybe(0.4, 'COUNT', d.count())], mode: 'scan' }],
  },
};
