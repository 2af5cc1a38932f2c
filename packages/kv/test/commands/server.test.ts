import t, { type Test } from 'tap';
import { parseSyntax } from '../../src/command/syntax-arguments.js';
import { throwAwayKv } from '../../src/index.js';
import { RecordedLog } from '../effects/recorded-log.js';
import { Console, dialogue } from '../support/console.js';
import { RespClient } from '../support/resp-client.js';
import type { Aggregate, Leaf, Reply } from '../support/resp-decoder.js';

/** The fields of a section of INFO. */
function info(console: Console, section: string): ReadonlyMap<string, string> {
  const lines = console.run(`INFO ${section}`).split(' ').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

async function connect(t: Test): Promise<RespClient> {
  const server = await throwAwayKv();
  const client = await RespClient.connect(server);
  t.teardown(async () => {
    client.close();
    await server.close();
  });
  return client;
}

const value = (reply: Reply): string => (reply as Leaf).value;

t.test('CONFIG SET changes all parameters or none', async (t) => {
  const failed = '-ERR CONFIG SET failed (possibly related to argument';
  dialogue(t, new Console(), [
    ['CONFIG SET maxmemory 2mb timeout 5', '+OK'],
    ['CONFIG GET maxmemory TIMEOUT maxmemory', '*4 $9 maxmemory $7 2097152 $7 TIMEOUT $1 5'],
    ['CONFIG SET timeout 6 maxmemory abc', `${failed} 'maxmemory') - argument must be a memory value`],
    ['CONFIG SET timeout 7 nosuch 1', "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ['CONFIG SET timeout 8 timeout 9', `${failed} 'timeout') - duplicate parameter`],
    ['CONFIG SET timeout 8 port 9', `${failed} 'port') - can't set immutable config`],
    ['CONFIG SET timeout 8 maxmemory', '-ERR syntax error'],
    ['CONFIG SET timeout', "-ERR wrong number of arguments for 'config|set' command"],
    ['CONFIG SET timeout -1', `${failed} 'timeout') - argument must be between 0 and 2147483647 inclusive`],
    ['CONFIG GET timeout', '*2 $7 timeout $1 5'],
    ['CONFIG GET hash-max-[lz]i*-value', '*4 $23 hash-max-listpack-value $2 64 $22 hash-max-ziplist-value $2 64'],
    ['CONFIG SET save nothing', `${failed} 'save') - can't set immutable config`],
    ['CONFIG REWRITE', '-ERR The server is running without a config file'],
  ]);
});

t.test('CONFIG SET names what it does not know up to its first zero byte', async (t) => {
  t.equal(new Console().send('CONFIG', 'SET', 'no\0such', '1'), "-ERR Unknown option or number of arguments for CONFIG SET - 'no'");
});

t.test('parameters take effect at once', async (t) => {
  const console = new Console();
  console.run('CONFIG SET hash-max-ziplist-entries 1 maxmemory-policy allkeys-lfu proto-max-bulk-len 1mb maxmemory 1');
  console.run('HSET h a 1');
  console.run('HSET h b 2');
  t.equal(console.collection('h')?.encoding ?? 'refused', 'refused', 'there is no memory left');
  console.run('CONFIG SET maxmemory 0');
  console.run('HSET h a 1 b 2');
  t.equal(console.collection('h')?.encoding, 'hashtable');
  t.match(console.run('OBJECT FREQ h'), /^:\d+$/);
  t.equal(console.run('SETRANGE s 2000000 x'), '-ERR string exceeds maximum allowed size (proto-max-bulk-len)');
});

t.test('client-output-buffer-limit and notify-keyspace-events are read and written as Redis has them', async (t) => {
  const console = new Console();
  t.equal(console.send('CONFIG', 'SET', 'client-output-buffer-limit', 'replica 1mb 2kb 3 normal 4 5 6'), '+OK');
  t.match(console.run('CONFIG GET client-output-buffer-limit'), / normal 4 5 6 slave 1048576 2048 3 pubsub 33554432 8388608 60$/);
  t.match(console.send('CONFIG', 'SET', 'client-output-buffer-limit', 'nobody 1 2 3'), /Invalid client class specified/);
  for (const [given, read] of [['KEA', 'AKE'], ['xE$', '$xE'], ['g$lshzxetdK', 'AK'], ['Knm', 'nKm']] as const) {
    console.run(`CONFIG SET notify-keyspace-events ${given}`);
    t.equal(console.strings('CONFIG GET notify-keyspace-events')[1], read, given);
  }
});

t.test('new keys are told of also beside all other classes, where CONFIG GET does not show them, as in Redis', async (t) => {
  const console = new Console();
  const heard: string[] = [];
  console.client.receiver = (bytes) => heard.push(bytes.toString().split('\r\n').at(-2) as string);
  console.run('CONFIG SET notify-keyspace-events KAn');
  t.equal(console.strings('CONFIG GET notify-keyspace-events')[1], 'AK');
  console.run('SUBSCRIBE __keyspace@0__:k');
  console.server.keyspace.databases[0]?.setString(Buffer.from('k'), 0, 1, Buffer.from('v'), 0, 1);
  t.strictSame(heard, ['new']);
});

t.test('INFO counts what has happened, and CONFIG RESETSTAT forgets it', async (t) => {
  const console = new Console();
  for (const line of ['SET a 1', 'GET a', 'GET b', 'GET', 'NOSUCH', 'INCR x', 'LPUSH a 1', 'SET e 1 PX 100000']) console.run(line);
  t.match(info(console, 'stats').get('total_error_replies'), '3');
  t.strictSame([info(console, 'stats').get('keyspace_hits'), info(console, 'stats').get('keyspace_misses')], ['1', '1']);
  t.match(info(console, 'commandstats').get('cmdstat_get'), /^calls=2,usec=\d+,usec_per_call=[\d.]+,rejected_calls=1,failed_calls=0$/);
  t.match(info(console, 'commandstats').get('cmdstat_lpush'), /^calls=1,.*,failed_calls=1$/);
  t.match(console.run('INFO errorstats'), /errorstat_ERR:count=2 errorstat_WRONGTYPE:count=1/);
  t.match(info(console, 'keyspace').get('db0'), /^keys=3,expires=1,avg_ttl=\d+$/);
  t.ok(Number(info(console, 'memory').get('used_memory')) > 0);
  t.equal(console.run('CONFIG RESETSTAT'), '+OK');
  t.match(info(console, 'stats').get('total_error_replies'), '0');
  t.equal(info(console, 'commandstats').get('cmdstat_get'), undefined);
});

t.test('INFO takes names of sections, alone or together', async (t) => {
  const titles = (line: string): string[] => new Console().run(line).match(/# \w+/g)?.map((title) => title.slice(2)) ?? [];
  t.strictSame(titles('INFO nosuch'), []);
  t.strictSame(titles('INFO cpu Persistence cpu'), ['Persistence', 'CPU']);
  t.strictSame(titles('INFO'), ['Server', 'Clients', 'Memory', 'Persistence', 'Durability', 'Stats', 'Limits', 'Replication', 'CPU', 'Modules', 'Errorstats', 'Cluster', 'Keyspace']);
  t.equal(titles('INFO everything').length, 15);
});

t.test('the syntax of a command becomes its arguments', async (t) => {
  t.strictSame(parseSyntax(''), []);
  t.strictSame(parseSyntax('key value [NX | XX] [GET] [EX seconds | KEEPTTL]'), [
    { name: 'key', type: 'key', flags: [] },
    { name: 'value', type: 'string', flags: [] },
    {
      name: 'nx_xx', type: 'oneof', flags: ['optional'],
      arguments: [{ name: 'nx', type: 'pure-token', token: 'NX', flags: [] }, { name: 'xx', type: 'pure-token', token: 'XX', flags: [] }],
    },
    { name: 'get', type: 'pure-token', token: 'GET', flags: ['optional'] },
    {
      name: 'seconds_keepttl', type: 'oneof', flags: ['optional'],
      arguments: [{ name: 'seconds', type: 'integer', token: 'EX', flags: [] }, { name: 'keepttl', type: 'pure-token', token: 'KEEPTTL', flags: [] }],
    },
  ]);
  t.match(parseSyntax('key field value [field value ...]')[1], { name: 'field_value', type: 'block', flags: ['multiple'], arguments: [{ name: 'field' }, { name: 'value' }] });
  t.match(parseSyntax('key [key ...]'), [{ name: 'key', flags: ['multiple'] }]);
  t.match(parseSyntax('[section [section ...]]'), [{ name: 'section', flags: ['optional', 'multiple'] }]);
  t.match(parseSyntax('key [LIMIT offset count]')[1], { name: 'offset_count', type: 'block', token: 'LIMIT', flags: ['optional'] });
  t.match(parseSyntax('<ON | OFF>'), [{ type: 'oneof', flags: [], arguments: [{ token: 'ON' }, { token: 'OFF' }] }]);
});

t.test('every syntax in the registry can be parsed, and says which arguments are keys', async (t) => {
  const console = new Console();
  t.match(console.run('COMMAND DOCS'), /^\*\d+ /);
  t.match(console.run('COMMAND DOCS rename'), / \$4 name \$6 newkey \$4 type \$3 key \$14 key_spec_index :1/);
});

t.test('COMMAND tells of commands what their definitions say', async (t) => {
  dialogue(t, new Console(), [
    ['COMMAND INFO get nosuch', '*2 *10 $3 get :2 *2 +readonly +fast :1 :1 :1 *3 +@read +@string +@fast *0 '
      + '*1 *6 $5 flags *2 +RO +access $12 begin_search *4 $4 type $5 index $4 spec *2 $5 index :1 '
      + '$9 find_keys *4 $4 type $5 range $4 spec *6 $7 lastkey :0 $7 keystep :1 $5 limit :0 *0 $-1'],
    ['COMMAND GETKEYS MSET a 1 b 2', '*2 $1 a $1 b'],
    ['COMMAND GETKEYSANDFLAGS SET a 1 GET', '*1 *2 $1 a *3 +RW +access +update'],
    ['COMMAND GETKEYS PING x', '-ERR The command has no key arguments'],
    ['COMMAND GETKEYS GET a b', '-ERR Invalid number of arguments specified for command'],
    ['COMMAND GETKEYS NOSUCH a', '-ERR Invalid command specified'],
    ['COMMAND GETKEYS ZMPOP 2 a b', '*2 $1 a $1 b'],
    ['COMMAND GETKEYS LMPOP 3 a b', '-ERR Invalid arguments specified for command'],
    ['COMMAND LIST FILTERBY PATTERN client|get*', '*2 $14 client|getname $15 client|getredir'],
    ['COMMAND LIST FILTERBY ACLCAT transaction', '*5 $5 multi $4 exec $7 discard $5 watch $7 unwatch'],
    ['COMMAND LIST NOSUCH', '-ERR syntax error'],
  ]);
});

t.test('COMMAND GETKEYS finds the keys of a read from streams, whatever its group is called and however many ids there are', async (t) => {
  const console = new Console();
  t.same(console.strings('COMMAND GETKEYS XREAD COUNT 1 STREAMS a b 0 0 0'), ['a', 'b']);
  t.same(console.strings('COMMAND GETKEYS XREADGROUP GROUP STREAMS c STREAMS a 0'), ['a']);
  t.match(console.run('COMMAND GETKEYS XREAD COUNT 1 STREAMS a'), '-ERR Invalid arguments specified for command');
});

t.test('SLOWLOG keeps what took long, shortened, and shows no passwords', async (t) => {
  const client = await connect(t);
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '4');
  await client.pipeline([['SLOWLOG', 'RESET'], ['SET', 'a', 'x'.repeat(200)], ['DEL', ...Array.from({ length: 40 }, String)], ['AUTH', 'default', 'secret'], ['MULTI'], ['GET', 'a'], ['EXEC']]);
  await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
  const entries = (await client.call('SLOWLOG', 'GET', '-1')) as unknown as { items: { items: Reply[] }[] };
  const args = entries.items.map(({ items }) => (items[3] as Aggregate).items.map(value));
  t.strictSame(args.slice(0, 3), [['GET', 'a'], ['MULTI'], ['AUTH', '(redacted)', '(redacted)']], 'EXEC is what it runs');
  t.equal(args[3]?.length, 32);
  t.equal(args[3]?.[31], '... (10 more arguments)');
  t.equal(value(await client.call('SLOWLOG', 'LEN')), '4');
});

t.test('commands of one pipeline share its time, and each is counted', async (t) => {
  const client = await connect(t);
  await client.pipeline([...Array.from({ length: 100 }, () => ['GET', 'a']), ['DEL', 'a'], ['MULTI'], ['GET', 'a'], ['EXEC'], ['EVAL', "return redis.call('GET', 'a')", '0']]);
  const text = value(await client.call('INFO', 'commandstats', 'latencystats'));
  t.match(text, /cmdstat_get:calls=102,usec=[1-9]/);
  t.match(text, /cmdstat_eval:calls=1,usec=[1-9]/);
  t.match(text, /latency_percentiles_usec_get:p50=\d+\.000,p99=\d+\.000,p99\.9=\d+\.000/);
  const histogram = (await client.call('LATENCY', 'HISTOGRAM', 'get', 'nosuch')) as unknown as { items: { items: Reply[] }[] };
  t.strictSame((histogram.items[1]?.items[1] as Leaf | undefined)?.value, '102');
});

t.test('LATENCY keeps the longest delay of each second', async (t) => {
  const console = new Console();
  const { latency } = console.server;
  t.match(console.run('LATENCY DOCTOR'), /Latency monitoring is off/);
  console.run('CONFIG SET latency-monitor-threshold 100');
  for (const [ms, now] of [[99, 1000], [150, 1000], [120, 1900], [300, 5000]] as const) latency.add('command', ms, now);
  dialogue(t, console, [
    ['LATENCY HISTORY command', '*2 *2 :1 :150 *2 :5 :300'],
    ['LATENCY LATEST', '*1 *4 $7 command :5 :300 :300'],
    ['LATENCY GRAPH nosuch', "-ERR No samples available for event 'nosuch'"],
    ['LATENCY HISTORY nosuch', '*0'],
  ]);
  t.match(console.run('LATENCY GRAPH command'), /command - high 300 ms, low 150 ms \(all time high 300 ms\)/);
  t.match(console.run('LATENCY DOCTOR'), /command: 2 times 100 ms or longer, 225 ms on the average, 300 ms at most/);
  t.equal(console.run('LATENCY RESET'), ':1');
  t.equal(console.run('LATENCY LATEST'), '*0');
});

t.test('MEMORY USAGE is what a key takes, with all its elements', async (t) => {
  const console = new Console();
  console.run('SET s x');
  for (let i = 0; i < 1000; i++) console.run(`HSET h field${i} value`);
  const usage = (key: string): number => Number(console.run(`MEMORY USAGE ${key} SAMPLES 5`).slice(1));
  t.ok(usage('s') < 100);
  t.ok(usage('h') > 20_000);
  dialogue(t, console, [
    ['MEMORY USAGE nosuch', '$-1'],
    ['MEMORY USAGE s SAMPLES -1', '-ERR syntax error'],
    ['MEMORY PURGE', '+OK'],
  ]);
});

t.test('MEMORY STATS has numbers of bytes, none below zero, and doubles for the ratios, also where they are whole', async (t) => {
  const console = new Console();
  const number = (reply: string, name: string): string => new RegExp(` ${name} (\\S+)`).exec(reply)?.[1] ?? 'missing';
  console.run('HELLO 3');
  const empty = console.run('MEMORY STATS');
  t.equal(number(empty, 'dataset.bytes'), ':0', 'the directories of empty tables are no part of what is used');
  t.equal(number(empty, 'peak.percentage'), ',100');
  t.notMatch(empty, /db\./);
  for (const line of ['SELECT 3', 'SET a 1']) console.run(line);
  t.match(console.run('MEMORY STATS'), / \$4 db\.3 %3 \$23 overhead\.hashtable\.main :\d+ /);
  t.equal(info(console, 'memory').get('used_memory_overhead'), number(console.run('MEMORY STATS'), 'overhead.total').slice(1));
});

t.test('INFO tells how many scripts and functions there are, and what they take', async (t) => {
  const console = new Console();
  console.send('SCRIPT', 'LOAD', 'return 1');
  console.send('FUNCTION', 'LOAD', `#!lua name=l\n${['f', 'g'].map((name) => `redis.register_function('${name}', function() return 1 end)`).join('\n')}`);
  const facts = info(console, 'memory');
  const counts = ['number_of_cached_scripts', 'number_of_functions', 'number_of_libraries', 'used_memory_scripts_eval'].map((name) => facts.get(name));
  t.strictSame(counts, ['1', '2', '1', '8']);
});

t.test('DEBUG is there only if it is allowed', async (t) => {
  const console = new Console();
  t.match(console.run('DEBUG SLEEP 0'), /^-ERR DEBUG command not allowed/);
  console.server.settings.enableDebugCommand = true;
  dialogue(t, console, [
    ['DEBUG SLEEP 0.001', '+OK'],
    ['DEBUG OBJECT nosuch', '-ERR no such key'],
    ['DEBUG SET-ACTIVE-EXPIRE 0', '+OK'],
    ['DEBUG JMAP', "-ERR unknown subcommand or wrong number of arguments for 'JMAP'. Try DEBUG HELP."],
    ['SET s x', '+OK'],
  ]);
  t.match(console.run('DEBUG OBJECT s'), /^\+Value at:[0-9a-f]+ refcount:1 encoding:embstr serializedlength:\d+ lru:\d+ lru_seconds_idle:0$/);
  t.notOk(console.server.keyspace.expiry.active);
});

t.test('SHUTDOWN ends the server if that is anybody\'s business, and saves nothing', async (t) => {
  const console = new Console();
  const embedded = '-ERR SHUTDOWN command not allowed: it would end the whole process. If that is meant, set the option enableShutdownCommand';
  dialogue(t, console, [
    ['SHUTDOWN', embedded],
    ['SHUTDOWN ABORT', '-ERR No shutdown in progress.'],
    ['SHUTDOWN SAVE NOSAVE', '-ERR syntax error'],
    ['SHUTDOWN ABORT NOW', '-ERR syntax error'],
    ['SHUTDOWN SAVE', '-ERR Errors trying to SHUTDOWN. Check logs.'],
  ]);
  let isDown = false;
  console.server.shutDown = () => (isDown = true);
  console.run('SHUTDOWN NOSAVE NOW FORCE');
  t.ok(isDown);
});

t.test('SHUTDOWN SAVE makes a snapshot, and does not end the server if it cannot, unless it is forced to', async (t) => {
  const console = new Console();
  const done: string[] = [];
  let isFull = false;
  const log = new RecordedLog();
  log.snapshotNow = () => {
    if (isFull) throw new Error('no space left');
    done.push('snapshot');
  };
  console.server.durability = log;
  console.server.shutDown = () => void done.push('end');
  for (const line of ['SHUTDOWN SAVE', 'SHUTDOWN', 'SHUTDOWN NOSAVE']) console.run(line);
  t.strictSame(done.splice(0), ['snapshot', 'end', 'end', 'end']);
  isFull = true;
  t.equal(console.run('SHUTDOWN SAVE'), '-ERR Errors trying to SHUTDOWN. Check logs.');
  t.strictSame(done, []);
  console.run('SHUTDOWN SAVE FORCE');
  t.strictSame(done, ['end']);
});

t.test('what a server without disk, replicas, cluster and modules cannot do, it says', async (t) => {
  dialogue(t, new Console(), [
    ['SAVE', '-ERR This server keeps its data in memory only, there is nothing that it could be saved to'],
    ['BGSAVE SCHEDULE', '-ERR This server keeps its data in memory only, there is nothing that it could be saved to'],
    ['REPLICAOF no one', '+OK'],
    ['REPLICAOF localhost 6379', '-ERR This server cannot be the replica of another one'],
    ['ROLE', '*3 $6 master :0 *0'],
    ['FAILOVER TIMEOUT 0', '-ERR FAILOVER timeout must be greater than 0'],
    ['FAILOVER TO a b', '-ERR value is not an integer or out of range'],
    ['FAILOVER TO a 1 TO b 2', '-ERR syntax error'],
    ['FAILOVER FORCE', '-ERR FAILOVER requires connected replicas.'],
    ['WAIT 1 1000000', ':0'],
    ['CLUSTER SLOTS', '-ERR This instance has cluster support disabled'],
    ['READONLY', '-ERR This instance has cluster support disabled'],
    ['MODULE LIST', '*0'],
    ['FAILOVER', '-ERR FAILOVER requires connected replicas.'],
    ['FAILOVER TO a 1 TIMEOUT 5 FORCE', '-ERR FAILOVER requires connected replicas.'],
    ['FAILOVER TO a x', '-ERR value is not an integer or out of range'],
    ['FAILOVER TIMEOUT 0', '-ERR FAILOVER timeout must be greater than 0'],
    ['FAILOVER TO a 1 TO b 1', '-ERR syntax error'],
    ['FAILOVER ABORT', '-ERR No failover in progress.'],
    ['SYNC', '-ERR This server cannot have replicas: there is no stream of changes that one could follow'],
    ['PSYNC ? -1', '-ERR This server cannot have replicas: there is no stream of changes that one could follow'],
    ['REPLCONF listening-port 1', '-ERR This server cannot have replicas: there is no stream of changes that one could follow'],
    ['MIGRATE localhost 6379 a 0 100', '-ERR This server connects to no other one: read keys with DUMP here, and write them with RESTORE there'],
    ['RESTORE-ASKING a 0 x', '-ERR DUMP payload version or checksum are wrong'],
    ['SCRIPT DEBUG YES', '-ERR This server has no debugger for scripts'],
    ['SCRIPT DEBUG NO', '+OK'],
  ]);
});

t.test('strings and what waits to be served may not be longer than places in memory can tell', async (t) => {
  dialogue(t, new Console(), [
    ['CONFIG SET proto-max-bulk-len 16gb', "-ERR CONFIG SET failed (possibly related to argument 'proto-max-bulk-len') - argument must be between 1048576 and 1073741824 inclusive"],
    ['SETRANGE string 8589934592 x', '-ERR string exceeds maximum allowed size (proto-max-bulk-len)'],
    ['CONFIG SET client-query-buffer-limit 4gb', "-ERR CONFIG SET failed (possibly related to argument 'client-query-buffer-limit') - argument must be between 1048576 and 2147483647 inclusive"],
  ]);
});
