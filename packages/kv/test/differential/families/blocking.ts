import type { Draw } from '../draw.js';
import type { Family, Scene } from '../family.js';

/** Connections of their own, which never leave database 0. */
const WAITERS = [4, 5] as const;
const FEEDER = 6;
/** Long enough for whatever feeds it, and short enough to end a test that went wrong. */
const PATIENT = '2';

export const blocking: Family = {
  name: 'blocking',
  weight: 1,
  isSpoiled: false,
  builders: [],
  recipes: {
    BLPOP: (d) => present(d, 'list', (key) => ['BLPOP', key, d.key('list'), soon(d)]),
    BRPOP: (d) => present(d, 'list', (key) => ['BRPOP', key, soon(d)]),
    BLMOVE: (d) => present(d, 'list', (key) => ['BLMOVE', key, d.key('list'), d.option('LEFT', 'RIGHT'), d.option('LEFT', 'RIGHT'), soon(d)]),
    BRPOPLPUSH: (d) => present(d, 'list', (key) => ['BRPOPLPUSH', key, d.key('list'), soon(d)]),
    BLMPOP: (d) => present(d, 'list', (key) => ['BLMPOP', soon(d), '2', key, d.key('list'), d.option('LEFT', 'RIGHT'), ...d.maybe(0.5, 'COUNT', d.count())]),
    BZPOPMIN: (d) => present(d, 'zset', (key) => ['BZPOPMIN', key, soon(d)]),
    BZPOPMAX: (d) => present(d, 'zset', (key) => ['BZPOPMAX', key, d.key('zset'), soon(d)]),
    BZMPOP: (d) => present(d, 'zset', (key) => ['BZMPOP', soon(d), '1', key, d.option('MIN', 'MAX'), ...d.maybe(0.5, 'COUNT', d.count())]),
    'BLPOP+': (d) => fed(d, ['BLPOP', 'bq1', 'bq2', PATIENT], [['RPUSH', d.pick(['bq1', 'bq2']), d.value(), d.value()]]),
    'BRPOP+': (d) => fed(d, ['BRPOP', 'bq1', PATIENT], [['MULTI'], ['LPUSH', 'bq1', 'a', 'b'], ['LPUSH', 'bq1', 'c'], ['EXEC']]),
    'BLMOVE+': (d) => fed(d, ['BLMOVE', 'bq1', 'bq2', d.option('LEFT', 'RIGHT'), 'LEFT', PATIENT], [['RPUSH', 'bq1', d.value(), d.value()]]),
    'BLMPOP+': (d) => fed(d, ['BLMPOP', PATIENT, '2', 'bq1', 'bq2', 'LEFT', 'COUNT', '2'], [['SET', 'bq1', 'x'], ['RPUSH', 'bq2', 'a', 'b', 'c']]),
    'BZPOPMIN+': (d) => fed(d, ['BZPOPMIN', 'bq1', PATIENT], [['ZADD', 'bq1', '2', 'b', '1', 'a']]),
    'BZMPOP+': (d) => fed(d, ['BZMPOP', PATIENT, '2', 'bq1', 'bq2', 'MAX'], [['ZADD', 'bq2', d.score(), 'b', '1', 'a'], ['ZADD', 'bq2', '3', 'c']]),
    XREAD: (d) => fed(d, ['XREAD', 'BLOCK', '2000', 'STREAMS', 'bq1', 'bq2', '$', '0'], [['XADD', d.pick(['bq1', 'bq2']), '5-1', 'a', d.value()]]),
    XREADGROUP: (d) => grouped(d),
    // A blocked client is answered with an error when the stream that its group belongs to goes away.
    'XREADGROUP+': (d) => [
      ...grouped(d).slice(0, 3), { connection: FEEDER, args: d.pick([['DEL', 'bq1'], ['XGROUP', 'DESTROY', 'bq1', 'g']]) }, ...grouped(d).slice(-4),
    ],
    WAIT: () => ['WAIT', '0', '0'],
    'WAIT+': (d) => d.pick([['WAIT', 'x', '0'], ['WAIT', '0', '-1'], ['WAIT', '0'], ['WAIT', '0', 'abc']]),
    'BLPOP++': (d) => ['BLPOP', d.key('string'), d.pick(['-1', 'abc', '', 'nan', '1e400', '9223372036854775807'])],
    'BLMPOP++': (d) => d.pick([
      ['BLMPOP', '0.01', '0', 'l1', 'LEFT'], ['BLMPOP', '0.01', '1', 'l1', 'UP'], ['BLMPOP', 'x', '1', 'l1', 'LEFT'],
      ['BZMPOP', '-1', '1', 'z1', 'MIN'],
    ]),
  },
};

/** There is something to take already, mostly; else the wait is over soon. */
function present(d: Draw, type: 'list' | 'zset', command: (key: string) => readonly string[]): Scene {
  const key = d.key(type);
  const push = type === 'list' ? ['RPUSH', key, d.value(), d.value()] : ['ZADD', key, d.score(), d.field()];
  return [...(d.chance(0.97) ? [{ args: push }] : []), { args: command(key) }];
}

function soon(d: Draw): string {
  return d.pick(['0.01', '0.001', '.02']);
}

/** One connection blocks, and another gives it what it waits for. */
function fed(d: Draw, command: readonly string[], feeding: readonly (readonly string[])[]): Scene {
  const connection = d.pick(WAITERS);
  const feed = feeding.map((args) => ({ connection: FEEDER, args }));
  return [clear(), { connection, args: command, mode: 'later' }, ...feed, { connection, args: command, mode: 'collect' }, ...leftovers(), clear()];
}

function grouped(d: Draw): Scene {
  const command = ['XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '2000', 'STREAMS', 'bq1', '>'];
  const [connection] = WAITERS;
  const create = { connection: FEEDER, args: ['XGROUP', 'CREATE', 'bq1', 'g', '$', 'MKSTREAM'] };
  const feed = { connection: FEEDER, args: ['XADD', 'bq1', '5-1', 'a', d.value()] };
  return [clear(), create, { connection, args: command, mode: 'later' }, feed, { connection, args: command, mode: 'collect' }, ...leftovers(), clear()];
}

function leftovers(): Scene {
  return ['bq1', 'bq2'].map((key) => ({ connection: FEEDER, args: ['EXISTS', key] }));
}

function clear(): Scene[number] {
  return { connection: FEEDER, args: ['DEL', 'bq1', 'bq2'] };
}
