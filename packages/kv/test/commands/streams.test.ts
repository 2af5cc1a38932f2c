import t, { type Test } from 'tap';
import { untilBlocked } from '../support/conditions.js';
import { Console, dialogue } from '../support/console.js';
import { type Kv, startKv } from '../support/kv-server.js';
import { RespClient } from '../support/resp-client.js';
import { type Leaf, type Reply, plain } from '../support/resp-decoder.js';

const WRONG_TYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const INVALID_ID = '-ERR Invalid stream ID specified as stream command argument';
const NOT_ABOVE = '-ERR The ID specified in XADD is equal or smaller than the target stream top item';

// --- Entries

t.test('an entry gets the id that is given, the next one, or that of the time', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['XADD s 5-3 f v', '$3 5-3'],
    ['XADD s 5-* f v', '$3 5-4'],
    ['XADD s 6-* f v', '$3 6-0'],
    ['XADD s 7 f v', '$3 7-0'],
    ['XADD s 7 f v', NOT_ABOVE],
    ['XADD s 6-* f v', NOT_ABOVE],
    ['XADD t 0-0 f v', '-ERR The ID specified in XADD must be greater than 0-0'],
    ['XADD t 0-* f v', '$3 0-1'],
    ['XADD s 5--1 f v', INVALID_ID],
    ['XADD s x f v', INVALID_ID],
    ['XADD s 18446744073709551616 f v', INVALID_ID],
    ['XLEN s', ':4'],
  ]);
  console.server.keyspace.advance(1_700_000_000_000);
  t.equal(console.run('XADD s * f v'), '$15 1700000000000-0');
  t.equal(console.run('XADD s * f v'), '$15 1700000000000-1');
  console.server.keyspace.advance(1_600_000_000_000);
  t.equal(console.run('XADD s * f v'), '$15 1700000000000-2', 'the clock may go back, the ids may not');
});

t.test('behind the last id of all there is none', async (t) => {
  const exhausted = '-ERR The stream has exhausted the last possible ID, unable to add more items';
  dialogue(t, new Console(), [
    ['XADD s 5-18446744073709551615 f v', '$22 5-18446744073709551615'],
    ['XADD s 5-* f v', NOT_ABOVE],
    ['XADD s 18446744073709551615-18446744073709551615 f v', '$41 18446744073709551615-18446744073709551615'],
    ['XADD s * f v', exhausted],
    ['XADD s 1-1 f v', exhausted],
    ['XRANGE s (18446744073709551615-18446744073709551615 +', '-ERR invalid start ID for the interval'],
    ['XRANGE s - (0-0', '-ERR invalid end ID for the interval'],
    ['XRANGE s (5-18446744073709551614 (6', '*1 *2 $22 5-18446744073709551615 *2 $1 f $1 v'],
  ]);
});

t.test('a stream that has lost its last entry stays, and goes on counting', async (t) => {
  dialogue(t, new Console(), [
    ['XADD s NOMKSTREAM 1-1 f v', '$-1'],
    ['EXISTS s', ':0'],
    ['XADD s 1-1 f v', '$3 1-1'],
    ['XDEL s 1-1 1-1 9-9', ':1'],
    ['XLEN s', ':0'],
    ['XRANGE s - +', '*0'],
    ['XADD s 1-1 f v', NOT_ABOVE],
    ['XADD s NOMKSTREAM MAXLEN 0 1-2 f v', '$3 1-2'],
    ['OBJECT ENCODING s', '$6 stream'],
    ['TYPE s', '+stream'],
  ]);
});

t.test('fields and values may be anything, also of an entry whose fields are not those of the first', async (t) => {
  const console = new Console();
  const entries = [['a', '1', 'b', '-5'], ['a', '\0\r\n', 'b', ''], ['b', '1', 'a', '2'], ['a', '9223372036854775808'], ['', '01', '', 'x'.repeat(5000)]];
  for (const [i, fields] of entries.entries()) console.send('XADD', 's', `1-${i}`.replace('1-0', '0-7'), ...fields);
  const shown = entries.map((fields, i) => {
    const id = `1-${i}`.replace('1-0', '0-7');
    return `*2 $3 ${id} *${fields.length} ${fields.map((field) => `$${field.length} ${field.replaceAll('\r\n', ' ')}`).join(' ')}`;
  });
  t.equal(console.run('XRANGE s - +'), `*5 ${shown.join(' ')}`);
  t.equal(console.run('XREVRANGE s + -'), `*5 ${shown.toReversed().join(' ')}`);
});

t.test('trimming says what it does not understand', async (t) => {
  const console = new Console();
  for (let i = 1; i <= 250; i++) console.run(`XADD s ${i}-0 f v`);
  dialogue(t, console, [
    ['XTRIM s MAXLEN ~ 200', ':0'],
    ['XTRIM s MAXLEN ~ 150', ':100'],
    ['XTRIM s MINID ~ 150', ':0'],
    ['XTRIM s MINID = 121', ':20'],
    ['XTRIM s MAXLEN ~ 0 LIMIT 1', ':0'],
    ['XTRIM s MAXLEN 100', ':30'],
    ['XADD s MAXLEN = 3 251-0 f v', '$5 251-0'],
    ['XRANGE s - + COUNT 1', '*1 *2 $5 249-0 *2 $1 f $1 v'],
    ['XTRIM s MAXLEN 1 LIMIT 5', '-ERR syntax error, LIMIT cannot be used without the special ~ option'],
    ['XTRIM s LIMIT 5 LIMIT 5', '-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy'],
    ['XTRIM s LIMIT 0 LIMIT 0', '-ERR syntax error, XTRIM must be called with a trimming strategy'],
    ['XTRIM s MAXLEN 1 MINID 2', '-ERR syntax error, MAXLEN and MINID options at the same time are not compatible'],
    ['XTRIM s MAXLEN -1', '-ERR The MAXLEN argument must be >= 0.'],
    ['XTRIM s MAXLEN ~ 1 LIMIT -1', '-ERR The LIMIT argument must be >= 0.'],
    ['XTRIM s NONSENSE 1', '-ERR syntax error'],
    ['XTRIM none MAXLEN 1', ':0'],
  ]);
});

t.test('XSETID says why an id or a count cannot be', async (t) => {
  dialogue(t, new Console(), [
    ['XSETID s 1-1', '-ERR no such key'],
    ['XADD s 5-1 f v', '$3 5-1'],
    ['XSETID s 5-0', '-ERR The ID specified in XSETID is smaller than the target stream top item'],
    ['XSETID s 6-0 ENTRIESADDED 0', '-ERR The entries_added specified in XSETID is smaller than the target stream length'],
    ['XSETID s 6-0 ENTRIESADDED -1', '-ERR entries_added must be positive'],
    ['XSETID s 6-0 MAXDELETEDID 7', '-ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id'],
    ['XSETID s 6-0 ENTRIESADDED', '-ERR syntax error'],
    ['XSETID s 6-0 ENTRIESADDED 9223372036854775807 MAXDELETEDID 2-2', '+OK'],
    ['XADD s 6-* f v', '$3 6-1'],
  ]);
});

t.test('a key of another type is an error, and stays', async (t) => {
  const console = new Console();
  console.run('SET k text');
  const lines = [
    'XADD k 1-1 f v', 'XLEN k', 'XRANGE k - +', 'XREVRANGE k + -', 'XDEL k 1-1', 'XTRIM k MAXLEN 1', 'XSETID k 1-1', 'XREAD STREAMS k 0',
    'XGROUP CREATE k g 0', 'XGROUP DESTROY k g', 'XINFO STREAM k', 'XINFO GROUPS k', 'XINFO CONSUMERS k g', 'XACK k g 1-1', 'XPENDING k g',
    'XREADGROUP GROUP g c STREAMS k >', 'XCLAIM k g c 0 1-1', 'XAUTOCLAIM k g c 0 0',
  ];
  for (const line of lines) t.equal(console.run(line), WRONG_TYPE, line);
  t.equal(console.run('GET k'), '$4 text');
});

// --- Groups

t.test('each entry goes to one consumer of a group, and is pending until it is acknowledged', async (t) => {
  const console = new Console();
  for (let i = 1; i <= 4; i++) console.run(`XADD s ${i}-0 f v${i}`);
  dialogue(t, console, [
    ['XGROUP CREATE s g 1-0', '+OK'],
    ['XGROUP CREATE s g 0', '-BUSYGROUP Consumer Group name already exists'],
    ['XREADGROUP GROUP g a COUNT 1 STREAMS s >', '*1 *2 $1 s *1 *2 $3 2-0 *2 $1 f $2 v2'],
    ['XREADGROUP GROUP g b STREAMS s >', '*1 *2 $1 s *2 *2 $3 3-0 *2 $1 f $2 v3 *2 $3 4-0 *2 $1 f $2 v4'],
    ['XREADGROUP GROUP g a STREAMS s >', '*-1'],
    ['XREADGROUP GROUP g a STREAMS s 0', '*1 *2 $1 s *1 *2 $3 2-0 *2 $1 f $2 v2'],
    ['XREADGROUP GROUP g a STREAMS s 2', '*1 *2 $1 s *0'],
    ['XPENDING s g', '*4 :3 $3 2-0 $3 4-0 *2 *2 $1 a $1 1 *2 $1 b $1 2'],
    ['XACK s g 2-0 2-0 9-9', ':1'],
    ['XDEL s 3-0', ':1'],
    ['XREADGROUP GROUP g b COUNT 1 STREAMS s 0', '*1 *2 $1 s *1 *2 $3 3-0 *-1'],
    ['XGROUP DELCONSUMER s g b', ':2'],
    ['XPENDING s g', '*4 :0 $-1 $-1 *-1'],
    ['XGROUP SETID s g 0', '+OK'],
    ['XREADGROUP GROUP g a NOACK STREAMS s >', '*1 *2 $1 s *3 *2 $3 1-0 *2 $1 f $2 v1 *2 $3 2-0 *2 $1 f $2 v2 *2 $3 4-0 *2 $1 f $2 v4'],
    ['XPENDING s g - + 10', '*0'],
    ['XGROUP DESTROY s g', ':1'],
    ['XGROUP DESTROY s g', ':0'],
  ]);
});

t.test('deliveries are counted and timed, and who has idled can be told', async (t) => {
  const console = new Console();
  console.server.keyspace.advance(1_000_000);
  for (const line of ['XGROUP CREATE s g 0 MKSTREAM', 'XADD s 1-0 f v', 'XADD s 2-0 f v', 'XREADGROUP GROUP g a STREAMS s >']) console.run(line);
  console.server.keyspace.advance(1_000_500);
  console.run('XREADGROUP GROUP g a STREAMS s 1');
  console.server.keyspace.advance(1_000_700);
  dialogue(t, console, [
    ['XPENDING s g - + 10', '*2 *4 $3 1-0 $1 a :700 :1 *4 $3 2-0 $1 a :200 :2'],
    ['XPENDING s g IDLE 500 - + 10 a', '*1 *4 $3 1-0 $1 a :700 :1'],
    ['XPENDING s g - + 10 b', '*0'],
    ['XPENDING s g (1-0 + 10', '*1 *4 $3 2-0 $1 a :200 :2'],
    ['XINFO CONSUMERS s g', '*1 *6 $4 name $1 a $7 pending :2 $4 idle :200'],
    ['XCLAIM s g b 500 1-0 2-0 3-0 JUSTID', '*1 $3 1-0'],
    ['XCLAIM s g b 0 2-0 IDLE 900 RETRYCOUNT 9', '*1 *2 $3 2-0 *2 $1 f $1 v'],
    ['XPENDING s g - + 10', '*2 *4 $3 1-0 $1 b :0 :1 *4 $3 2-0 $1 b :900 :9'],
    ['XACK s g 1-0', ':1'],
    ['XCLAIM s g a 0 1-0', '*0'],
    ['XCLAIM s g a 0 1-0 FORCE TIME 1 LASTID 7-7', '*1 *2 $3 1-0 *2 $1 f $1 v'],
    ['XDEL s 1-0', ':1'],
    ['XAUTOCLAIM s g c 0 - COUNT 1', '*3 $3 2-0 *0 *1 $3 1-0'],
    ['XAUTOCLAIM s g c 901 -', '*3 $3 0-0 *0 *0'],
    ['XAUTOCLAIM s g c 900 - JUSTID', '*3 $3 0-0 *1 $3 2-0 *0'],
    ['XPENDING s g - + 10', '*1 *4 $3 2-0 $1 c :0 :9'],
  ]);
});

t.test('what a group has still to read is known, unless there are gaps before it', async (t) => {
  const console = new Console();
  const lag = (): string => / \$3 lag (\S+)/.exec(console.run('XINFO GROUPS s'))?.[1] ?? '';
  for (let i = 1; i <= 5; i++) console.run(`XADD s ${i}-0 f v`);
  console.run('XGROUP CREATE s g 0');
  t.equal(lag(), ':5');
  console.run('XREADGROUP GROUP g c COUNT 2 STREAMS s >');
  t.equal(lag(), ':3');
  console.run('XDEL s 4-0');
  t.equal(lag(), '$-1');
  console.run('XREADGROUP GROUP g c STREAMS s >');
  t.equal(lag(), ':0');
});

t.test('XINFO tells of streams, groups and consumers, in maps where the client knows them', async (t) => {
  const console = new Console();
  console.server.keyspace.advance(5000);
  for (const line of ['XADD s 1-0 f v', 'XADD s 2-0 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c COUNT 1 STREAMS s >']) console.run(line);
  console.client.version = 3;
  const general =
    '$6 length :2 $15 radix-tree-keys :1 $16 radix-tree-nodes :2 $17 last-generated-id $3 2-0 $20 max-deleted-entry-id $3 0-0 ' +
    '$13 entries-added :2 $23 recorded-first-entry-id $3 1-0';
  const first = '*2 $3 1-0 *2 $1 f $1 v';
  const last = '*2 $3 2-0 *2 $1 f $1 v';
  const consumers = '$9 consumers *1 %4 $4 name $1 c $9 seen-time :5000 $9 pel-count :1 $7 pending *1 *3 $3 1-0 :5000 :1';
  const group = '%7 $4 name $1 g $17 last-delivered-id $3 1-0 $12 entries-read :1 $3 lag :1 $9 pel-count :1 $7 pending *1 *4 $3 1-0 $1 c :5000 :1';
  const unknown = (name: string) => `-ERR unknown subcommand or wrong number of arguments for '${name}'. Try XINFO HELP.`;
  dialogue(t, console, [
    ['XINFO STREAM s', `%10 ${general} $6 groups :1 $11 first-entry ${first} $10 last-entry ${last}`],
    ['XINFO STREAM s FULL', `%9 ${general} $7 entries *2 ${first} ${last} $6 groups *1 ${group} ${consumers}`],
    ['XINFO STREAM s FULL COUNT 1', `%9 ${general} $7 entries *1 ${first} $6 groups *1 ${group} ${consumers}`],
    ['XINFO GROUPS s', '*1 %6 $4 name $1 g $9 consumers :1 $7 pending :1 $17 last-delivered-id $3 1-0 $12 entries-read :1 $3 lag :1'],
    ['XINFO CONSUMERS s g', '*1 %3 $4 name $1 c $7 pending :1 $4 idle :0'],
    ['XINFO CONSUMERS s none', "-NOGROUP No such consumer group 'none' for key name 's'"],
    ['XINFO STREAM s NONSENSE', unknown('STREAM')],
    ['XINFO stream s FULL COUNT', unknown('stream')],
    ['XINFO STREAM none NONSENSE', '-ERR no such key'],
  ]);
});

t.test('a copy has groups of its own', async (t) => {
  const console = new Console();
  for (const line of ['XADD s 1-0 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >', 'COPY s t', 'XACK s g 1-0', 'DEL s']) console.run(line);
  t.equal(console.run('XPENDING t g'), '*4 :1 $3 1-0 $3 1-0 *1 *2 $1 c $1 1');
  t.equal(console.run('XREADGROUP GROUP g c STREAMS t 0'), '*1 *2 $1 t *1 *2 $3 1-0 *2 $1 f $1 v');
});

t.test('a group that is not there is an error, with the names as they were given', async (t) => {
  const console = new Console();
  const noKey =
    '-ERR The XGROUP subcommand requires the key to exist. ' +
    'Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';
  dialogue(t, console, [
    ['XGROUP CREATE s g 0', noKey],
    ['XGROUP CREATE s g 0 MKSTREAM NONSENSE', "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP."],
    ['XADD s 1-1 f v', '$3 1-1'],
    ['XGROUP SETID s g 0', "-NOGROUP No such consumer group 'g' for key name 's'"],
    ['XREADGROUP GROUP g c STREAMS s >', "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"],
    ['XPENDING s g', "-NOGROUP No such key 's' or consumer group 'g'"],
    ['XCLAIM s g c 0 1-1', "-NOGROUP No such key 's' or consumer group 'g'"],
    ['XACK s g 1-1', ':0'],
    ['XGROUP CREATE s g $ ENTRIESREAD -2', '-ERR value for ENTRIESREAD must be positive or -1'],
  ]);
  t.equal(console.send('XPENDING', 's\0t', 'g\n'), "-NOGROUP No such key 's' or consumer group 'g '");
});

t.test('changes of entries are announced to all, those of groups do not count as changes of the stream', async (t) => {
  const console = new Console();
  t.strictSame(console.changesOf('XADD s MAXLEN 1 1-0 f v'), ['xadd s']);
  t.strictSame(console.changesOf('XDEL s 1-0'), ['xdel s']);
  for (const line of ['XADD s 2-0 f v', 'WATCH s', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c STREAMS s >', 'XACK s g 2-0', 'MULTI', 'XLEN s']) {
    console.run(line);
  }
  t.equal(console.run('EXEC'), '*1 :1');
});

t.test('nobody waits in a transaction or in a script', async (t) => {
  const console = new Console();
  dialogue(t, console, [
    ['MULTI', '+OK'],
    ['XREAD BLOCK 0 STREAMS s $', '+QUEUED'],
    ['EXEC', '*1 *-1'],
  ]);
  const script = 'return redis.pcall("XREAD", "BLOCK", 0, "STREAMS", "s", "$").err';
  t.match(console.send('EVAL', script, '0'), /ERR XREAD command is not allowed with BLOCK option from scripts/);
});

// --- Waiting

/** A server, one connection that changes its keys, and others that wait for these. */
class Waiting {
  readonly #address: Kv;
  readonly #feeder: RespClient;
  readonly #clients: RespClient[] = [];
  #waiting = 0;

  private constructor(address: Kv, feeder: RespClient) {
    this.#address = address;
    this.#feeder = feeder;
  }

  static async begin(t: Test): Promise<Waiting> {
    const address = await startKv(t);
    const waiting = new Waiting(address, await RespClient.connect(address));
    t.teardown(() => waiting.#close());
    return waiting;
  }

  /** Sends a command on a connection of its own, and lets it wait. Returns what waits for the reply. */
  async send(line: string, version = '2'): Promise<() => Promise<unknown>> {
    const client = await RespClient.connect(this.#address);
    this.#clients.push(client);
    await client.call('HELLO', version);
    client.send([line.split(' ')]);
    await untilBlocked(async () => ((await this.#feeder.call('INFO', 'clients')) as Leaf).value, ++this.#waiting);
    return async () => {
      const [reply] = await client.receive(1);
      this.#waiting--;
      return plain(reply as Reply);
    };
  }

  /** Runs commands, which are sent at once. */
  async run(...lines: string[]): Promise<unknown[]> {
    return (await this.#feeder.pipeline(lines.map((line) => line.split(' ')))).map(plain);
  }

  #close(): void {
    for (const client of [this.#feeder, ...this.#clients]) client.close();
  }
}

const ENTRY = [['7-1', ['f', 'v']]];

t.test('a reader waits for what comes behind the ids that were the last ones when it came', async (t) => {
  const waiting = await Waiting.begin(t);
  await waiting.run('XADD p 5-1 f v', 'XADD q 9-9 f v', 'XDEL q 9-9');
  const reply = await waiting.send('XREAD BLOCK 0 STREAMS p q none $ 9-9 $');
  await waiting.run('DEL p', 'SET p text', 'DEL p', 'XADD p 3-1 f v', 'XSETID p 8-1', 'XADD none 7-1 f v');
  t.strictSame(await reply(), [['none', ENTRY]], 'neither another type nor an earlier id is what it waits for');
  const second = await waiting.send('XREAD BLOCK 0 COUNT 1 STREAMS p 5-1', '3');
  await waiting.run('MULTI', 'XADD p 9-1 f v', 'XADD p 9-2 f v', 'EXEC');
  t.strictSame(await second(), ['p', [['9-1', ['f', 'v']]]]);
});

t.test('who waits for several streams gets the one that was first, and no more than a thousand entries', async (t) => {
  const waiting = await Waiting.begin(t);
  const reply = await waiting.send('XREAD BLOCK 0 STREAMS p q $ $');
  await waiting.run('MULTI', 'XADD q 7-1 f v', 'XADD p 7-1 f v', 'EXEC');
  t.strictSame(await reply(), [['q', ENTRY]]);
  const many = await waiting.send('XREAD BLOCK 0 STREAMS many 0');
  await waiting.run('MULTI', ...Array.from({ length: 1100 }, (_, i) => `XADD many 1-${i + 1} f v`), 'EXEC');
  const [[, entries]] = (await many()) as [[string, unknown[]]];
  t.equal(entries.length, 1000);
});

t.test('an entry goes to the consumer that has waited longest, and to all readers', async (t) => {
  const waiting = await Waiting.begin(t);
  await waiting.run('XGROUP CREATE p g $ MKSTREAM');
  const first = await waiting.send('XREADGROUP GROUP g a BLOCK 0 STREAMS p >');
  const second = await waiting.send('XREADGROUP GROUP g b BLOCK 0 STREAMS p >', '3');
  const reader = await waiting.send('XREAD BLOCK 0 STREAMS p $');
  t.strictSame(await waiting.run('XINFO CONSUMERS p g'), [[]], 'who waits is not seen yet');
  await waiting.run('XADD p 7-1 f v');
  t.strictSame(await first(), [['p', ENTRY]]);
  t.strictSame(await reader(), [['p', ENTRY]]);
  await waiting.run('XADD p 7-2 f v');
  t.strictSame(await second(), ['p', [['7-2', ['f', 'v']]]]);
  t.strictSame(await waiting.run('XPENDING p g'), [[2, '7-1', '7-2', [['a', '1'], ['b', '1']]]]);
});

t.test('who waits is answered also if what has come was deleted by the same transaction', async (t) => {
  const waiting = await Waiting.begin(t);
  await waiting.run('XGROUP CREATE p g $ MKSTREAM');
  const reader = await waiting.send('XREAD BLOCK 0 STREAMS p $');
  const consumer = await waiting.send('XREADGROUP GROUP g c BLOCK 0 STREAMS p >');
  await waiting.run('MULTI', 'XADD p 7-1 f v', 'XDEL p 7-1', 'EXEC');
  t.strictSame(await reader(), [['p', []]]);
  t.strictSame(await consumer(), [['p', []]]);
});

t.test('a consumer whose stream or group goes while it waits is told so', async (t) => {
  const waiting = await Waiting.begin(t);
  const streamGone = '-UNBLOCKED the stream key no longer exists';
  const groupGone = '-NOGROUP the consumer group this client was blocked on no longer exists';
  for (const [error, ...lines] of [
    [streamGone, 'DEL p'],
    [streamGone, 'SET p text'],
    [streamGone, 'RENAME p q'],
    [streamGone, 'FLUSHALL'],
    [streamGone, 'MULTI', 'DEL p', 'SADD p member', 'EXEC'],
    [groupGone, 'XGROUP DESTROY p g'],
    [groupGone, 'MULTI', 'DEL p', 'XADD p 7-1 f v', 'EXEC'],
  ] as const) {
    await waiting.run('DEL p', 'XGROUP CREATE p g $ MKSTREAM');
    const reply = await waiting.send('XREADGROUP GROUP g c BLOCK 0 STREAMS p >');
    await waiting.run(...lines);
    t.equal(await reply(), error, lines.join('; '));
  }
});

t.test('a group that is made anew, or goes on elsewhere, serves the consumer that waits', async (t) => {
  const waiting = await Waiting.begin(t);
  await waiting.run('XADD p 7-1 f v', 'XGROUP CREATE p g $');
  const reply = await waiting.send('XREADGROUP GROUP g c BLOCK 0 STREAMS p >');
  await waiting.run('MULTI', 'DEL p', 'XGROUP CREATE p g $ MKSTREAM', 'EXEC', 'XADD p 7-1 f v');
  t.strictSame(await reply(), [['p', ENTRY]]);
  const again = await waiting.send('XREADGROUP GROUP g c BLOCK 0 STREAMS p >');
  await waiting.run('XGROUP SETID p g 0', 'XADD p 7-2 f v');
  t.strictSame(await again(), [['p', [...ENTRY, ['7-2', ['f', 'v']]]]]);
});

t.test('who has waited long enough gets nothing, and is served again', async (t) => {
  const waiting = await Waiting.begin(t);
  await waiting.run('XGROUP CREATE p g $ MKSTREAM');
  t.strictSame(
    await waiting.run('XREAD BLOCK 1 STREAMS p $', 'XREADGROUP GROUP g c BLOCK 1 STREAMS p >', 'XADD p 7-1 f v', 'XREAD BLOCK 1 STREAMS p 0'),
    [null, null, '7-1', [['p', ENTRY]]],
  );
  t.strictSame(await waiting.run('XREAD BLOCK -1 STREAMS p $', 'XREAD BLOCK x STREAMS p $'), [
    '-ERR timeout is negative', '-ERR timeout is not an integer or out of range',
  ]);
});
