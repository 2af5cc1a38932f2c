import t from 'tap';
import { Console, dialogue } from '../support/console.js';

const NO_NUMBERS = "-ERR One or more scores can't be converted into double";

t.test('numbers and texts are sorted, upwards and downwards, and cut', async (t) => {
  const console = new Console();
  console.run('RPUSH l 10 9 -1 2.5 9');
  console.run('SADD s b a c');
  console.run('ZADD z 3 30 2 20 1 10');
  dialogue(t, console, [
    ['SORT l', '*5 $2 -1 $3 2.5 $1 9 $1 9 $2 10'],
    ['SORT l DESC LIMIT 1 2', '*2 $1 9 $1 9'],
    ['SORT l ALPHA', '*5 $2 -1 $2 10 $3 2.5 $1 9 $1 9'],
    ['SORT l LIMIT 4 -1', '*1 $2 10'],
    ['SORT l LIMIT 9 9', '*0'],
    ['SORT l LIMIT -5 2', '*2 $2 -1 $3 2.5'],
    ['SORT s ALPHA DESC', '*3 $1 c $1 b $1 a'],
    ['SORT s', NO_NUMBERS],
    ['SORT z DESC', '*3 $2 30 $2 20 $2 10'],
    ['SORT_RO l LIMIT 0 1', '*1 $2 -1'],
    ['SORT none', '*0'],
    ['SORT_RO l STORE other', '-ERR syntax error'],
    ['SORT l LIMIT 1', '-ERR syntax error'],
    ['SORT l LIMIT a b', '-ERR value is not an integer or out of range'],
    ['SET text x', '+OK'],
    ['SORT text', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ]);
});

t.test('a number may be what C takes for one, but neither too small nor too great', async (t) => {
  const console = new Console();
  console.send('RPUSH', 'l', ' \t7', '0x10', 'inf', '-inf', '5\0x', '');
  t.equal(console.run('SORT l'), '*6 $4 -inf $0  $3 5\0x $3  \t7 $4 0x10 $3 inf');
  for (const text of ['5e-324', '1e400', 'nan', '1 ', '  ', 'x']) {
    console.run('DEL l');
    console.send('RPUSH', 'l', text);
    t.equal(console.run('SORT l'), NO_NUMBERS, text);
  }
});

t.test('elements are sorted by what other keys hold, and answered with it', async (t) => {
  const console = new Console();
  console.run('RPUSH l a b c');
  console.run('MSET weight_a 3 weight_b 1 name_a Anna name_b Bert');
  console.run('HSET about_a age 5');
  console.run('HSET about_c age 4');
  dialogue(t, console, [
    ['SORT l BY weight_*', '*3 $1 c $1 b $1 a'],
    ['SORT l BY weight_* DESC', '*3 $1 a $1 b $1 c'],
    ['SORT l BY about_*->age', '*3 $1 b $1 c $1 a'],
    ['SORT l BY name_* ALPHA GET name_* GET #', '*6 $-1 $1 c $4 Anna $1 a $4 Bert $1 b'],
    ['SORT l BY nosort GET about_*->age GET name_*->x GET about_* GET constant', '*12 $1 5 $-1 $-1 $-1 $-1 $-1 $-1 $-1 $1 4 $-1 $-1 $-1'],
    ['SORT l BY nosort DESC LIMIT 1 1', '*1 $1 b'],
    ['SORT l BY name_*', NO_NUMBERS],
    ['ZADD z 1 x 2 y 3 z', ':3'],
    ['SORT z BY nosort DESC LIMIT 0 2', '*2 $1 z $1 y'],
    ['SORT z BY nosort LIMIT 1 1', '*1 $1 y'],
  ]);
});

t.test('STORE makes a list of the result, and takes the key away if there is none', async (t) => {
  const console = new Console();
  console.run('RPUSH l 2 1');
  console.run('SET target x');
  t.strictSame(console.changesOf('SORT l STORE target'), ['sortstore target']);
  dialogue(t, console, [
    ['LRANGE target 0 -1', '*2 $1 1 $1 2'],
    ['SORT l GET none_* GET # STORE l', ':4'],
    ['LRANGE l 0 -1', '*4 $0  $1 1 $0  $1 2'],
    ['SADD s b a', ':2'],
    ['SORT s BY nosort STORE target', ':2'],
    ['LRANGE target 0 -1', '*2 $1 a $1 b'],
  ]);
  t.strictSame(console.changesOf('SORT none STORE target'), ['del target']);
  t.strictSame(console.changesOf('SORT none STORE target'), []);
});
