import t, { type Test } from 'tap';
import { throwAwayKv } from '../../src/index.js';
import { Console, dialogue } from '../support/console.js';
import { type Address, RespClient } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = '-ERR syntax error';
const NOT_AN_INTEGER = '-ERR value is not an integer or out of range';
const NOT_A_FLOAT = '-ERR value is not a valid float';

/** Fills a sorted set with m0, m1, …, whose scores are their numbers. */
function fill(console: Console, key: string, count: number): void {
  for (let i = 0; i < count; i++) console.run(`ZADD ${key} ${i} m${i}`);
}

t.test('members are added, scored and removed, and with the last one the set is gone', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['ZADD z 1 a 2 b 3 c', ':3'],
    ['ZADD z 5 a 2 b 4 d', ':1'],
    ['ZSCORE z a', '$1 5'],
    ['ZSCORE z x', '$-1'],
    ['ZMSCORE z a x b', '*3 $1 5 $-1 $1 2'],
    ['ZCARD z', ':4'],
    ['ZRANK z b', ':0'],
    ['ZREVRANK z b', ':3'],
    ['ZRANK z x', '$-1'],
    ['ZREM z a x a', ':1'],
    ['ZREM z b c d', ':3'],
    ['ZCARD z', ':0'],
  ]);
  t.equal(console.collection('z'), undefined);
});

t.test('ZADD touches only what its options let it', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD z XX 1 a', ':0'],
    ['EXISTS z', ':0'],
    ['ZADD z NX 1 a 2 b', ':2'],
    ['ZADD z NX 9 a 3 c', ':1'],
    ['ZADD z XX CH 9 a 9 x', ':1'],
    ['ZADD z GT CH 8 a 3 b 1 d', ':2'],
    ['ZADD z LT CH 8 a 3 b 2 d', ':1'],
    ['ZADD z XX GT 100 x', ':0'],
    ['ZRANGE z 0 -1 WITHSCORES', '*8 $1 d $1 1 $1 b $1 3 $1 c $1 3 $1 a $1 8'],
    ['ZADD z INCR 2 a', '$2 10'],
    ['ZADD z NX INCR 2 a', '$-1'],
    ['ZADD z XX INCR 2 x', '$-1'],
    ['ZADD z GT INCR -2 a', '$-1'],
    ['ZADD z LT INCR -2 a', '$1 8'],
    ['ZADD z INCR 2.5 new', '$3 2.5'],
    ['ZINCRBY z 1.5 new', '$1 4'],
    ['ZINCRBY z -1 other', '$2 -1'],
  ]);
});

t.test('ZADD says what is wrong, and then has changed nothing', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['ZADD z NX XX 1 a', '-ERR XX and NX options at the same time are not compatible'],
    ['ZADD z NX GT 1 a', '-ERR GT, LT, and/or NX options at the same time are not compatible'],
    ['ZADD z GT LT 1 a', '-ERR GT, LT, and/or NX options at the same time are not compatible'],
    ['ZADD z INCR 1 a 2 b', '-ERR INCR option supports a single increment-element pair'],
    ['ZADD z 1 a 2', SYNTAX],
    ['ZADD z NX CH', SYNTAX],
    ['ZADD z 1 a x b', NOT_A_FLOAT],
    ['ZADD z nan a', NOT_A_FLOAT],
    ['EXISTS z', ':0'],
    ['ZADD z inf a', ':1'],
    ['ZINCRBY z -inf a', '-ERR resulting score is not a number (NaN)'],
    ['ZINCRBY z x a', NOT_A_FLOAT],
    ['ZSCORE z a', '$3 inf'],
  ]);
});

t.test('scores are written as Redis writes them', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD z 0.1 a 1e20 b -inf c 3.0 d 1e3 e 0x10 f', ':6'],
    ['ZRANGE z 0 -1 WITHSCORES', '*12 $1 c $4 -inf $1 a $19 0.10000000000000001 $1 d $1 3 $1 f $2 16 $1 e $4 1000 $1 b $5 1e+20'],
    ['ZADD z INCR 0.2 a', '$19 0.30000000000000004'],
  ]);
});

t.test('a key of another type is an error, and stays', async (t) => {
  const console = new Console();
  console.run('SET s text');
  console.run('ZADD z 1 a');
  const lines = [
    'ZADD s 1 a', 'ZINCRBY s 1 a', 'ZREM s a', 'ZCARD s', 'ZSCORE s a', 'ZMSCORE s a', 'ZRANK s a', 'ZREVRANK s a', 'ZCOUNT s 0 1',
    'ZLEXCOUNT s - +', 'ZRANGE s 0 1', 'ZREVRANGE s 0 1', 'ZRANGEBYSCORE s 0 1', 'ZREVRANGEBYSCORE s 1 0', 'ZRANGEBYLEX s - +',
    'ZREVRANGEBYLEX s + -', 'ZRANGESTORE d s 0 1', 'ZREMRANGEBYRANK s 0 1', 'ZREMRANGEBYSCORE s 0 1', 'ZREMRANGEBYLEX s - +', 'ZPOPMIN s',
    'ZPOPMAX s 0', 'ZMPOP 2 none s MIN', 'BZPOPMIN none s 0', 'BZMPOP 0 2 none s MAX', 'ZUNION 2 z s', 'ZINTER 2 none s', 'ZDIFF 2 z s',
    'ZUNIONSTORE d 2 z s', 'ZINTERSTORE d 2 none s', 'ZDIFFSTORE d 2 z s', 'ZINTERCARD 2 none s', 'ZRANDMEMBER s', 'ZRANDMEMBER s 2', 'ZSCAN s 0',
  ];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
  t.equal(console.run('GET s'), '$4 text');
  t.equal(console.run('ZRANGE z 0 -1'), '*1 $1 a');
});

t.test('what is asked of no set is empty, in RESP2 and in RESP3', async (t) => {
  const console = new Console();
  const replies = (lines: string[]) => lines.map((line) => console.run(line)).join('|');
  const lines = [
    'ZCARD n', 'ZSCORE n a', 'ZMSCORE n a', 'ZRANK n a', 'ZCOUNT n 0 1', 'ZRANGE n 0 1 WITHSCORES', 'ZPOPMIN n', 'ZPOPMAX n 2', 'ZMPOP 1 n MIN',
    'ZUNION 1 n', 'ZINTERCARD 1 n', 'ZRANDMEMBER n', 'ZRANDMEMBER n 2', 'ZREMRANGEBYRANK n 0 1', 'ZRANGESTORE d n 0 1', 'ZDIFFSTORE d 1 n',
  ];
  t.equal(replies(lines), ':0|$-1|*1 $-1|$-1|:0|*0|*0|*0|*-1|*0|:0|$-1|*0|:0|:0|:0');
  console.client.version = 3;
  t.equal(replies(lines), ':0|_|*1 _|_|:0|*0|*0|*0|_|*0|:0|_|*0|:0|:0|:0');
});

t.test('RESP3 has doubles, and pairs of members and scores', async (t) => {
  const console = new Console();
  console.client.version = 3;
  dialogue(t, console, [
    ['ZADD z 1.5 a 2 b', ':2'],
    ['ZSCORE z a', ',1.5'],
    ['ZINCRBY z inf c', ',inf'],
    ['ZRANGE z 0 1 WITHSCORES', '*2 *2 $1 a ,1.5 *2 $1 b ,2'],
    ['ZRANGE z 0 1', '*2 $1 a $1 b'],
    ['ZUNION 1 z WITHSCORES', '*3 *2 $1 a ,1.5 *2 $1 b ,2 *2 $1 c ,inf'],
    ['ZRANDMEMBER z 3 WITHSCORES', '*3 *2 $1 a ,1.5 *2 $1 b ,2 *2 $1 c ,inf'],
    ['ZSCAN z 0', '*2 $1 0 *6 $1 a $3 1.5 $1 b $1 2 $1 c $3 inf'],
    ['ZPOPMAX z', '*2 $1 c ,inf'],
    ['ZPOPMIN z 1', '*1 *2 $1 a ,1.5'],
    ['ZMPOP 1 z MIN', '*2 $1 z *1 *2 $1 b ,2'],
  ]);
});

t.test('a range goes by ranks, scores or members, in both directions, with a limit', async (t) => {
  for (const entries of [128, 0]) {
    const console = new Console();
    console.server.keyspace.limits.zsetMaxListpackEntries = entries;
    dialogue(t, console, [
      ['ZADD z 1 a 2 b 3 c 4 d 5 e', ':5'],
      ['ZRANGE z 1 2', '*2 $1 b $1 c'],
      ['ZRANGE z -2 -1', '*2 $1 d $1 e'],
      ['ZRANGE z 3 100', '*2 $1 d $1 e'],
      ['ZRANGE z -100 0', '*1 $1 a'],
      ['ZRANGE z 5 6', '*0'],
      ['ZRANGE z 2 1', '*0'],
      ['ZRANGE z 0 1 REV', '*2 $1 e $1 d'],
      ['ZREVRANGE z 1 -3 WITHSCORES', '*4 $1 d $1 4 $1 c $1 3'],
      ['ZRANGE z 2 4 BYSCORE', '*3 $1 b $1 c $1 d'],
      ['ZRANGE z (2 (4 BYSCORE', '*1 $1 c'],
      ['ZRANGE z -inf +inf BYSCORE LIMIT 1 2', '*2 $1 b $1 c'],
      ['ZRANGE z 4 2 BYSCORE REV', '*3 $1 d $1 c $1 b'],
      ['ZRANGE z +inf -inf BYSCORE REV LIMIT 3 -1 WITHSCORES', '*4 $1 b $1 2 $1 a $1 1'],
      ['ZRANGEBYSCORE z 2 4 WITHSCORES LIMIT 2 5', '*2 $1 d $1 4'],
      ['ZRANGEBYSCORE z 4 2', '*0'],
      ['ZRANGEBYSCORE z 0 9 LIMIT -1 5', '*0'],
      ['ZREVRANGEBYSCORE z (5 0 LIMIT 0 1', '*1 $1 d'],
      ['ZCOUNT z (1 3', ':2'],
      ['ZCOUNT z 3 1', ':0'],
      ['ZCOUNT z -inf inf', ':5'],
      ['ZADD l 0 a 0 b 0 bb 0 c', ':4'],
      ['ZRANGE l [b (c BYLEX', '*2 $1 b $2 bb'],
      ['ZRANGE l + (b BYLEX REV', '*2 $1 c $2 bb'],
      ['ZRANGEBYLEX l - [b LIMIT 1 1', '*1 $1 b'],
      ['ZREVRANGEBYLEX l [c - LIMIT 1 2', '*2 $2 bb $1 b'],
      ['ZRANGEBYLEX l + -', '*0'],
      ['ZLEXCOUNT l [a [bb', ':3'],
      ['ZLEXCOUNT l (b (b', ':0'],
      ['ZLEXCOUNT l - +', ':4'],
    ]);
    t.equal(console.collection('z')?.encoding, entries === 0 ? 'skiplist' : 'listpack');
  }
});

t.test('a range says what is wrong with it', async (t) => {
  const float = '-ERR min or max is not a float';
  const lex = '-ERR min or max not valid string range item';
  const console = new Console();
  dialogue(t, console, [
    ['ZADD z 0 a', ':1'],
    ['ZRANGE z a 1', NOT_AN_INTEGER],
    ['ZRANGE z 0 1 LIMIT 0 1', '-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX'],
    ['ZRANGE z 0 1 LIMIT 0 -1', '*1 $1 a'],
    ['ZRANGE z - + BYLEX WITHSCORES', '-ERR syntax error, WITHSCORES not supported in combination with BYLEX'],
    ['ZRANGE z 0 1 BYSCORE BYLEX', SYNTAX],
    ['ZRANGE z 0 1 BYSCORE LIMIT 0', SYNTAX],
    ['ZRANGE z 0 1 BYSCORE LIMIT 0 x', NOT_AN_INTEGER],
    ['ZRANGESTORE d z 0 1 WITHSCORES', SYNTAX],
    ['ZREVRANGE z 0 1 REV', SYNTAX],
    ['ZRANGEBYSCORE z 0 1 BYSCORE', SYNTAX],
    ['ZRANGEBYSCORE z x 1', float],
    ['ZRANGEBYSCORE z ((1 1', float],
    ['ZCOUNT z 0 nan', float],
    ['ZREMRANGEBYSCORE z 0 1x', float],
    ['ZRANGEBYLEX z a [b', lex],
    ['ZLEXCOUNT z -a +', lex],
    ['ZREMRANGEBYLEX z - ++', lex],
    ['ZREMRANGEBYRANK z 0 x', NOT_AN_INTEGER],
  ]);
  t.equal(console.send('ZCOUNT', 'z', ' -1', '0\0x'), ':1', 'as strtod reads it');
  t.equal(console.send('ZCOUNT', 'z', '', '1e999'), ':1', 'nothing is 0, too much is infinite');
  t.equal(console.send('ZCOUNT', 'z', '-0x1p-9999', '-'), float);
});

t.test('ranges are removed, and with the last member the set', async (t) => {
  const console = new Console();
  fill(console, 'z', 300);
  dialogue(t, console, [
    ['ZREMRANGEBYRANK z 0 99', ':100'],
    ['ZREMRANGEBYSCORE z (250 +inf', ':49'],
    ['ZREMRANGEBYRANK z 500 600', ':0'],
    ['ZRANGE z 0 0', '*1 $4 m100'],
    ['ZCARD z', ':151'],
    ['ZSCORE z m99', '$-1'],
    ['ZREMRANGEBYRANK z -1 -1', ':1'],
    ['ZREMRANGEBYRANK z 0 -1', ':150'],
    ['EXISTS z', ':0'],
    ['ZADD l 0 a 0 b 0 c', ':3'],
    ['ZREMRANGEBYLEX l (a +', ':2'],
    ['ZRANGE l 0 -1', '*1 $1 a'],
  ]);
});

t.test('ZRANGESTORE stores a range in place of whatever was there, and an empty one removes it', async (t) => {
  const console = new Console();
  fill(console, 'z', 300);
  dialogue(t, console, [
    ['SET d text', '+OK'],
    ['ZRANGESTORE d z 1 2', ':2'],
    ['ZRANGE d 0 -1 WITHSCORES', '*4 $2 m1 $1 1 $2 m2 $1 2'],
    ['ZRANGESTORE d z 5 3 BYSCORE REV LIMIT 1 1', ':1'],
    ['ZRANGE d 0 -1', '*1 $2 m4'],
    ['OBJECT ENCODING d', '$8 listpack'],
    ['ZRANGESTORE d z 0 200', ':201'],
    ['OBJECT ENCODING d', '$8 skiplist'],
    ['ZRANGESTORE z z 7 8', ':2'],
    ['ZCARD z', ':2'],
    ['ZRANGESTORE d z 5 6', ':0'],
    ['EXISTS d', ':0'],
  ]);
});

t.test('members are popped from both ends, until nothing is left', async (t) => {
  const console = new Console();
  fill(console, 'z', 1000);
  dialogue(t, console, [
    ['ZPOPMIN z', '*2 $2 m0 $1 0'],
    ['ZPOPMAX z', '*2 $4 m999 $3 999'],
    ['ZPOPMIN z 2', '*4 $2 m1 $1 1 $2 m2 $1 2'],
    ['ZPOPMAX z 2', '*4 $4 m998 $3 998 $4 m997 $3 997'],
    ['ZPOPMAX z 0', '*0'],
    ['ZMPOP 2 none z MAX COUNT 2', '*2 $1 z *2 *2 $4 m996 $3 996 *2 $4 m995 $3 995'],
    ['ZMPOP 2 none z MIN', '*2 $1 z *1 *2 $2 m3 $1 3'],
    ['ZCARD z', ':991'],
  ]);
  t.equal(console.strings('ZPOPMIN z 5000').length, 2 * 991);
  t.equal(console.collection('z'), undefined);
});

t.test('pops say what is wrong', async (t) => {
  const positive = '-ERR value is out of range, must be positive';
  dialogue(t, new Console(), [
    ['ZADD z 1 a', ':1'],
    ['ZPOPMIN z -1', positive],
    ['ZPOPMAX z x', positive],
    ['ZPOPMIN z 1 2', SYNTAX],
    ['ZMPOP 0 z MIN', '-ERR numkeys should be greater than 0'],
    ['ZMPOP x z MIN', '-ERR numkeys should be greater than 0'],
    ['ZMPOP 2 z MIN', SYNTAX],
    ['ZMPOP 1 z MID', SYNTAX],
    ['ZMPOP 1 z MIN COUNT 0', '-ERR count should be greater than 0'],
    ['ZMPOP 1 z MIN COUNT 1 COUNT 1', SYNTAX],
    ['ZMPOP 1 z MIN COUNT', SYNTAX],
    ['BZPOPMIN z x', '-ERR timeout is not a float or out of range'],
    ['BZPOPMAX z -1', '-ERR timeout is negative'],
    ['BZMPOP inf 1 z MIN', '-ERR timeout is negative'],
    ['BZPOPMIN z 1e16', '-ERR timeout is negative'],
    ['BZPOPMIN z -0.0001', '*3 $1 z $1 a $1 1'],
    ['BZMPOP 0 1 z', "-ERR wrong number of arguments for 'bzmpop' command"],
  ]);
});

t.test('sets are united, intersected and subtracted with their scores', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD a 1 x 2 y 3 z', ':3'],
    ['ZADD b 10 y 20 z 30 w', ':3'],
    ['SADD s x w', ':2'],
    ['ZUNION 2 a b WITHSCORES', '*8 $1 x $1 1 $1 y $2 12 $1 z $2 23 $1 w $2 30'],
    ['ZUNION 2 a b WEIGHTS 10 -1 WITHSCORES', '*8 $1 w $3 -30 $1 x $2 10 $1 y $2 10 $1 z $2 10'],
    ['ZUNION 3 a b s AGGREGATE MIN WITHSCORES', '*8 $1 w $1 1 $1 x $1 1 $1 y $1 2 $1 z $1 3'],
    ['ZUNION 2 a s AGGREGATE MAX', '*4 $1 w $1 x $1 y $1 z'],
    ['ZINTER 2 a b WITHSCORES', '*4 $1 y $2 12 $1 z $2 23'],
    ['ZINTER 2 a s WEIGHTS 5 2 WITHSCORES', '*2 $1 x $1 7'],
    ['ZINTER 2 a a AGGREGATE MAX', '*3 $1 x $1 y $1 z'],
    ['ZDIFF 2 a b WITHSCORES', '*2 $1 x $1 1'],
    ['ZDIFF 3 a b s', '*0'],
    ['ZDIFF 1 s WITHSCORES', '*4 $1 w $1 1 $1 x $1 1'],
    ['ZINTERCARD 2 a b', ':2'],
    ['ZINTERCARD 2 a b LIMIT 1', ':1'],
    ['ZINTERCARD 2 a none LIMIT 0', ':0'],
    ['ZUNIONSTORE d 2 a b', ':4'],
    ['ZSCORE d z', '$2 23'],
    ['ZINTERSTORE d 2 a b AGGREGATE MIN', ':2'],
    ['ZRANGE d 0 -1 WITHSCORES', '*4 $1 y $1 2 $1 z $1 3'],
    ['ZDIFFSTORE a 2 a b', ':1'],
    ['ZINTERSTORE d 2 a b', ':0'],
    ['EXISTS d', ':0'],
  ]);
});

t.test('infinities of both signs add up to 0, and the sign of a zero is kept where it is not stored', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD a inf x 0 y', ':2'],
    ['ZADD b -inf x', ':1'],
    ['ZUNION 2 a b WITHSCORES', '*4 $1 x $1 0 $1 y $1 0'],
    ['ZINTER 2 a a WEIGHTS 0 1 WITHSCORES', '*4 $1 y $1 0 $1 x $3 inf'],
    ['ZUNION 1 a WEIGHTS -1 WITHSCORES', '*4 $1 x $4 -inf $1 y $2 -0'],
    ['ZUNION 2 a a WEIGHTS -1 0 WITHSCORES', '*4 $1 x $4 -inf $1 y $1 0'],
    ['ZUNIONSTORE d 1 a WEIGHTS -1', ':2'],
    ['ZSCORE d y', '$1 0'],
  ]);
});

t.test('what combines sets says what is wrong', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD z 1 a', ':1'],
    ['ZUNION 0 z', "-ERR at least 1 input key is needed for 'zunion' command"],
    ['ZINTERSTORE d -1 z', "-ERR at least 1 input key is needed for 'zinterstore' command"],
    ['ZDIFF x z', NOT_AN_INTEGER],
    ['ZUNION 2 z', SYNTAX],
    ['ZUNION 1 z WEIGHTS', SYNTAX],
    ['ZUNION 1 z WEIGHTS x', '-ERR weight value is not a float'],
    ['ZUNION 1 z AGGREGATE AVG', SYNTAX],
    ['ZUNIONSTORE d 1 z WITHSCORES', SYNTAX],
    ['ZDIFF 1 z WEIGHTS 1', SYNTAX],
    ['ZINTERCARD 1 z LIMIT -1', "-ERR LIMIT can't be negative"],
    ['ZINTERCARD 1 z WITHSCORES', SYNTAX],
  ]);
});

t.test('a large union and intersection are right', async (t) => {
  const console = new Console();
  fill(console, 'a', 1000);
  for (let i = 500; i < 1500; i++) console.run(`ZADD b 1 m${i}`);
  t.equal(console.run('ZINTERCARD 2 a b'), ':500');
  t.equal(console.run('ZUNIONSTORE u 2 a b'), ':1500');
  t.equal(console.run('ZSCORE u m700'), '$3 701');
  t.equal(console.run('ZDIFFSTORE d 2 a b'), ':500');
  t.equal(console.run('ZRANGE d -1 -1'), '*1 $4 m499');
});

t.test('ZRANDMEMBER answers different members, or with a negative count any', async (t) => {
  for (const size of [20, 500]) {
    const console = new Console();
    fill(console, 'z', size);
    for (const count of [1, size / 4, size, size + 1]) t.equal(new Set(console.strings(`ZRANDMEMBER z ${count}`)).size, Math.min(count, size));
    t.equal(console.strings(`ZRANDMEMBER z -${size * 2}`).length, size * 2);
    const [member, score] = console.strings('ZRANDMEMBER z -1 WITHSCORES');
    t.equal(member, `m${score}`);
    t.match(console.run('ZRANDMEMBER z'), /^\$\d m\d+$|^\$4 m\d{3}$/);
  }
});

t.test('ZSCAN shows whole scores of a small set with all digits, and those of a large one as any reply', async (t) => {
  dialogue(t, new Console(), [
    ['ZADD z 1e17 a -0 b 1e19 c', ':3'],
    ['ZSCAN z 0', '*2 $1 0 *6 $1 b $1 0 $1 a $18 100000000000000000 $1 c $5 1e+19'],
    ['CONFIG SET zset-max-listpack-entries 0', '+OK'],
    ['ZADD z 1 d', ':1'],
    ['ZREM z b c d', ':3'],
    ['ZSCAN z 0', '*2 $1 0 *2 $1 a $5 1e+17'],
  ]);
});

t.test('ZSCAN goes through a large set in steps, and shows a small one at once', async (t) => {
  const console = new Console();
  fill(console, 'large', 1000);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, ...members] = console.strings(`ZSCAN large ${cursor} COUNT 20 MATCH m?5*`) as [string, ...string[]];
    t.ok(members.length < 200);
    seen.push(...members);
    cursor = next;
  } while (cursor !== '0');
  t.equal(seen.length, 2 * 99);
  t.ok(seen.every((text, i) => i % 2 === 0 || seen[i - 1] === `m${text}`));
  dialogue(t, console, [
    ['ZADD small 2 b 1 a', ':2'],
    ['ZSCAN small 0 COUNT 1', '*2 $1 0 *4 $1 a $1 1 $1 b $1 2'],
    ['ZSCAN small 7 MATCH b', '*2 $1 0 *2 $1 b $1 2'],
    ['ZSCAN small 0 COUNT 0', SYNTAX],
    ['ZSCAN small abc', '-ERR invalid cursor'],
    ['ZSCAN small 18446744073709551616', '-ERR invalid cursor'],
    [`ZSCAN small ${'0'.repeat(100)}7 MATCH b`, '*2 $1 0 *2 $1 b $1 2'],
    [`ZSCAN small ${'1'.repeat(20_000_000)}`, '-ERR invalid cursor'],
    ['ZSCAN none 0', '*2 $1 0 *0'],
  ]);
});

t.test('each change is announced, and the end of a set after it', async (t) => {
  const console = new Console();
  const lines: [string, ...string[]][] = [
    ['ZADD z 1 a 2 b 3 c 4 d 5 e 6 f', 'zadd z'],
    ['ZADD z 1 a'],
    ['ZADD z GT 2 a', 'zadd z'],
    ['ZINCRBY z 1 a', 'zincr z'],
    ['ZREM z a x', 'zrem z'],
    ['ZREM z x'],
    ['ZREMRANGEBYRANK z 0 0', 'zremrangebyrank z'],
    ['ZREMRANGEBYSCORE z 3 3', 'zremrangebyscore z'],
    ['ZREMRANGEBYSCORE z 3 3'],
    ['ZRANGESTORE d z 0 1', 'zrangestore d'],
    ['ZUNIONSTORE d 1 z', 'zunionstore d'],
    ['ZINTERSTORE d 1 z', 'zinterstore d'],
    ['ZDIFFSTORE d 1 z', 'zdiffstore d'],
    ['ZDIFFSTORE d 2 z z', 'del d'],
    ['ZDIFFSTORE d 2 z z'],
    ['ZPOPMIN z', 'zpopmin z'],
    ['BZPOPMAX z 0', 'zpopmax z'],
    ['ZMPOP 1 z MIN', 'zpopmin z', 'del z'],
  ];
  for (const [line, ...changes] of lines) t.strictSame(console.changesOf(line), changes, line);
});

t.test('who pops from no set waits for one, passes over what else is there, and is served in turn', async (t) => {
  const kv = await throwAwayKv();
  t.teardown(() => kv.close());
  const [first, second, third, writer] = await Promise.all([connect(t, kv), connect(t, kv), connect(t, kv), connect(t, kv)]);
  const sent = async (client: RespClient, command: string) => {
    client.send([command.split(' ')]);
    // What was sent before is served before.
    await writer.call('PING');
  };
  await sent(first, 'BZPOPMIN a b 0');
  await sent(second, 'BZMPOP 0 2 a b MAX COUNT 5');
  await sent(third, 'BZPOPMAX c 0.01');
  t.strictSame((await third.receive(1)).map(plain), [null], 'its time is up');
  await writer.pipeline([['SET', 'a', 'text'], ['DEL', 'a'], ['ZADD', 'b', '1', 'x', '2', 'y', '3', 'z']]);
  t.strictSame((await first.receive(1)).map(plain), [['b', 'x', '1']]);
  t.strictSame((await second.receive(1)).map(plain), [['b', [['z', '3'], ['y', '2']]]]);
  const replies = await writer.pipeline([['EXISTS', 'a', 'b'], ['MULTI'], ['BZPOPMIN', 'a', '0'], ['EXEC']]);
  t.strictSame(replies.map(plain), [0, 'OK', 'QUEUED', [null]], 'nobody waits in a transaction');
});

async function connect(t: Test, address: Address): Promise<RespClient> {
  const client = await RespClient.connect(address);
  t.teardown(() => client.close());
  return client;
}
