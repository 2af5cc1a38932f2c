import t from 'tap';
import { Console, dialogue } from '../support/console.js';
import { LocalServer } from '../support/local-server.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const NO_OFFSET = '-ERR bit offset is not an integer or out of range';
const SYNTAX = '-ERR syntax error';

t.test('bits are set, cleared and read; the string grows by zeros', async (t) => {
  dialogue(t, new Console(), [
    ['SETBIT b 7 1', ':0'],
    ['SETBIT b 7 1', ':1'],
    ['SETBIT b 17 0', ':0'],
    ['STRLEN b', ':3'],
    ['GETBIT b 7', ':1'],
    ['GETBIT b 100', ':0'],
    ['GETBIT none 7', ':0'],
    ['SETBIT b 7 0', ':1'],
    ['GET b', '$3 \0\0\0'],
    ['OBJECT ENCODING b', '$3 raw'],
    ['SETBIT b -1 1', NO_OFFSET],
    ['SETBIT b 4294967296 1', NO_OFFSET],
    ['GETBIT b x', NO_OFFSET],
    ['SETBIT b 0 2', '-ERR bit is not an integer or out of range'],
  ]);
});

t.test('a bit that changes nothing announces no change, unless the string grows', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('SETBIT b 9 0'), ['setbit b']);
  t.strictSame(console.changesOf('SETBIT b 9 0'), []);
  t.strictSame(console.changesOf('SETBIT b 9 1'), ['setbit b']);
  t.strictSame(console.changesOf('BITFIELD b GET u8 0'), []);
  t.strictSame(console.changesOf('BITFIELD b SET u8 0 0'), []);
  t.strictSame(console.changesOf('BITFIELD b SET u8 0 1 SET u8 8 1'), ['setbit b']);
  t.strictSame(console.changesOf('BITOP NOT c b'), ['set c']);
  t.strictSame(console.changesOf('BITOP NOT c none'), ['del c']);
  t.strictSame(console.changesOf('BITOP NOT c none'), []);
});

t.test('bits are counted and found in ranges of bytes and of bits', async (t) => {
  const console = new Console();
  console.send('SET', 'b', '\xff\xf0\0');
  dialogue(t, console, [
    ['BITCOUNT b', ':12'],
    ['BITCOUNT b 1 -1', ':4'],
    ['BITCOUNT b 5 30 BIT', ':7'],
    ['BITCOUNT b -1 -2 NONSENSE', ':0'],
    ['BITCOUNT b 0 1 NONSENSE', SYNTAX],
    ['BITCOUNT b 0', SYNTAX],
    ['BITPOS b 0', ':12'],
    ['BITPOS b 1 2', ':-1'],
    ['BITPOS b 0 0 0', ':-1'],
    ['BITPOS b 0 3 9 BIT', ':-1'],
    ['BITPOS b 1 3 -1 BIT', ':3'],
    ['BITPOS b 2', '-ERR The bit argument must be 1 or 0.'],
    ['BITPOS none 0', ':0'],
    ['BITPOS none 1', ':-1'],
    ['SET b x', '+OK'],
    ['BITOP OR b b none', ':1'],
  ]);
  console.send('SET', 'b', '\xff\xff');
  t.equal(console.run('BITPOS b 0'), ':16', 'behind the string there are zeros');
  t.equal(console.run('BITPOS b 0 0 -1'), ':-1', 'unless it is said where it ends');
});

t.test('there may be as many operands as a request may have', async (t) => {
  const client = new LocalServer().connect();
  t.equal(client.send('SET a x', `BITOP OR b${' none'.repeat(150_000)} a`), '+OK :1');
  t.match(client.send(`BITFIELD b${' SET u1 0 1'.repeat(150_000)}`), /^\*150000 /);
});

t.test('strings are combined bit by bit', async (t) => {
  const console = new Console();
  console.send('SET', 'a', '\x0f\xff');
  console.send('SET', 'b', '\x3c');
  const combined = (operation: string) => [console.run(`BITOP ${operation} c a b`), console.run('GET c')];
  t.strictSame(combined('AND'), [':2', '$2 \x0c\0']);
  t.strictSame(combined('or'), [':2', '$2 \x3f\xff']);
  t.strictSame(combined('XOR'), [':2', '$2 \x33\xff']);
  dialogue(t, console, [
    ['BITOP NOT a a', ':2'],
    ['GET a', '$2 \xf0\0'],
    ['BITOP NOT a a b', '-ERR BITOP NOT must be called with a single source key.'],
    ['BITOP NAND a a b', SYNTAX],
    ['BITOP AND a none', ':0'],
    ['EXISTS a', ':0'],
  ]);
});

t.test('integers of some bits overflow as they are told to', async (t) => {
  dialogue(t, new Console(), [
    ['BITFIELD f SET u8 0 255 GET u4 0 GET i4 #1 INCRBY u2 8 5', '*4 :0 :15 :-1 :1'],
    ['BITFIELD f OVERFLOW SAT INCRBY u8 0 10 OVERFLOW FAIL INCRBY u8 0 1 OVERFLOW WRAP INCRBY u8 0 1', '*3 :255 $-1 :0'],
    ['BITFIELD f SET i64 64 9223372036854775807 GET i64 #1', '*2 :0 :9223372036854775807'],
    ['BITFIELD none GET u8 0', '*1 :0'],
    ['EXISTS none', ':0'],
    ['BITFIELD new OVERFLOW FAIL SET u1 20 2', '*1 $-1'],
    ['STRLEN new', ':3'],
    ['BITFIELD_RO f GET u8 64', '*1 :127'],
    ['BITFIELD_RO f SET u8 0 1', '-ERR BITFIELD_RO only supports the GET subcommand'],
    ['BITFIELD f', '*0'],
    ['BITFIELD f GET u64 0', '-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.'],
    ['BITFIELD f OVERFLOW NEVER', '-ERR Invalid OVERFLOW type specified'],
    ['BITFIELD f GET u8', SYNTAX],
    ['BITFIELD f GET u8 #-1', NO_OFFSET],
    ['BITFIELD f SET u8 0 x', '-ERR value is not an integer or out of range'],
  ]);
});

t.test('a key of another type is an error, and stays', async (t) => {
  const console = new Console();
  console.run('RPUSH l x');
  const lines = ['SETBIT l 0 1', 'GETBIT l 0', 'BITCOUNT l', 'BITPOS l 0', 'BITOP NOT c l', 'BITFIELD l GET u8 0', 'BITFIELD l SET u8 0 1', 'BITFIELD_RO l GET u8 0'];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
  t.equal(console.run('LLEN l'), ':1');
});
