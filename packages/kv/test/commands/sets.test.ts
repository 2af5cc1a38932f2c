import t from 'tap';
import { Console, dialogue } from '../support/console.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';

/** Fills a set with the numbers from 0 on; with a prefix they are no integers. */
function fill(console: Console, key: string, count: number, prefix = ''): void {
  for (let i = 0; i < count; i++) console.run(`SADD ${key} ${prefix}${i}`);
}

t.test('no integer is lost as a set of integers grows into a table by those of another one', async (t) => {
  const console = new Console();
  const integers = (from: number): string => Array.from({ length: 300 }, (_, i) => from + i).join(' ');
  console.run(`SADD a ${integers(0)}`);
  console.run(`SADD b ${integers(1000)}`);
  dialogue(t, console, [
    ['SUNIONSTORE union a b', ':600'],
    ['SINTERCARD 2 union a', ':300'],
    ['SINTERCARD 2 union b', ':300'],
    ['CONFIG SET set-max-intset-entries 10', '+OK'],
    ['SDIFFSTORE difference a b', ':300'],
    ['SINTERSTORE intersection a union', ':300'],
    ['SDIFF a difference', '*0'],
  ]);
});

t.test('members are added, asked for and removed, and with the last one the set is gone', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['SADD s 3 1 2 3', ':3'],
    ['SADD s 1 4', ':1'],
    ['SMEMBERS s', '*4 $1 1 $1 2 $1 3 $1 4'],
    ['SISMEMBER s 4', ':1'],
    ['SISMEMBER s x', ':0'],
    ['SMISMEMBER s 1 x 2', '*3 :1 :0 :1'],
    ['SCARD s', ':4'],
    ['SREM s 1 x 2', ':2'],
    ['SREM s 3 4 5', ':2'],
    ['SCARD s', ':0'],
  ]);
  t.equal(console.collection('s'), undefined);
});

t.test('what is asked of no set is empty, in RESP2 and in RESP3', async (t) => {
  const console = new Console();
  const replies = (lines: string[]) => lines.map((line) => console.run(line));
  const lines = [
    'SMEMBERS n', 'SISMEMBER n a', 'SMISMEMBER n a b', 'SCARD n', 'SREM n a', 'SPOP n', 'SPOP n 2', 'SRANDMEMBER n', 'SRANDMEMBER n 2', 'SMOVE n m a', 'SINTER n m', 'SUNION n m', 'SDIFF n m',
    'SINTERCARD 1 n', 'SSCAN n 0 NONSENSE',
  ];
  t.strictSame(replies(lines), ['*0', ':0', '*2 :0 :0', ':0', ':0', '$-1', '*0', '$-1', '*0', ':0', '*0', '*0', '*0', ':0', '*2 $1 0 *0']);
  console.client.version = 3;
  t.strictSame(replies(lines), ['~0', ':0', '*2 :0 :0', ':0', ':0', '_', '~0', '_', '*0', ':0', '~0', '~0', '~0', ':0', '*2 $1 0 *0']);
});

t.test('RESP3 has sets, but for members by chance', async (t) => {
  const console = new Console();
  console.client.version = 3;
  dialogue(t, console, [
    ['SADD s a', ':1'],
    ['SMEMBERS s', '~1 $1 a'],
    ['SINTER s s', '~1 $1 a'],
    ['SUNION s s', '~1 $1 a'],
    ['SDIFF s n', '~1 $1 a'],
    ['SRANDMEMBER s 5', '*1 $1 a'],
    ['SRANDMEMBER s -1', '*1 $1 a'],
    ['SPOP s 0', '~0'],
    ['SPOP s 5', '~1 $1 a'],
  ]);
});

t.test('a key of another type is an error, and stays', async (t) => {
  const console = new Console();
  console.run('SET s text');
  console.run('SADD set a');
  const lines = [
    'SADD s a', 'SREM s a', 'SISMEMBER s a', 'SMISMEMBER s a', 'SMEMBERS s', 'SCARD s', 'SPOP s', 'SPOP s 1', 'SRANDMEMBER s', 'SRANDMEMBER s 1', 'SMOVE s none a', 'SMOVE set s a', 'SSCAN s 0',
    'SINTER none s', 'SUNION set s', 'SDIFF none s', 'SINTERCARD 2 none s', 'SINTERSTORE d none s', 'SUNIONSTORE d set s', 'SDIFFSTORE d none s',
  ];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
  t.equal(console.run('GET s'), '$4 text');
  t.equal(console.run('SMEMBERS set'), '*1 $1 a');
});

t.test('SMOVE moves a member, makes the other set and removes an empty one', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['SADD from a b', ':2'],
    ['SMOVE from to a', ':1'],
    ['SMOVE from to a', ':0'],
    ['SADD to b', ':1'],
    ['SMOVE to to b', ':1'],
    ['SMOVE to to x', ':0'],
    ['SMOVE from to b', ':1'],
    ['SCARD to', ':2'],
    ['SET string x', '+OK'],
    ['SMOVE from string b', ':0'],
  ]);
  t.equal(console.collection('from'), undefined);
});

t.test('SPOP takes members out until nothing is left, small or large', async (t) => {
  for (const [size, prefix] of [[20, ''], [2000, 'm']] as const) {
    const console = new Console();
    fill(console, 's', size, prefix);
    const popped = new Set([...console.strings('SPOP s'), ...console.strings(`SPOP s ${size / 2}`)]);
    t.equal(popped.size, size / 2 + 1);
    t.ok([...popped].every((member) => console.run(`SISMEMBER s ${member}`) === ':0'));
    t.equal(console.strings(`SPOP s ${size}`).length, size / 2 - 1);
    t.equal(console.collection('s'), undefined);
  }
});

t.test('SPOP and SRANDMEMBER say what is wrong with a count', async (t) => {
  const positive = '-ERR value is out of range, must be positive';
  const integer = '-ERR value is not an integer or out of range';
  dialogue(t, new Console(), [
    ['SADD s a', ':1'],
    ['SPOP s -1', positive],
    ['SPOP s x', positive],
    ['SPOP none 9223372036854775808', positive],
    ['SPOP s 1 2', '-ERR syntax error'],
    ['SRANDMEMBER s x', integer],
    ['SRANDMEMBER s 1 2', '-ERR syntax error'],
    ['SRANDMEMBER s -9223372036854775808', '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807'],
    ['SRANDMEMBER s 9223372036854775807', '*1 $1 a'],
  ]);
});

t.test('SRANDMEMBER answers different members, or with a negative count any, and leaves them', async (t) => {
  for (const [size, prefix] of [[20, ''], [2000, 'm']] as const) {
    const console = new Console();
    fill(console, 's', size, prefix);
    for (const count of [1, size / 4, size - 1]) t.equal(new Set(console.strings(`SRANDMEMBER s ${count}`)).size, count);
    t.equal(console.strings(`SRANDMEMBER s -${size * 2}`).length, size * 2);
    t.equal(console.strings('SRANDMEMBER s').length, 1);
    t.equal(console.run('SCARD s'), `:${size}`);
  }
});

t.test('sets are intersected, united and subtracted', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['SADD a 1 2 3 4', ':4'],
    ['SADD b 2 3 x', ':3'],
    ['SADD c 3 4', ':2'],
    ['SINTER a b c', '*1 $1 3'],
    ['SINTER a', '*4 $1 1 $1 2 $1 3 $1 4'],
    ['SINTER a none b', '*0'],
    ['SUNION a c', '*4 $1 1 $1 2 $1 3 $1 4'],
    ['SDIFF a b', '*2 $1 1 $1 4'],
    ['SDIFF a none', '*4 $1 1 $1 2 $1 3 $1 4'],
    ['SDIFF a a', '*0'],
    ['SDIFF none a', '*0'],
  ]);
  t.strictSame(new Set(console.strings('SUNION a b none')), new Set(['1', '2', '3', '4', 'x']));
});

t.test('SINTERCARD counts up to a limit', async (t) => {
  const console = new Console();
  fill(console, 'a', 3000, 'm');
  fill(console, 'b', 4000, 'm');
  dialogue(t, console, [
    ['SINTERCARD 2 a b', ':3000'],
    ['SINTERCARD 2 a b LIMIT 0', ':3000'],
    ['SINTERCARD 2 a b LIMIT 17', ':17'],
    ['SINTERCARD 2 a b LIMIT 5000', ':3000'],
    ['SINTERCARD 2 a none LIMIT 1', ':0'],
    ['SINTERCARD 0 a', '-ERR numkeys should be greater than 0'],
    ['SINTERCARD x a', '-ERR numkeys should be greater than 0'],
    ['SINTERCARD 3 a b', "-ERR Number of keys can't be greater than number of args"],
    ['SINTERCARD 1 a LIMIT -1', "-ERR LIMIT can't be negative"],
    ['SINTERCARD 1 a LIMIT x', "-ERR LIMIT can't be negative"],
    ['SINTERCARD 1 a LIMIT', '-ERR syntax error'],
    ['SINTERCARD 1 a b', '-ERR syntax error'],
  ]);
});

t.test('a result is stored in place of whatever was there, and an empty one removes it', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['SADD a 1 2 3', ':3'],
    ['SADD b 2 3 4', ':3'],
    ['SET d text', '+OK'],
    ['SINTERSTORE d a b', ':2'],
    ['SMEMBERS d', '*2 $1 2 $1 3'],
    ['SUNIONSTORE d a b', ':4'],
    ['SMEMBERS d', '*4 $1 1 $1 2 $1 3 $1 4'],
    ['SDIFFSTORE a a b', ':1'],
    ['SMEMBERS a', '*1 $1 1'],
    ['SINTERSTORE d a none', ':0'],
    ['SINTERSTORE d a none', ':0'],
  ]);
  t.equal(console.collection('d'), undefined);
});

t.test('the result of integers is an intset, if it is not too large', async (t) => {
  const console = new Console();
  fill(console, 'a', 600);
  fill(console, 'b', 500);
  console.run('SADD b x');
  t.equal(console.collection('a')?.encoding, 'hashtable');
  t.equal(console.run('SINTERSTORE d a b'), ':500');
  t.equal(console.collection('d')?.encoding, 'intset');
  t.equal(console.run('SUNIONSTORE d a a'), ':600');
  t.equal(console.collection('d')?.encoding, 'hashtable');
});

t.test('SSCAN goes through a large set in steps, and shows a small one at once', async (t) => {
  const console = new Console();
  fill(console, 'large', 1000, 'm');
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, ...members] = console.strings(`SSCAN large ${cursor} COUNT 20 MATCH m?5*`) as [string, ...string[]];
    t.ok(members.length < 200);
    seen.push(...members);
    cursor = next;
  } while (cursor !== '0');
  t.equal(seen.length, new Set(seen).size);
  t.equal(seen.length, 99);
  dialogue(t, console, [
    ['SADD small 1 2 3', ':3'],
    ['SSCAN small 0 COUNT 1', '*2 $1 0 *3 $1 1 $1 2 $1 3'],
    ['SSCAN small 7 MATCH 2', '*2 $1 0 *1 $1 2'],
    ['SSCAN small 0 COUNT 0', '-ERR syntax error'],
    ['SSCAN small abc', '-ERR invalid cursor'],
  ]);
  console.send('SADD', 'small', '');
  t.equal(console.strings('SSCAN small 0 MATCH *').length, 5, 'a star alone lets the empty member through');
});

t.test('each change is announced, and the end of a set after it', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('SADD a 1 2'), ['sadd a']);
  t.strictSame(console.changesOf('SADD a 1'), []);
  t.strictSame(console.changesOf('SMOVE a b 1'), ['srem a', 'sadd b']);
  t.strictSame(console.changesOf('SMOVE a b 2'), ['srem a', 'del a', 'sadd b']);
  t.strictSame(console.changesOf('SREM b x'), []);
  t.strictSame(console.changesOf('SREM b 1'), ['srem b']);
  t.strictSame(console.changesOf('SUNIONSTORE c b'), ['sunionstore c']);
  t.strictSame(console.changesOf('SINTERSTORE d b c'), ['sinterstore d']);
  t.strictSame(console.changesOf('SDIFFSTORE d b c'), ['del d']);
  t.strictSame(console.changesOf('SPOP b'), ['spop b', 'del b']);
  t.strictSame(console.changesOf('SPOP c 3'), ['spop c', 'del c']);
});
