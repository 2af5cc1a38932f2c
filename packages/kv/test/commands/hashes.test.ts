import t from 'tap';
import { Console, dialogue } from '../support/console.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';

t.test('HSET adds and replaces fields and counts the new ones; HMSET says OK', async (t) => {
  dialogue(t, new Console(), [
    ['HSET h a 1 b 2', ':2'],
    ['HSET h b 3 c 4', ':1'],
    ['HMSET h a 5 d 6', '+OK'],
    ['HGETALL h', '*8 $1 a $1 5 $1 b $1 3 $1 c $1 4 $1 d $1 6'],
    ['HSETNX h a 7', ':0'],
    ['HSETNX h e 7', ':1'],
    ['HSETNX other e 7', ':1'],
    ['HMGET h a e x', '*3 $1 5 $1 7 $-1'],
    ['HSET h a', "-ERR wrong number of arguments for 'hset' command"],
    ['HSET h a 1 b', "-ERR wrong number of arguments for 'hset' command"],
    ['HMSET h a 1 b', "-ERR wrong number of arguments for 'hmset' command"],
  ]);
});

t.test('a hash is read field by field and as a whole', async (t) => {
  const console = new Console();
  console.send('HSET', 'h', 'name', 'value', '', '\0\r\n');
  dialogue(t, console, [
    ['HGET h name', '$5 value'],
    ['HGET h none', '$-1'],
    ['HLEN h', ':2'],
    ['HSTRLEN h name', ':5'],
    ['HSTRLEN h none', ':0'],
    ['HEXISTS h name', ':1'],
    ['HEXISTS h none', ':0'],
    ['HKEYS h', '*2 $4 name $0 '],
    ['HVALS h', '*2 $5 value $3 \0 '],
  ]);
  t.equal(console.send('HGET', 'h', ''), '$3 \0 ');
});

t.test('what is asked of no hash is empty, in RESP2 and in RESP3', async (t) => {
  const console = new Console();
  const replies = (lines: string[]) => lines.map((line) => console.run(line));
  const lines = ['HGET n f', 'HMGET n f g', 'HLEN n', 'HSTRLEN n f', 'HEXISTS n f', 'HKEYS n', 'HVALS n', 'HGETALL n', 'HDEL n f', 'HRANDFIELD n', 'HRANDFIELD n 2', 'HSCAN n 0 NONSENSE'];
  t.strictSame(replies(lines), ['$-1', '*2 $-1 $-1', ':0', ':0', ':0', '*0', '*0', '*0', ':0', '$-1', '*0', '*2 $1 0 *0']);
  console.client.version = 3;
  t.strictSame(replies(lines), ['_', '*2 _ _', ':0', ':0', ':0', '*0', '*0', '%0', ':0', '_', '*0', '*2 $1 0 *0']);
});

t.test('RESP3 has maps, and pairs for random fields with values', async (t) => {
  const console = new Console();
  console.client.version = 3;
  dialogue(t, console, [
    ['HSET h a 1', ':1'],
    ['HGETALL h', '%1 $1 a $1 1'],
    ['HRANDFIELD h 1 WITHVALUES', '*1 *2 $1 a $1 1'],
    ['HRANDFIELD h -2 WITHVALUES', '*2 *2 $1 a $1 1 *2 $1 a $1 1'],
    ['HRANDFIELD h 1', '*1 $1 a'],
    ['HSCAN h 0', '*2 $1 0 *2 $1 a $1 1'],
  ]);
});

t.test('with its last field a hash is gone', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['HSET h a 1 b 2 c 3', ':3'],
    ['HDEL h a a x', ':1'],
    ['HDEL h b c', ':2'],
    ['HLEN h', ':0'],
  ]);
  t.equal(console.collection('h'), undefined);
});

t.test('a key of another type is an error, and stays', async (t) => {
  const console = new Console();
  console.run('SET s text');
  const lines = [
    'HSET s a 1', 'HMSET s a 1', 'HSETNX s a 1', 'HGET s a', 'HMGET s a', 'HDEL s a', 'HLEN s', 'HSTRLEN s a', 'HEXISTS s a', 'HKEYS s', 'HVALS s', 'HGETALL s',
    'HINCRBY s a 1', 'HINCRBYFLOAT s a 1', 'HRANDFIELD s', 'HRANDFIELD s 1', 'HSCAN s 0', 'HSCAN s 0 COUNT x',
  ];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
  t.equal(console.run('GET s'), '$4 text');
});

t.test('HINCRBY counts in 64 bits, and says what it cannot count', async (t) => {
  dialogue(t, new Console(), [
    ['HINCRBY h n 5', ':5'],
    ['HINCRBY h n -15', ':-10'],
    ['HSET h big 9223372036854775807 text foo padded 01', ':3'],
    ['HINCRBY h big -1', ':9223372036854775806'],
    ['HINCRBY h big 2', '-ERR increment or decrement would overflow'],
    ['HGET h big', '$19 9223372036854775806'],
    ['HINCRBY h text 1', '-ERR hash value is not an integer'],
    ['HINCRBY h padded 1', '-ERR hash value is not an integer'],
    ['HINCRBY h n 1.5', NOT_AN_INTEGER],
    ['HINCRBY h n 9223372036854775808', NOT_AN_INTEGER],
    ['HINCRBY none n x', NOT_AN_INTEGER],
    ['HLEN none', ':0'],
  ]);
});

t.test('HINCRBYFLOAT adds like a long double', async (t) => {
  dialogue(t, new Console(), [
    ['HINCRBYFLOAT h f 0.1', '$3 0.1'],
    ['HINCRBYFLOAT h f 0.2', '$3 0.3'],
    ['HINCRBYFLOAT h f 5.0e3', '$22 5000.29999999999999982'],
    ['HSET h text foo inf inf', ':2'],
    ['HINCRBYFLOAT h text 1', '-ERR hash value is not a float'],
    ['HINCRBYFLOAT h f nan', '-ERR value is not a valid float'],
    ['HINCRBYFLOAT h f inf', '-ERR value is NaN or Infinity'],
    ['HINCRBYFLOAT h inf 1', '-ERR increment would produce NaN or Infinity'],
    ['HGET h f', '$22 5000.29999999999999982'],
  ]);
});

t.test('HRANDFIELD answers different fields, or with a negative count any, small or large', async (t) => {
  for (const size of [10, 1000]) {
    const console = new Console();
    for (let i = 0; i < size; i++) console.run(`HSET h ${i} v${i}`);
    t.equal(new Set(console.strings(`HRANDFIELD h ${size - 1}`)).size, size - 1);
    t.equal(console.strings(`HRANDFIELD h ${size + 1}`).length, size);
    t.equal(console.strings(`HRANDFIELD h -${size * 2}`).length, size * 2);
    const pairs = console.strings(`HRANDFIELD h -${size} WITHVALUES`);
    t.equal(pairs.length, size * 2);
    t.ok(pairs.every((text, i) => i % 2 === 0 || text === `v${pairs[i - 1]}`));
    t.match(console.run('HRANDFIELD h'), /^\$\d+ \d+$/);
    t.equal(console.run('HRANDFIELD h 0'), '*0');
  }
});

t.test('HRANDFIELD says first what is wrong with the count, then with the rest', async (t) => {
  const outside = '-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';
  dialogue(t, new Console(), [
    ['HSET h a 1', ':1'],
    ['HRANDFIELD h x NONSENSE', NOT_AN_INTEGER],
    ['HRANDFIELD h 1 NONSENSE', '-ERR syntax error'],
    ['HRANDFIELD h 1 WITHVALUES x', '-ERR syntax error'],
    ['HRANDFIELD h -9223372036854775808 NONSENSE', outside],
    ['HRANDFIELD h 4611686018427387903 withvalues', '*2 $1 a $1 1'],
    ['HRANDFIELD h 4611686018427387904 withvalues', '-ERR value is out of range'],
    ['HRANDFIELD h 9223372036854775807', '*1 $1 a'],
    ['HRANDFIELD h -4611686018427387904 withvalues', '-ERR value is out of range'],
    ['HRANDFIELD h -9223372036854775807', '-ERR value is out of range'],
  ]);
});

t.test('HSCAN goes through a large hash in steps, and filters fields', async (t) => {
  const console = new Console();
  for (let i = 0; i < 1000; i++) console.run(`HSET h f${i} v${i}`);
  const seen = new Map<string, string>();
  let cursor = '0';
  let steps = 0;
  do {
    const [next, ...items] = console.strings(`HSCAN h ${cursor} COUNT 50 MATCH *7`) as [string, ...string[]];
    for (let i = 0; i < items.length; i += 2) seen.set(items[i] as string, items[i + 1] as string);
    cursor = next;
    steps++;
  } while (cursor !== '0');
  t.strictSame(new Set(seen.keys()), new Set(Array.from({ length: 100 }, (_, i) => `f${i * 10 + 7}`)));
  t.ok([...seen].every(([field, value]) => value === field.replace('f', 'v')));
  t.ok(steps > 10);
});

t.test('HSCAN shows a small hash at once, and reads cursor and options as Redis does', async (t) => {
  const all = '*2 $1 0 *4 $1 a $1 1 $1 b $1 2';
  dialogue(t, new Console(), [
    ['HSET h a 1 b 2', ':2'],
    ['HSCAN h 0 COUNT 1', all],
    ['HSCAN h 0 MATCH b', '*2 $1 0 *2 $1 b $1 2'],
    ['HSCAN h 18446744073709551615', all],
    ['HSCAN h -1', all],
    ['HSCAN h 0 COUNT 1 COUNT 2 MATCH x MATCH *', all],
    ['HSCAN h 18446744073709551616', '-ERR invalid cursor'],
    ['HSCAN h x', '-ERR invalid cursor'],
    ['HSCAN h 0 COUNT 0', '-ERR syntax error'],
    ['HSCAN h 0 COUNT x', NOT_AN_INTEGER],
    ['HSCAN h 0 MATCH', '-ERR syntax error'],
    ['HSCAN h 0 NONSENSE x', '-ERR syntax error'],
  ]);
});

t.test('each change is announced, and the end of the hash after it', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('HSET h a 1 b 2'), ['hset h']);
  t.strictSame(console.changesOf('HSETNX h c 1'), ['hset h']);
  t.strictSame(console.changesOf('HSETNX h c 1'), []);
  t.strictSame(console.changesOf('HINCRBY h a 1'), ['hincrby h']);
  t.strictSame(console.changesOf('HINCRBYFLOAT h a 1'), ['hincrbyfloat h']);
  t.strictSame(console.changesOf('HDEL h x'), []);
  t.strictSame(console.changesOf('HDEL h a b c'), ['hdel h', 'del h']);
});

t.test('a hash that is too large since the limit was lowered is turned into a hashtable also by a field that it has', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['HSET h a 1 b 2', ':2'],
    ['CONFIG SET hash-max-listpack-entries 1', '+OK'],
    ['OBJECT ENCODING h', '$8 listpack'],
    ['HINCRBY h a 1', ':2'],
    ['OBJECT ENCODING h', '$9 hashtable'],
  ]);
});

t.test('a small hash is a listpack, and stays a hashtable once it has grown', async (t) => {
  const console = new Console();
  console.run('HSET h a 1');
  t.equal(console.collection('h')?.encoding, 'listpack');
  console.run(`HSET h b ${'x'.repeat(65)}`);
  t.equal(console.collection('h')?.encoding, 'hashtable');
  console.run('HDEL h b');
  t.equal(console.collection('h')?.encoding, 'hashtable');
});
