/** redis-benchmark, of which nobody looks at the speed here: it has to come to its end without an error. */
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';
import { run } from '../support/program.js';
import { skipWithout } from '../support/required-tool.js';

const kv = await startKv(t);
const guarded = await startKv(t, { password: 'open sesame' });
const needed = skipWithout('redis-benchmark');

const DEFAULT_TESTS = [
  'PING_INLINE', 'PING_MBULK', 'SET', 'GET', 'INCR', 'LPUSH', 'RPUSH', 'LPOP', 'RPOP', 'SADD', 'HSET', 'SPOP', 'ZADD', 'ZPOPMIN',
  'LPUSH (needed to benchmark LRANGE)', 'LRANGE_100 (first 100 elements)', 'LRANGE_300 (first 300 elements)',
  'LRANGE_500 (first 500 elements)', 'LRANGE_600 (first 600 elements)', 'MSET (10 keys)',
];

/** The tests that have a result in what redis-benchmark prints. An error ends it with 1. */
async function benchmarked(t: Test, args: readonly string[], port = kv.port): Promise<string[]> {
  const { status, stdout, stderr } = await run(t, 'redis-benchmark', ['-h', kv.host, '-p', String(port), '-n', '2000', ...args]);
  t.equal(status, 0, stderr);
  t.notMatch(stdout, /error/i);
  const quiet = [...stdout.matchAll(/(?:^|\r) *([^\r\n]+): \d+\.\d+ requests per second, p50=/gm)];
  const csv = [...stdout.matchAll(/^"([^"]+)","\d+\.\d+",/gm)];
  return [...quiet, ...csv].map(([, name]) => (name as string).trim());
}

async function stored(t: Test, ...command: string[]): Promise<string> {
  return (await run(t, 'redis-cli', ['-h', kv.host, '-p', String(kv.port), ...command])).stdout.trim();
}

t.test('every default test comes to its end', needed, async (t) => {
  t.strictSame(await benchmarked(t, ['-q']), DEFAULT_TESTS);
  t.equal(await stored(t, 'GET', 'counter:__rand_int__'), '2000', 'none of the requests is lost');
  t.equal(await stored(t, 'LLEN', 'mylist'), '2000', 'what was pushed, less what was popped');
});

t.test('every default test comes to its end with 16 commands at once, as CSV', needed, async (t) => {
  t.strictSame(await benchmarked(t, ['-P', '16', '--csv']), DEFAULT_TESTS);
});

t.test('every default test comes to its end in RESP3', needed, async (t) => {
  t.strictSame(await benchmarked(t, ['-3', '-q', '-P', '16']), DEFAULT_TESTS);
});

t.test('two threads, many clients and random keys go together', needed, async (t) => {
  t.strictSame(
    await benchmarked(t, ['-q', '--threads', '2', '-c', '200', '-r', '1000', '-d', '3000', '-t', 'set,get,lpush,zadd']),
    ['SET', 'GET', 'LPUSH', 'ZADD'],
  );
});

t.test('a connection per request is opened and closed', needed, async (t) => {
  t.strictSame(await benchmarked(t, ['-q', '-k', '0', '-c', '10', '-t', 'ping_mbulk,set']), ['PING_MBULK', 'SET']);
});

t.test('a command line of its user is sent as it is, to a database of choice', needed, async (t) => {
  const script = "return redis.call('INCR', KEYS[1])";
  await benchmarked(t, ['-q', '-P', '4', '--dbnum', '9', 'EVAL', script, '1', 'own']);
  t.equal(await stored(t, '-n', '9', 'GET', 'own'), '2000');
});

t.test('a password is asked for', needed, async (t) => {
  t.strictSame(await benchmarked(t, ['-q', '-a', 'open sesame', '-t', 'set'], guarded.port), ['SET']);
  const { status, stderr } = await run(t, 'redis-benchmark', ['-h', kv.host, '-p', String(guarded.port), '-n', '100', '-q', '-t', 'set']);
  t.equal(status, 1);
  t.match(stderr, 'replied with error:\nNOAUTH Authentication required.');
});
