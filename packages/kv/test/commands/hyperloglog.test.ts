import t from 'tap';
import { Console, dialogue } from '../support/console.js';

const NO_LOG = '-WRONGTYPE Key is not a valid HyperLogLog string value.';
const CORRUPT = '-INVALIDOBJ Corrupted HLL object detected';

function visitors(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => `visitor${from + i}`).join(' ');
}

t.test('elements are counted once, over several keys and merged', async (t) => {
  dialogue(t, new Console(), [
    ['PFADD a x y z x', ':1'],
    ['PFADD a x y', ':0'],
    ['PFADD b z w', ':1'],
    ['PFCOUNT a', ':3'],
    ['PFCOUNT a', ':3'],
    ['PFCOUNT a b none', ':4'],
    ['PFCOUNT none', ':0'],
    ['PFMERGE c a b none', '+OK'],
    ['PFCOUNT c', ':4'],
    ['PFADD empty', ':1'],
    ['PFADD empty', ':0'],
    ['PFCOUNT empty', ':0'],
    ['OBJECT ENCODING empty', '$3 raw'],
    ['PFMERGE nothing', '+OK'],
    ['STRLEN nothing', ':18'],
  ]);
});

t.test('a HyperLogLog becomes dense when it is large, and makes that which it is merged into dense', async (t) => {
  const console = new Console();
  console.run(`PFADD large ${visitors(0, 3000)}`);
  console.run('PFADD small x');
  dialogue(t, console, [
    ['PFDEBUG ENCODING large', '+dense'],
    ['PFDEBUG ENCODING small', '+sparse'],
    ['STRLEN large', ':12304'],
    ['PFMERGE small large', '+OK'],
    ['PFDEBUG ENCODING small', '+dense'],
    ['CONFIG SET hll-sparse-max-bytes 20', '+OK'],
    ['PFADD early a b c d', ':1'],
    ['PFDEBUG ENCODING early', '+dense'],
  ]);
});

t.test('a change is announced where there is one, and keeps the deadline', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('PFADD a x'), ['pfadd a']);
  console.run('EXPIREAT a 4102444800');
  t.strictSame(console.changesOf('PFADD a x'), []);
  t.strictSame(console.changesOf('PFADD a y'), ['pfadd a']);
  t.strictSame(console.changesOf('PFCOUNT a'), [' a'], 'the count is kept in the string, which is told without an event');
  t.strictSame(console.changesOf('PFCOUNT a'), []);
  t.strictSame(console.changesOf('PFMERGE a a'), ['pfadd a']);
  t.equal(console.run('EXPIRETIME a'), ':4102444800');
});

t.test('what is no HyperLogLog, and one whose registers do not add up, is an error and stays', async (t) => {
  const console = new Console();
  console.run('SET text HYLL');
  console.run('RPUSH list x');
  console.run('PFADD good x');
  console.send('APPEND', 'good', '\x7f\xff');
  dialogue(t, console, [
    ['PFADD text x', NO_LOG],
    ['PFCOUNT text', NO_LOG],
    ['PFMERGE text', NO_LOG],
    ['PFMERGE new text', NO_LOG],
    ['EXISTS new', ':0'],
    ['PFADD list x', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['PFCOUNT good', CORRUPT],
    ['PFMERGE new good', CORRUPT],
    ['PFMERGE good text', CORRUPT],
    ['GET text', '$4 HYLL'],
  ]);
});

t.test('PFDEBUG shows registers, and PFSELFTEST finds nothing wrong', async (t) => {
  const console = new Console();
  console.run('PFADD a a b c');
  dialogue(t, console, [
    ['PFDEBUG DECODE a', '$44 Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603'],
    ['PFDEBUG TODENSE a', ':1'],
    ['PFDEBUG TODENSE a', ':0'],
    ['PFDEBUG DECODE a', '-ERR HLL encoding is not sparse'],
    ['PFCOUNT a', ':3'],
    ['PFDEBUG ENCODING none', '-ERR The specified key does not exist'],
    ['PFDEBUG NONSENSE a', "-ERR Unknown PFDEBUG subcommand 'NONSENSE'"],
    ['PFSELFTEST', '+OK'],
  ]);
  const registers = console.run('PFDEBUG GETREG a').split(' ');
  t.equal(registers.length, 1 + 16_384);
  t.strictSame([8436, 12_711, 15_780].map((i) => registers[i + 1]), [':1', ':2', ':1']);
});
