import { PAYLOAD, idOfClient } from '../sequence.js';
import type { Draw } from '../draw.js';
import type { Family, Scene } from '../family.js';

const WAITERS = [20, 21, 22, 23] as const;
const FEEDER = 24;
const FOREVER = '0';
const KEYS = ['wait1', 'wait2', 'source'] as const;

/** Clients that wait for the same keys, and every command that may end it. */
export const waiting: Family = {
  name: 'waiting',
  weight: 1,
  isSpoiled: false,
  builders: [],
  recipes: {
    BLPOP: (d) => awaited(d, [list], LIST_FEEDS),
    BZPOPMIN: (d) => awaited(d, [sorted], SORTED_FEEDS),
    XREADGROUP: (d) => awaited(d, [stream], STREAM_FEEDS),
    'BLPOP+': (d) => awaited(d, [list, sorted, stream], [...LIST_FEEDS, ...SORTED_FEEDS, ...STREAM_FEEDS]),
    // Of several keys that a swap makes ready, Redis serves any first. So there is only one.
    SWAPDB: (d) => awaited(d, [list, sorted, stream], [...LIST_FEEDS, ...SORTED_FEEDS, ...STREAM_FEEDS, ...SWAPS, ...SWAPS]).map((step) => ({
      ...step, args: step.args.map((arg) => arg.replace('wait2', 'wait1')),
    })),
  },
};

type Waiter = (d: Draw) => readonly string[];
type Feed = (d: Draw) => readonly (readonly string[])[];

/** Waiters come one after the other; whoever still waits in the end is unblocked. */
function awaited(d: Draw, kinds: readonly Waiter[], feeds: readonly Feed[]): Scene {
  const feeding = (lines: readonly (readonly string[])[]): Scene => lines.map((args) => ({
    connection: FEEDER, args, ...(args[0] === 'DUMP' ? { mode: 'dump' as const } : {}),
  }));
  const waiters = WAITERS.slice(0, d.between(1, WAITERS.length)).map((connection) => ({ connection, args: d.pick(kinds)(d) }));
  const created = kinds.includes(stream) ? [['XGROUP', 'CREATE', 'wait1', 'g', '$', 'MKSTREAM'], ['XGROUP', 'CREATE', 'wait2', 'g', '$', 'MKSTREAM']] : [];
  const unblocked = waiters.map(({ connection }) => ['CLIENT', 'UNBLOCK', idOfClient(connection), ...d.maybe(0.3, 'ERROR')]);
  return [
    ...feeding([['DEL', ...KEYS], ...created]),
    ...waiters.map((waiter) => ({ ...waiter, mode: 'later' as const })),
    ...feeding(d.some(1, 4, () => d.pick(feeds)(d)).flat().flatMap(unlessReplacing)),
    ...feeding([['INFO', 'clients'], ...unblocked]),
    ...waiters.map((waiter) => ({ ...waiter, mode: 'collect' as const })),
    ...feeding(['wait1', 'wait2'].flatMap((name) => [['TYPE', name], ['LRANGE', name, '0', '-1'], ['ZRANGE', name, '0', '-1'], ['XLEN', name]])),
    ...feeding([['DEL', ...KEYS]]),
  ];
}

/** What is stored in the place of something else wakes nobody in Redis, so there is nothing before. */
function unlessReplacing(args: readonly string[]): (readonly string[])[] {
  return args.some((arg) => /STORE(DIST)?$/.test(arg) && arg !== 'RESTORE') ? [['DEL', 'wait1', 'wait2'], args] : [args];
}

function key(d: Draw): string {
  return d.pick(['wait1', 'wait1', 'wait2']);
}

function end(d: Draw): string {
  return d.option('LEFT', 'RIGHT');
}

function list(d: Draw): readonly string[] {
  return d.pick<readonly string[]>([
    ['BLPOP', key(d), FOREVER], ['BLPOP', 'wait2', 'wait1', FOREVER], ['BRPOP', 'wait1', 'wait2', 'wait1', FOREVER], ['BRPOPLPUSH', key(d), key(d), FOREVER],
    ['BLMOVE', key(d), key(d), end(d), end(d), FOREVER], ['BLMPOP', FOREVER, '2', 'wait1', 'wait2', end(d), ...d.maybe(0.7, 'COUNT', `${d.between(1, 3)}`)],
  ]);
}

function sorted(d: Draw): readonly string[] {
  return d.pick<readonly string[]>([
    ['BZPOPMIN', key(d), FOREVER], ['BZPOPMAX', 'wait2', 'wait1', FOREVER],
    ['BZMPOP', FOREVER, '2', 'wait2', 'wait1', d.option('MIN', 'MAX'), ...d.maybe(0.7, 'COUNT', `${d.between(1, 3)}`)],
  ]);
}

function stream(d: Draw): readonly string[] {
  const group = ['XREADGROUP', 'GROUP', 'g', d.pick(['alice', 'bob']), ...d.maybe(0.4, 'COUNT', '1'), 'BLOCK', FOREVER, ...d.maybe(0.3, 'NOACK'), 'STREAMS'];
  return d.pick<readonly string[]>([
    ['XREAD', 'BLOCK', FOREVER, 'STREAMS', key(d), '$'], ['XREAD', 'COUNT', '1', 'BLOCK', FOREVER, 'STREAMS', 'wait2', 'wait1', '$', '7-0'],
    [...group, key(d), '>'], [...group, 'wait1', 'wait2', '>', '>'],
  ]);
}

const LIST_FEEDS: readonly Feed[] = [
  (d) => [[d.pick(['RPUSH', 'LPUSH']), key(d), ...d.some(1, 4, () => d.value())]],
  (d) => [['RPUSH', 'source', 'a', 'b'], d.pick([['LMOVE', 'source', key(d), end(d), end(d)], ['RPOPLPUSH', 'source', key(d)]])],
  (d) => [['RPUSH', 'source', 'a', 'b', 'c'], d.pick([['RENAME', 'source', key(d)], ['RENAMENX', 'source', key(d)], ['COPY', 'source', key(d), 'REPLACE']])],
  (d) => [['RPUSH', 'source', '3', '1', '2'], ['SORT', 'source', 'STORE', key(d)]],
  (d) => [['RPUSH', 'source', 'a', 'b'], ['DUMP', 'source'], ['RESTORE', key(d), '0', PAYLOAD, 'REPLACE']],
  (d) => [['EVAL', 'redis.call("RPUSH", KEYS[1], "a", "b") return redis.call("LPUSH", KEYS[1], "c")', '1', key(d)]],
  (d) => [['EVAL', 'redis.call("RPUSH", KEYS[1], "a") redis.call("DEL", KEYS[1])', '1', key(d)]],
  (d) => [['MULTI'], ['RPUSH', key(d), 'a'], ['LPUSH', key(d), 'b', 'c'], ...d.some(0, 1, () => ['DEL', key(d)]), ['EXEC']],
  (d) => [['MULTI'], ['SET', 'wait1', 'x'], ['DEL', 'wait1'], ['RPUSH', 'wait2', 'a'], ['RPUSH', 'wait1', 'b'], ['LPOP', key(d)], ['EXEC']],
  (d) => [['SELECT', '3'], ['DEL', key(d)], ['RPUSH', 'wait1', 'a', 'b'], ['MOVE', 'wait1', '0'], ['DEL', 'wait1'], ['SELECT', '0']],
  (d) => [['SET', key(d), 'x'], ['DEL', key(d)]],
  (d) => [['RPUSHX', key(d), 'x'], ['LINSERT', key(d), 'BEFORE', 'a', 'b']],
];

const SORTED_FEEDS: readonly Feed[] = [
  (d) => [['ZADD', key(d), ...d.some(1, 3, () => [d.score(), d.field()]).flat()]],
  (d) => [['ZINCRBY', key(d), '1', d.field()], ['ZADD', key(d), 'INCR', '2', 'b']],
  (d) => [['ZADD', 'source', '1', 'a', '2', 'b'], [d.pick(['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']), key(d), '1', 'source']],
  (d) => [['ZADD', 'source', '1', 'a', '2', 'b'], d.pick([['ZRANGESTORE', key(d), 'source', '0', '-1'], ['COPY', 'source', key(d)]])],
  (d) => [['ZADD', 'source', '1', 'a', '2', 'b'], ['RENAME', 'source', key(d)]],
  (d) => [['GEOADD', 'source', '13', '38', 'a'], ['GEOSEARCHSTORE', key(d), 'source', 'FROMMEMBER', 'a', 'BYRADIUS', '1', 'm']],
  (d) => [['GEOADD', key(d), '1', '2', 'p']],
  (d) => [['GEOADD', 'source', '13', '38', 'a'], ['GEORADIUS', 'source', '13', '38', '9', 'km', d.pick(['STORE', 'STOREDIST']), key(d)]],
  (d) => [['ZADD', 'source', '1', 'a', '2', 'b'], ['DUMP', 'source'], ['RESTORE', key(d), '0', PAYLOAD, 'REPLACE']],
  (d) => [['MULTI'], ['ZADD', key(d), '1', 'a'], ['ZADD', key(d), '2', 'b'], ...d.some(0, 1, () => ['ZREM', key(d), 'a']), ['EXEC']],
  (d) => [['EVAL', 'return redis.call("ZADD", KEYS[1], 1, "a", 2, "b", 3, "c")', '1', key(d)]],
  () => [['SELECT', '3'], ['DEL', 'wait1'], ['ZADD', 'wait1', '1', 'a'], ['MOVE', 'wait1', '0'], ['DEL', 'wait1'], ['SELECT', '0']],
  (d) => [['RPUSH', key(d), 'a'], ['DEL', key(d)]],
];

const STREAM_FEEDS: readonly Feed[] = [
  (d) => [['XADD', key(d), d.pick(['5-1', '8-1', '9-*']), 'a', d.value()]],
  (d) => [['XADD', key(d), '20-1', 'a', '1'], ['XADD', key(d), '20-2', 'a', '2']],
  (d) => [['MULTI'], ['XADD', key(d), '30-1', 'a', '1'], ['XADD', key(d), '30-2', 'a', '2'], ...d.some(0, 1, () => ['XDEL', key(d), '30-1']), ['EXEC']],
  (d) => [['EVAL', 'return redis.call("XADD", KEYS[1], "40-1", "a", "1")', '1', key(d)]],
  (d) => [['XGROUP', 'DESTROY', key(d), 'g'], ...d.some(0, 1, () => ['XGROUP', 'CREATE', key(d), 'g', '0', 'MKSTREAM'])],
  (d) => [['XGROUP', 'DELCONSUMER', key(d), 'g', 'alice']],
  (d) => [['DEL', key(d)], ...d.some(0, 1, () => ['XADD', key(d), '50-1', 'a', '1'])],
  (d) => [['XADD', 'source', '60-1', 'a', '1'], ['XGROUP', 'CREATE', 'source', 'g', '0'], ['RENAME', 'source', key(d)]],
  (d) => [['XADD', 'source', '60-1', 'a', '1'], ['XGROUP', 'CREATE', 'source', 'g', '0'], ['COPY', 'source', key(d), 'REPLACE']],
  (d) => [['XADD', 'source', '70-1', 'a', '1'], ['DUMP', 'source'], ['RESTORE', key(d), '0', PAYLOAD, 'REPLACE']],
  () => [['SELECT', '3'], ['DEL', 'wait1'], ['XADD', 'wait1', '80-1', 'a', '1'], ['MOVE', 'wait1', '0'], ['DEL', 'wait1'], ['SELECT', '0']],
  (d) => [['SET', key(d), 'x']],
  (d) => [['XSETID', key(d), '90-1']],
  () => [['FLUSHDB']],
];

const SWAPS: readonly Feed[] = [
  (d) => [['SELECT', '3'], ['RPUSH', 'wait1', 'a', 'b'], ['SELECT', '0'], ['SWAPDB', ...d.pick([['0', '3'], ['3', '0']])]],
  () => [['SELECT', '3'], ['ZADD', 'wait1', '1', 'a'], ['SWAPDB', '0', '3'], ['SELECT', '0']],
  () => [['SELECT', '3'], ['XADD', 'wait1', '99-1', 'a', '1'], ['SWAPDB', '3', '0'], ['SELECT', '0']],
  () => [['RPUSH', 'source', 'a'], ['COPY', 'source', 'wait1', 'DB', '3', 'REPLACE'], ['SWAPDB', '0', '3']],
  () => [['MULTI'], ['RPUSH', 'wait1', 'a'], ['SWAPDB', '0', '3'], ['SWAPDB', '0', '3'], ['EXEC']],
];
