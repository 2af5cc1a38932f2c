import { CURSOR } from '../sequence.js';
import type { Draw } from '../draw.js';
import type { Family } from '../family.js';

export const sortedSets: Family = {
  name: 'sorted-sets',
  weight: 10,
  isSpoiled: true,
  builders: ['ZADD', 'ZADD+', 'ZINCRBY', 'ZADD+++'],
  recipes: {
    ZADD: (d) => ['ZADD', d.key('zset'), ...d.some(1, 4, () => [d.score(), d.field()]).flat()],
    'ZADD+': (d) => [
      'ZADD', d.key('zset'), ...d.some(0, 2, () => d.option('NX', 'XX', 'GT', 'LT', 'CH', 'INCR')),
      ...d.some(1, 2, () => [d.score(), d.field()]).flat(),
    ],
    // More members than a listpack takes.
    'ZADD++': (d) => ['ZADD', d.key('zset'), ...Array.from({ length: d.between(120, 140) }, (_, i) => [`${i % 50}`, `m${i}`]).flat()],
    'ZADD+++': (d) => ['ZADD', d.lexKey(), ...d.some(3, 8, () => ['0', d.field()]).flat()],
    'ZADD++++': (d) => ['ZADD', d.key('zset'), d.float(), d.pick([d.bulky(), d.edge(), d.value()]), d.float(), d.value()],
    'OBJECT+': (d) => ['OBJECT', 'ENCODING', d.key('zset')],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'zset-max-listpack-entries', d.pick(['128', '4', '1', '0'])],
    'ZRANK+': (d) => [d.pick(['ZRANK', 'ZREVRANK']), d.key('zset'), `m${d.between(0, 130)}`],
    'ZRANGE++': (d) => [d.pick(['ZRANGE', 'ZREVRANGE']), d.key('zset'), `${d.between(-150, 150)}`, `${d.between(-150, 150)}`],
    'ZREMRANGEBYRANK+': (d) => ['ZREMRANGEBYRANK', d.key('zset'), `${d.between(-150, 150)}`, `${d.between(-150, 150)}`],
    'ZCOUNT+': (d) => ['ZCOUNT', d.key('zset'), `${d.chance(0.5) ? '(' : ''}${d.float()}`, `${d.chance(0.5) ? '(' : ''}${d.float()}`],
    'DEL+': (d) => ['DEL', d.lexKey()],
    'SET+': (d) => ['SET', d.lexKey(), d.value()],
    ZINCRBY: (d) => ['ZINCRBY', d.key('zset'), d.score(), d.field()],
    ZREM: (d) => ['ZREM', d.key('zset'), ...d.some(1, 3, () => d.field())],
    ZCARD: (d) => ['ZCARD', d.key('zset')],
    ZSCORE: (d) => ['ZSCORE', d.key('zset'), d.field()],
    ZMSCORE: (d) => ['ZMSCORE', d.key('zset'), ...d.some(1, 4, () => d.field())],
    ZRANK: (d) => ['ZRANK', d.key('zset'), d.field()],
    ZREVRANK: (d) => ['ZREVRANK', d.key('zset'), d.field()],
    ZCOUNT: (d) => ['ZCOUNT', d.key('zset'), d.scoreBound(), d.scoreBound()],
    ZLEXCOUNT: (d) => ['ZLEXCOUNT', d.lexKey(), d.lexBound(), d.lexBound()],
    ZRANGE: (d) => ['ZRANGE', d.key('zset'), ...range(d), ...d.maybe(0.4, 'WITHSCORES')],
    'ZRANGE+': (d) => ['ZRANGE', d.lexKey(), ...lexRange(d), ...d.maybe(0.1, 'WITHSCORES')],
    ZRANGESTORE: (d) => ['ZRANGESTORE', d.key('zset'), d.key('zset'), ...range(d)],
    'ZRANGESTORE+': (d) => ['ZRANGESTORE', d.lexKey(), d.lexKey(), ...lexRange(d)],
    ZREVRANGE: (d) => ['ZREVRANGE', d.key('zset'), d.index(), d.index(), ...d.maybe(0.4, 'WITHSCORES')],
    ZRANGEBYSCORE: (d) => ['ZRANGEBYSCORE', d.key('zset'), d.scoreBound(), d.scoreBound(), ...d.maybe(0.4, 'WITHSCORES'), ...d.limit()],
    ZREVRANGEBYSCORE: (d) => ['ZREVRANGEBYSCORE', d.key('zset'), d.scoreBound(), d.scoreBound(), ...d.limit(), ...d.maybe(0.4, 'WITHSCORES')],
    ZRANGEBYLEX: (d) => ['ZRANGEBYLEX', d.lexKey(), d.lexBound(), d.lexBound(), ...d.limit()],
    ZREVRANGEBYLEX: (d) => ['ZREVRANGEBYLEX', d.lexKey(), d.lexBound(), d.lexBound(), ...d.limit()],
    ZREMRANGEBYRANK: (d) => ['ZREMRANGEBYRANK', d.key('zset'), d.index(), d.index()],
    ZREMRANGEBYSCORE: (d) => ['ZREMRANGEBYSCORE', d.key('zset'), d.scoreBound(), d.scoreBound()],
    ZREMRANGEBYLEX: (d) => ['ZREMRANGEBYLEX', d.lexKey(), d.lexBound(), d.lexBound()],
    ZPOPMIN: (d) => ['ZPOPMIN', d.key('zset'), ...d.maybe(0.5, d.count())],
    ZPOPMAX: (d) => ['ZPOPMAX', d.key('zset'), ...d.maybe(0.5, d.count())],
    ZMPOP: (d) => ['ZMPOP', ...sources(d), d.option('MIN', 'MAX'), ...d.maybe(0.5, 'COUNT', d.count())],
    ZUNION: (d) => ['ZUNION', ...combined(d), ...d.maybe(0.5, 'WITHSCORES')],
    ZINTER: (d) => ['ZINTER', ...combined(d), ...d.maybe(0.5, 'WITHSCORES')],
    ZDIFF: (d) => ['ZDIFF', ...sources(d), ...d.maybe(0.5, 'WITHSCORES')],
    ZUNIONSTORE: (d) => ['ZUNIONSTORE', d.key('zset'), ...combined(d)],
    ZINTERSTORE: (d) => ['ZINTERSTORE', d.key('zset'), ...combined(d)],
    ZDIFFSTORE: (d) => ['ZDIFFSTORE', d.key('zset'), ...sources(d)],
    ZINTERCARD: (d) => ['ZINTERCARD', ...sources(d), ...d.maybe(0.5, 'LIMIT', d.count())],
    ZRANDMEMBER: (d) => {
      const key = d.key('zset');
      return [{ args: ['ZRANGE', key, '0', '-1', 'WITHSCORES'] }, { args: ['ZRANDMEMBER', key, ...d.maybe(0.7, d.index(), ...d.maybe(0.5, 'WITHSCORES'))] }];
    },
    ZSCAN: (d) => [{ args: ['ZSCAN', d.key('zset'), CURSOR, ...d.maybe(0.4, 'MATCH', d.pattern()), ...d.maybe(0.4, 'COUNT', d.count())], mode: 'scan' }],
  },
};

function range(d: Draw): string[] {
  const isByScore = d.chance(0.5);
  const bound = () => (isByScore && d.chance(0.95) ? d.scoreBound() : d.index());
  const by = isByScore ? [d.option('BYSCORE')] : [];
  return [bound(), bound(), ...by, ...d.maybe(0.3, d.option('REV')), ...d.limit(isByScore ? 0.3 : 0.05)];
}

function lexRange(d: Draw): string[] {
  return [d.lexBound(), d.lexBound(), d.option('BYLEX'), ...d.maybe(0.3, d.option('REV')), ...d.limit()];
}

/** Sets count as sorted sets here. */
function sources(d: Draw): string[] {
  return d.counted(d.some(1, 3, () => d.key(d.chance(0.8) ? 'zset' : 'set')));
}

/** Sources with weights, of which there is mostly one for each. */
function combined(d: Draw): string[] {
  const from = sources(d);
  const weights = Array.from({ length: from.length - (d.chance(0.9) ? 1 : 0) }, () => d.score());
  return [
    ...from, ...(d.chance(0.4) ? ['WEIGHTS', ...weights] : []),
    ...d.maybe(0.4, 'AGGREGATE', d.option('SUM', 'MIN', 'MAX', 'SUM', 'MIN', 'MAX', 'AVG')),
  ];
}
