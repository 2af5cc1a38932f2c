import t, { type Test } from 'tap';
import { throwAwayKv } from '../../src/index.js';
import { Console, dialogue } from '../support/console.js';
import { type LocalClient, LocalServer } from '../support/local-server.js';
import { RespClient } from '../support/resp-client.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';

/** A server with so many clients. */
function clients(count: number): { local: LocalServer; at: (index: number) => LocalClient } {
  const local = new LocalServer();
  const all = Array.from({ length: count }, () => local.connect());
  return { local, at: (index) => all[index] as LocalClient };
}

/** Whoever waits has no reply yet. */
function waits(t: Test, client: LocalClient, line: string): void {
  t.equal(client.send(line), '', `${line} waits`);
}

t.test('elements are pushed, answered, moved and popped at both ends, and with the last one the list is gone', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['RPUSH l a b', ':2'],
    ['LPUSH l c d', ':4'],
    ['LRANGE l 0 -1', '*4 $1 d $1 c $1 a $1 b'],
    ['LRANGE l -3 1', '*1 $1 c'],
    ['LRANGE l 2 1', '*0'],
    ['LRANGE l -9223372036854775808 9223372036854775807', '*4 $1 d $1 c $1 a $1 b'],
    ['LINDEX l -1', '$1 b'],
    ['LSET l 1 longer', '+OK'],
    ['LINSERT l AFTER longer x', ':5'],
    ['LMOVE l l LEFT RIGHT', '$1 d'],
    ['RPOPLPUSH l m', '$1 d'],
    ['LPOP l 2', '*2 $6 longer $1 x'],
    ['RPOP l 2', '*2 $1 b $1 a'],
    ['LLEN l', ':0'],
    ['LMPOP 2 l m RIGHT COUNT 7', '*2 $1 m *1 $1 d'],
  ]);
  for (const key of ['l', 'm']) t.equal(console.collection(key), undefined);
});

t.test('a list of a hundred thousand elements is read, changed and searched at any place', async (t) => {
  const console = new Console();
  for (let i = 0; i < 1000; i++) console.run(`RPUSH l ${Array.from({ length: 100 }, (_, j) => i * 100 + j).join(' ')}`);
  dialogue(t, console, [
    ['LINDEX l 77777', '$5 77777'],
    ['LINDEX l -77777', '$5 22223'],
    ['LPOS l 66666', ':66666'],
    ['LSET l 50000 changed', '+OK'],
    ['LINSERT l BEFORE changed before', ':100001'],
    ['LRANGE l 49999 50002', '*4 $5 49999 $6 before $7 changed $5 50001'],
    ['LREM l -1 50001', ':1'],
    ['LTRIM l 49999 -49998', '+OK'],
    ['LRANGE l 0 -1', '*4 $5 49999 $6 before $7 changed $5 50002'],
    ['LTRIM l 7 9', '+OK'],
  ]);
  t.equal(console.collection('l'), undefined);
});

t.test('what is said in RESP3 differs where nothing is there', async (t) => {
  const console = new Console();
  const lines = ['LPOP n', 'LPOP n 2', 'LINDEX n 0', 'LPOS n a', 'LPOS n a COUNT 1', 'LMOVE n m LEFT LEFT', 'RPOPLPUSH n m', 'LMPOP 1 n LEFT', 'LRANGE n 0 -1'];
  const replies = () => lines.map((line) => console.run(line));
  t.strictSame(replies(), ['$-1', '*-1', '$-1', '$-1', '*0', '$-1', '$-1', '*-1', '*0']);
  console.client.version = 3;
  t.strictSame(replies(), ['_', '_', '_', '_', '*0', '_', '_', '_', '*0']);
});

t.test('a move to a key of another type is an error, and nothing is moved', async (t) => {
  dialogue(t, new Console(), [
    ['RPUSH l a', ':1'],
    ['SET s x', '+OK'],
    ['LMOVE l s LEFT LEFT', WRONG_TYPE],
    ['BLMOVE l s LEFT LEFT 0', WRONG_TYPE],
    ['LMOVE none s LEFT LEFT', '$-1'],
    ['LRANGE l 0 -1', '*1 $1 a'],
  ]);
});

t.test('each change is announced, a push before the pop that it follows from', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('RPUSH a 1 2 3'), ['rpush a']);
  t.strictSame(console.changesOf('LPUSHX a 0'), ['lpush a']);
  t.strictSame(console.changesOf('LPUSHX none 0'), []);
  t.strictSame(console.changesOf('LMOVE a b LEFT RIGHT'), ['rpush b', 'lpop a']);
  t.strictSame(console.changesOf('RPOPLPUSH b b'), ['lpush b', 'rpop b']);
  t.strictSame(console.changesOf('RPOPLPUSH b a'), ['lpush a', 'rpop b', 'del b']);
  t.strictSame(console.changesOf('LINSERT a BEFORE 1 0'), ['linsert a']);
  t.strictSame(console.changesOf('LREM a 0 x'), []);
  t.strictSame(console.changesOf('LREM a 0 0'), ['lrem a']);
  t.strictSame(console.changesOf('LSET a 0 x'), ['lset a']);
  t.strictSame(console.changesOf('LTRIM a 0 -1'), ['ltrim a']);
  t.strictSame(console.changesOf('LMPOP 1 a LEFT'), ['lpop a']);
  t.strictSame(console.changesOf('BRPOP a 0'), ['rpop a']);
  t.strictSame(console.changesOf('LTRIM a 5 9'), ['ltrim a', 'del a']);
});

t.test('a timeout is a number of seconds from 0 on, of up to 64 bits of milliseconds', async (t) => {
  const { local, at } = clients(1);
  for (const timeout of ['x', 'nan', '', '1e5000']) t.equal(at(0).send(`BLPOP l ${timeout}`), '-ERR timeout is not a float or out of range', timeout);
  for (const timeout of ['-1', '-0.1', 'inf', '-inf', '1e16', '1e400']) t.equal(at(0).send(`BLPOP l ${timeout}`), '-ERR timeout is negative', timeout);
  t.equal(at(0).send('BLMPOP -1 1 l LEFT COUNT 0'), '-ERR count should be greater than 0', 'which is looked at first');
  for (const [timeout, ms] of [['0x10', 16_000], ['.5', 500], ['1e-400', 1], ['0.0011', 2]] as const) {
    waits(t, at(0), `BRPOP l ${timeout}`);
    local.elapse(ms - 1);
    t.equal(at(0).received(), '', timeout);
    local.elapse(1);
    t.equal(at(0).received(), '*-1', timeout);
  }
  waits(t, at(0), 'BLMOVE l m LEFT LEFT -0.0009');
  local.elapse(1e12);
  t.equal(at(0).received(), '', 'less than a millisecond is none: for ever');
});

t.test('whoever has waited longest is served first, each with one element, and the rest stays', async (t) => {
  const { local, at } = clients(4);
  waits(t, at(0), 'BLPOP l 0');
  waits(t, at(1), 'BRPOP l 0');
  waits(t, at(2), 'BLMPOP 0 1 l LEFT COUNT 2');
  t.equal(local.server.blocking.size, 3);
  t.equal(at(3).send('RPUSH l a b c d e'), ':5', 'the length before anybody is served');
  t.equal(at(0).received(), '*2 $1 l $1 a');
  t.equal(at(1).received(), '*2 $1 l $1 e');
  t.equal(at(2).received(), '*2 $1 l *2 $1 b $1 c');
  t.equal(at(3).send('LRANGE l 0 -1'), '*1 $1 d');
  t.equal(local.server.blocking.size, 0);
});

t.test('who is served and waits again comes last', async (t) => {
  const { at } = clients(3);
  at(0).send('BLPOP l 0', 'BLPOP l 0');
  waits(t, at(1), 'BLPOP l 0');
  at(2).send('RPUSH l 1');
  at(2).send('RPUSH l 2');
  t.equal(at(0).received(), '*2 $1 l $1 1');
  t.equal(at(1).received(), '*2 $1 l $1 2');
  at(2).send('RPUSH l 3');
  t.equal(at(0).received(), '*2 $1 l $1 3');
});

t.test('of several keys the one is served that was ready first, and in a transaction when that is over', async (t) => {
  const { at } = clients(2);
  waits(t, at(0), 'BLPOP first second 0');
  t.equal(at(1).send('MULTI', 'RPUSH second a', 'RPUSH first b', 'LPUSH second c', 'EXEC'), '+OK +QUEUED +QUEUED +QUEUED *3 :1 :1 :2');
  t.equal(at(0).received(), '*2 $6 second $1 c');
  waits(t, at(0), 'BLPOP third fourth third 0');
  t.equal(at(1).send('RPUSH third x', 'EXISTS third'), ':1 :0');
  t.equal(at(0).received(), '*2 $5 third $1 x');
});

t.test('what a transaction pushes and takes away again serves nobody', async (t) => {
  const { at } = clients(2);
  waits(t, at(0), 'BLPOP l 0');
  at(1).send('MULTI', 'RPUSH l a', 'DEL l', 'SADD l b', 'EXEC');
  t.equal(at(0).received(), '');
  at(1).send('DEL l', 'RPUSH l c');
  t.equal(at(0).received(), '*2 $1 l $1 c');
});

t.test('a key that gets another type is waited for on, and does not hide the other keys', async (t) => {
  const { at } = clients(3);
  waits(t, at(0), 'BLPOP one two 0');
  waits(t, at(2), 'BZPOPMIN one two 0');
  at(1).send('SET one text', 'ZADD two 1 m');
  t.equal(at(0).received(), '');
  t.equal(at(2).received(), '*3 $3 two $1 m $1 1', 'who waits for sorted sets has what it wants');
  at(1).send('RPUSH two x');
  t.equal(at(0).received(), '*2 $3 two $1 x');
});

t.test('one move serves the next, and a ring of them ends', async (t) => {
  const { at } = clients(4);
  waits(t, at(2), 'BLPOP c 0');
  waits(t, at(1), 'BLMOVE b c RIGHT LEFT 0');
  waits(t, at(0), 'BRPOPLPUSH a b 0');
  t.equal(at(3).send('RPUSH a x', 'EXISTS a b c'), ':1 :0');
  for (const index of [0, 1]) t.equal(at(index).received(), '$1 x');
  t.equal(at(2).received(), '*2 $1 c $1 x');
  waits(t, at(0), 'BLMOVE a b LEFT LEFT 0');
  waits(t, at(1), 'BLMOVE b a LEFT LEFT 0');
  t.equal(at(3).send('RPUSH a y', 'LRANGE a 0 -1'), ':1 *1 $1 y');
  for (const index of [0, 1]) t.equal(at(index).received(), '$1 y');
});

t.test('a move whose destination has become another type ends with an error, and takes nothing', async (t) => {
  const { at } = clients(3);
  waits(t, at(0), 'BLMOVE a b LEFT LEFT 0');
  waits(t, at(1), 'BLPOP a 0');
  t.equal(at(2).send('SET b x', 'RPUSH a 1'), '+OK :1');
  t.equal(at(0).received(), WRONG_TYPE);
  t.equal(at(1).received(), '*2 $1 a $1 1');
});

t.test('lists that come by another way than a push are served as well', async (t) => {
  const ways = [['RENAME source l'], ['COPY source l'], ['SORT source ALPHA STORE l'], ['SELECT 1', 'MOVE l 0'], ['SWAPDB 0 2'], ['MULTI', 'RENAME source l', 'EXEC']];
  for (const way of ways) {
    const { at } = clients(2);
    at(1).send('RPUSH source a', 'SELECT 1', 'RPUSH l a', 'SELECT 2', 'RPUSH l a', 'SELECT 0');
    waits(t, at(0), 'BLPOP l 0');
    at(1).send(...way);
    t.equal(at(0).received(), '*2 $1 l $1 a', way.join(', '));
  }
});

t.test('requests behind one that waits are served after it, in order, with what else has come', async (t) => {
  const { local, at } = clients(2);
  t.equal(at(0).send('PING', 'BLPOP l 1', 'ECHO one'), '+PONG');
  t.equal(at(0).send('BLPOP l 1', 'ECHO two'), '');
  at(1).send('RPUSH l a');
  t.equal(at(0).received(), '*2 $1 l $1 a $3 one', 'and the next one waits');
  local.elapse(1000);
  t.equal(at(0).received(), '*-1 $3 two');
  t.equal(at(0).send('PING'), '+PONG');
});

t.test('who waits in a transaction has waited long enough', async (t) => {
  const { local, at } = clients(1);
  const reply = at(0).send('MULTI', 'BLPOP l 0', 'BLMOVE l m LEFT LEFT 0', 'BRPOPLPUSH l m 0', 'BLMPOP 0 1 l LEFT', 'RPUSH l a', 'BLPOP l 0', 'EXEC');
  t.ok(reply.endsWith('*6 *-1 $-1 $-1 *-1 :1 *2 $1 l $1 a'), reply);
  t.equal(local.server.blocking.size, 0);
});

t.test('who disconnects while waiting takes nothing', async (t) => {
  const { local, at } = clients(3);
  waits(t, at(0), 'BLPOP l 5');
  waits(t, at(1), 'BLPOP l 5');
  at(0).close();
  at(2).send('RPUSH l a');
  t.equal(at(1).received(), '*2 $1 l $1 a');
  local.elapse(5000);
  t.equal(at(0).received(), '');
  t.equal(local.server.keyspace.databases[0]?.observers, 0, 'and changes cost nothing again');
});

t.test('CLIENT UNBLOCK ends a wait, as if its time were up or with an error', async (t) => {
  const { at } = clients(2);
  const { id } = at(0).client;
  waits(t, at(0), 'BLMOVE a b LEFT LEFT 0');
  t.equal(at(1).send(`CLIENT UNBLOCK ${id}`, `CLIENT UNBLOCK ${id}`), ':1 :0');
  t.equal(at(0).received(), '*-1');
  t.equal(at(0).send('BLPOP a 0', 'PING'), '');
  t.equal(at(1).send(`CLIENT UNBLOCK ${id} ERROR`), ':1');
  t.equal(at(0).received(), '-UNBLOCKED client unblocked via CLIENT UNBLOCK +PONG');
});

t.test('a command that waits is counted once, shown once, and muted if replies are off', async (t) => {
  const { local, at } = clients(3);
  local.server.monitors.add(at(2).client);
  const before = local.server.stats.commandsProcessed;
  waits(t, at(0), 'BLPOP l 0');
  at(1).send('RPUSH l a');
  t.equal(local.server.stats.commandsProcessed - before, 2);
  t.equal(at(2).received().match(/"BLPOP"/g)?.length, 1);
  at(0).received();
  at(0).send('CLIENT REPLY OFF', 'BLPOP l 1', 'BLPOP l 1');
  at(1).send('RPUSH l a');
  local.elapse(1000);
  t.equal(at(0).send('CLIENT REPLY ON'), '+OK');
});

t.test('all who wait in a group of a stream hear that it has gone, and who waits for a list does not', async (t) => {
  const { at } = clients(4);
  at(3).send('XGROUP CREATE s g $ MKSTREAM');
  for (const index of [0, 1]) waits(t, at(index), 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >');
  waits(t, at(2), 'BLPOP l s2 0');
  at(3).send('DEL s');
  for (const index of [0, 1]) t.equal(at(index).received(), '-UNBLOCKED the stream key no longer exists');
  t.equal(at(2).received(), '');
});

t.test('thousands who wait for one key are served one for each element, in the order of their coming', async (t) => {
  const { local, at } = clients(3001);
  for (let i = 0; i < 3000; i++) at(i).send(i % 2 === 0 ? 'BLPOP l 0' : 'BLPOP x l y 9');
  for (let i = 0; i < 1500; i++) at(3000).send(`RPUSH l ${i}`);
  t.equal(at(1499).received(), '*2 $1 l $4 1499');
  t.equal(at(1500).received(), '');
  t.equal(local.server.blocking.size, 1500);
  at(3000).send(`RPUSH l ${'z '.repeat(1500).trimEnd()}`);
  t.equal(local.server.blocking.size, 0);
});

t.test('over a socket, a client waits in real time, and one that is cut off takes nothing', async (t) => {
  const server = await throwAwayKv();
  t.teardown(() => server.close());
  const [one, two] = await Promise.all([RespClient.connect(server), RespClient.connect(server)]);
  t.match(await one.call('BLPOP', 'l', '0.001'), { type: 'null' });
  one.send([['BLPOP', 'l', '0']]);
  const info = async () => ((await two.call('INFO', 'clients')) as { value: string }).value;
  while (!(await info()).includes('blocked_clients:1')) await two.call('PING');
  one.close();
  while (!(await info()).includes('blocked_clients:0')) await two.call('PING');
  t.match(await two.pipeline([['RPUSH', 'l', 'a'], ['LLEN', 'l']]), [{ value: '1' }, { value: '1' }]);
  two.close();
});
