/** redis-cli as people use it: by hand, in shell lines, and for a look at what is stored. */
import { writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { startKv } from '../support/kv-server.js';
import { Program, run } from '../support/program.js';
import { skipWithout } from '../support/required-tool.js';

const kv = await startKv(t);
const guarded = await startKv(t, { password: 'open sesame' });
const needed = skipWithout('redis-cli');

function addressed(args: readonly string[], port = kv.port): string[] {
  return ['-h', kv.host, '-p', String(port), ...args];
}

/** What redis-cli prints for a command line, when it succeeds. */
async function cli(t: Test, args: readonly string[], input: Uint8Array | string = ''): Promise<string> {
  const { status, stdout, stderr } = await run(t, 'redis-cli', addressed(args), input);
  t.strictSame({ status, stderr }, { status: 0, stderr: '' });
  return stdout;
}

/** What redis-cli prints for lines that come through a pipe as if they were typed. */
function typed(t: Test, args: readonly string[], ...lines: string[]): Promise<string> {
  return cli(t, ['--no-raw', ...args], `${lines.join('\n')}\n`);
}

t.beforeEach((t) => cli(t, ['FLUSHALL']));

/** Types lines, each with what is to be printed for it. */
async function converse(t: Test, args: readonly string[], turns: readonly (readonly [line: string, printed: string])[]): Promise<void> {
  const printed = await typed(t, args, ...turns.map(([line]) => line));
  t.equal(printed, turns.map(([, expected]) => `${expected}\n`).join(''));
}

t.test('typed commands have replies of RESP2', needed, (t) =>
  converse(t, [], [
    ['SET greeting "a\\x00b\\n"', 'OK'],
    ['GET greeting', '"a\\x00b\\n"'],
    ['GET none', '(nil)'],
    ['HSET user name Ada age 36', '(integer) 2'],
    ['HGETALL user', '1) "name"\n2) "Ada"\n3) "age"\n4) "36"'],
    ['LRANGE none 0 -1', '(empty array)'],
    ['ZADD z 1.5 a', '(integer) 1'],
    ['ZSCORE z a', '"1.5"'],
    ['SCAN 0 MATCH none*', '1) "0"\n2) (empty array)'],
  ]));

t.test('typed commands have replies of RESP3', needed, (t) =>
  converse(t, ['-3'], [
    ['HSET user name Ada', '(integer) 1'],
    ['HGETALL user', '1# "name" => "Ada"'],
    ['HGETALL none', '(empty hash)'],
    ['ZADD z 1.5 a', '(integer) 1'],
    ['ZSCORE z a', '(double) 1.5'],
    ['ZRANGE z 0 -1 WITHSCORES', '1) 1) "a"\n   2) (double) 1.5'],
    ['SADD s 1', '(integer) 1'],
    ['SMEMBERS s', '1~ "1"'],
    ['GET none', '(nil)'],
  ]));

t.test('a typed HELLO changes the protocol, and tells who answers', needed, async (t) => {
  const printed = await typed(t, [], 'HELLO 3', 'HGETALL none');
  t.match(
    printed,
    /^1# "server" => "redis"\n2# "version" => "7\.0\.\d+"\n3# "proto" => \(integer\) 3\n4# "id" => \(integer\) \d+\n5# "mode" => "standalone"\n6# "role" => "master"\n/,
  );
  t.match(printed, /\n\(empty hash\)\n$/);
});

t.test('errors are printed as they came', needed, (t) =>
  converse(t, [], [
    ['SET s a', 'OK'],
    ['INCR s', '(error) ERR value is not an integer or out of range'],
    ['NOSUCH 1', "(error) ERR unknown command 'NOSUCH', with args beginning with: '1' "],
    ['GET', "(error) ERR wrong number of arguments for 'get' command"],
    ['LPUSH s b', '(error) WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['EXEC', '(error) ERR EXEC without MULTI'],
  ]));

t.test('a session goes through transactions, databases and repetitions', needed, (t) =>
  converse(t, [], [
    ['MULTI', 'OK'],
    ['INCR n', 'QUEUED'],
    ['INCR n', 'QUEUED'],
    ['EXEC', '1) (integer) 1\n2) (integer) 2'],
    ['SELECT 3', 'OK'],
    ['GET n', '(nil)'],
    ['2 INCR n', '(integer) 1\n(integer) 2'],
    ['MULTI', 'OK'],
    ['INCR n', 'QUEUED'],
    ['DISCARD', 'OK'],
  ]));

t.test('--pipe loads ten thousand commands', needed, async (t) => {
  const commands = Array.from({ length: 10_000 }, (_, i) => `*3\r\n$3\r\nSET\r\n$9\r\nkey:${String(i).padStart(5, '0')}\r\n$6\r\nv\0\r\n\xff\n\r\n`);
  t.match(await cli(t, ['--pipe'], Buffer.from(commands.join(''), 'latin1')), 'errors: 0, replies: 10000\n');
  t.equal(await cli(t, ['DBSIZE']), '10000\n');
  t.equal(await cli(t, ['--no-raw', 'GET', 'key:09999']), '"v\\x00\\r\\n\\xff\\n"\n');
});

t.test('--pipe counts the commands that failed', needed, async (t) => {
  const { status, stdout } = await run(t, 'redis-cli', addressed(['--pipe']), 'SET s a\r\nINCR s\r\nSET s 1\r\nINCR s\r\n');
  t.match(stdout, 'errors: 1, replies: 4\n');
  t.equal(status, 1);
});

t.test('--scan finds each key of a pattern once', needed, async (t) => {
  await cli(t, ['EVAL', "for i = 1, 500 do redis.call('SET', 'user:' .. i, i) redis.call('SET', 'other:' .. i, i) end", '0']);
  const keys = (await cli(t, ['--scan', '--pattern', 'user:*'])).trimEnd().split('\n');
  t.equal(keys.length, 500);
  t.strictSame(new Set(keys), new Set(Array.from({ length: 500 }, (_, i) => `user:${i + 1}`)));
  t.equal(await cli(t, ['--scan', '--pattern', 'nobody:*']), '', 'nothing fits');
});

/** One key of each type. */
async function collection(t: Test): Promise<void> {
  const commands = ['SET string 0123456789', 'SET short 1', 'RPUSH list a b c', 'SADD set a b', 'ZADD zset 1 a 2 b', 'HSET hash f v g w', 'XADD stream * f v'];
  await cli(t, [], commands.join('\n'));
}

t.test('--bigkeys names the biggest key of each type', needed, async (t) => {
  await collection(t);
  const printed = await cli(t, ['--bigkeys']);
  t.match(printed, 'Sampled 7 keys in the keyspace!\n');
  const biggest = {
    string: '"string"\' has 10 bytes',
    list: '"list"\' has 3 items',
    set: '"set"\' has 2 members',
    zset: '"zset"\' has 2 members',
    hash: '"hash"\' has 2 fields',
    stream: '"stream"\' has 1 entries',
  };
  for (const [type, key] of Object.entries(biggest)) t.match(printed, new RegExp(`^Biggest +${type} found '${key}$`, 'm'));
});

t.test('--memkeys asks how much memory a key takes', needed, async (t) => {
  await collection(t);
  await cli(t, ['-x', 'SET', 'long'], Buffer.alloc(100_000, 'a'));
  const printed = await cli(t, ['--memkeys', '--memkeys-samples', '0']);
  const bytes = Number(/^Biggest string found '"long"' has (\d+) bytes$/m.exec(printed)?.[1]);
  t.ok(bytes >= 100_000, `${bytes} bytes`);
  t.match(printed, /^1 streams with [1-9]\d* bytes/m);
});

t.test('--hotkeys says that the policy does not count them', needed, async (t) => {
  await cli(t, ['SET', 'k', 'v']);
  const { status, stdout, stderr } = await run(t, 'redis-cli', addressed(['--hotkeys']));
  t.match(stdout + stderr, 'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies');
  t.equal(status, 1);
});

t.test('--stat prints a line per look', needed, async (t) => {
  await cli(t, ['SET', 'k', 'v']);
  // Its output is a pipe, which the C library fills with 4 kB before anything is seen.
  const running = new Program(t, 'redis-cli', addressed(['--stat', '-i', '0.01']));
  await running.printed(/^keys +mem +clients +blocked +requests +connections/m);
  await running.printed(/^1 +[\d.]+[BKMG] +[1-9]\d* +0 +[1-9]\d* \(\+\d+\) +[1-9]\d* *$/m);
  await running.stop();
});

t.test('--latency samples for its interval, and sums up', needed, async (t) => {
  t.match(await cli(t, ['--raw', '-i', '0.1', '--latency']), /^\d+ \d+ \d+\.\d\d [1-9]\d*\n$/);
});

t.test('MONITOR shows what others ask for', needed, async (t) => {
  const monitor = new Program(t, 'redis-cli', addressed(['MONITOR']));
  await monitor.printed(/^OK$/m);
  await cli(t, ['-n', '2', 'SET', 'a key', 'v"\n']);
  await monitor.printed(/^\d+\.\d{6} \[2 127\.0\.0\.1:\d+\] "SET" "a key" "v\\"\\n"$/m);
  await cli(t, ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'k']);
  await monitor.printed(/^\d+\.\d{6} \[0 lua\] "GET" "k"$/m);
  await monitor.stop();
});

t.test('SUBSCRIBE prints messages, in both protocols', needed, async (t) => {
  const old = new Program(t, 'redis-cli', addressed(['--no-raw', 'PSUBSCRIBE', 'new*']));
  const recent = new Program(t, 'redis-cli', addressed(['--no-raw', '-3', '--show-pushes', 'yes', 'SUBSCRIBE', 'news', 'more']));
  await Promise.all([old.printed(/\(integer\) 1\n/), recent.printed(/"more"\n3\) \(integer\) 2\n/)]);
  t.equal(await cli(t, ['PUBLISH', 'news', 'hello']), '2\n');
  await old.printed(/^1\) "pmessage"\n2\) "new\*"\n3\) "news"\n4\) "hello"$/m);
  await recent.printed(/"message"\n2\) "news"\n3\) "hello"$/m);
  t.equal(await cli(t, ['PUBSUB', 'NUMSUB', 'news']), 'news\n1\n');
  await Promise.all([old.stop(), recent.stop()]);
});

t.test('--eval sends a file with keys and arguments', needed, async (t) => {
  const file = `${t.testdir()}/add.lua`;
  writeFileSync(file, "return {redis.call('INCRBY', KEYS[1], ARGV[1]), KEYS[1], #ARGV}");
  t.equal(await cli(t, ['--eval', file, 'n', ',', '5', 'x']), '5\nn\n2\n');
});

t.test('-x takes the last argument from standard input, -X any', needed, async (t) => {
  const value = Buffer.from([...Array(256).keys()]);
  await cli(t, ['-x', 'SET', 'binary'], value);
  t.equal(await cli(t, ['STRLEN', 'binary']), '256\n');
  t.equal(await cli(t, ['-X', 'tag', 'APPEND', 'tag', 'x'], 'binary'), '257\n');
});

t.test('what DUMP gave, RESTORE takes', needed, async (t) => {
  await cli(t, ['RPUSH', 'list', 'a', 'b', '3']);
  const line = 'redis-cli "$@" -D "" --raw DUMP list | redis-cli "$@" -X tag RESTORE copy 0 tag';
  const { stdout } = await run(t, 'sh', ['-c', line, 'sh', ...addressed([])]);
  t.equal(stdout, 'OK\n');
  t.equal(await cli(t, ['LRANGE', 'copy', '0', '-1']), 'a\nb\n3\n');
});

t.test('replies are printed as CSV and as JSON', needed, async (t) => {
  await cli(t, ['HSET', 'user', 'name', 'A"da']);
  t.equal(await cli(t, ['--csv', 'HGETALL', 'user']), '"name","A\\"da"\n');
  t.equal(await cli(t, ['--json', 'HGETALL', 'user']), '{"name":"A\\"da"}\n', 'JSON chooses RESP3');
});

t.test('-n chooses a database, -r repeats, -e ends with the error', needed, async (t) => {
  t.equal(await cli(t, ['-n', '5', '-r', '3', 'INCR', 'n']), '1\n2\n3\n');
  t.equal(await cli(t, ['EXISTS', 'n']), '0\n');
  t.equal(await cli(t, ['-u', `${kv.url}/5`, 'GET', 'n']), '3\n');
  const { status, stderr } = await run(t, 'redis-cli', addressed(['-e', 'NOSUCH']));
  t.strictSame([status, stderr], [1, "ERR unknown command 'NOSUCH', with args beginning with: \n"]);
  const tooFar = await run(t, 'redis-cli', addressed(['-n', '16', 'PING']));
  t.match(tooFar.stderr, 'SELECT 16 failed: ERR DB index is out of range');
});

t.test('-a gives the password', needed, async (t) => {
  const ask = (...args: string[]) => run(t, 'redis-cli', addressed(args, guarded.port));
  t.match(await ask('GET', 'k'), { stdout: 'NOAUTH Authentication required.\n' });
  t.match(await ask('--no-auth-warning', '-a', 'open sesame', 'PING'), { stdout: 'PONG\n', stderr: '' });
  t.match(await ask('--no-auth-warning', '--user', 'default', '--pass', 'open sesame', '-3', 'PING'), { stdout: 'PONG\n', stderr: '' });
  t.match(await ask('--no-auth-warning', '-a', 'guess', 'PING'), {
    stdout: 'NOAUTH Authentication required.\n',
    stderr: 'AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\n',
  });
  t.match(await ask('AUTH', 'someone', 'guess'), { stdout: 'WRONGPASS invalid username-password pair or user is disabled.\n' });
  t.match(
    (await run(t, 'redis-cli', addressed(['AUTH', 'x']))).stdout,
    /^ERR AUTH <password> called without any password configured for the default user\. Are you sure your configuration is correct\?\n/,
  );
});

t.test('the command says what it knows of commands', needed, async (t) => {
  t.match(await cli(t, ['COMMAND', 'DOCS', 'GET']), /summary\n/);
  t.match(await typed(t, [], 'help getdel'), /GETDEL.*key/);
  t.match(await cli(t, ['COMMAND', 'INFO', 'get']), /^get\n2\n/);
  t.equal(await cli(t, ['COMMAND', 'GETKEYS', 'MSET', 'a', '1', 'b', '2']), 'a\nb\n');
});
