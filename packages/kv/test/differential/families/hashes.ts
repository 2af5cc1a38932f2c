import { CURSOR } from '../sequence.js';
import type { Family } from '../family.js';

export const hashes: Family = {
  name: 'hashes',
  weight: 8,
  isSpoiled: true,
  builders: ['HSET', 'HMSET', 'HINCRBY', 'HSET+'],
  recipes: {
    HSET: (d) => ['HSET', d.key('hash'), ...d.some(1, 4, () => [d.field(), d.value()]).flat()],
    'HSET+': (d) => ['HSET', d.key('hash'), d.field(), d.integer()],
    // More fields than a listpack takes.
    'HSET++': (d) => ['HSET', d.key('hash'), ...Array.from({ length: d.between(100, 140) }, (_, i) => [`f${i}`, `${i}`]).flat()],
    HMSET: (d) => ['HMSET', d.key('hash'), ...d.some(1, 3, () => [d.field(), d.value()]).flat()],
    'HSET+++': (d) => ['HSET', d.key('hash'), d.field(), d.pick([d.bulky(), d.edge(), d.float()]), d.chance(0.2) ? d.bulky() : d.field(), d.value()],
    'HDEL+': (d) => ['HDEL', d.key('hash'), ...Array.from({ length: d.between(90, 130) }, (_, i) => `f${i}`)],
    'OBJECT+': (d) => ['OBJECT', 'ENCODING', d.key('hash')],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'hash-max-listpack-entries', d.pick(['128', '4', '1', '0'])],
    HSETNX: (d) => ['HSETNX', d.key('hash'), d.field(), d.value()],
    HGET: (d) => ['HGET', d.key('hash'), d.field()],
    HMGET: (d) => ['HMGET', d.key('hash'), ...d.some(1, 4, () => d.field())],
    HGETALL: (d) => ['HGETALL', d.key('hash')],
    HKEYS: (d) => ['HKEYS', d.key('hash')],
    HVALS: (d) => ['HVALS', d.key('hash')],
    HLEN: (d) => ['HLEN', d.key('hash')],
    HSTRLEN: (d) => ['HSTRLEN', d.key('hash'), d.field()],
    HEXISTS: (d) => ['HEXISTS', d.key('hash'), d.field()],
    HDEL: (d) => ['HDEL', d.key('hash'), ...d.some(1, 4, () => d.field())],
    HINCRBY: (d) => ['HINCRBY', d.key('hash'), d.field(), d.integer()],
    HINCRBYFLOAT: (d) => ['HINCRBYFLOAT', d.key('hash'), d.field(), d.longFloat()],
    HRANDFIELD: (d) => {
      const key = d.key('hash');
      return [{ args: ['HGETALL', key] }, { args: ['HRANDFIELD', key, ...d.maybe(0.7, d.index(), ...d.maybe(0.5, 'WITHVALUES'))] }];
    },
    HSCAN: (d) => [{ args: ['HSCAN', d.key('hash'), CURSOR, ...d.maybe(0.4, 'MATCH', d.pattern()), ...d.maybe(0.4, 'COUNT', d.count())], mode: 'scan' }],
    'HSCAN+': (d) => ['HSCAN', d.key('hash'), d.pick(['abc', ' 0', '1x']), ...d.maybe(0.5, 'MATCH')],
  },
};
