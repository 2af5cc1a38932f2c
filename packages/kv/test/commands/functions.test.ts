/** What the replies of single scripts and functions do not show: memory that runs out, who monitors, and what a failed restore leaves. */
import t from 'tap';
import { endPayload } from '../../src/rdb/dump-payload.js';
import { RdbWriter } from '../../src/rdb/rdb-writer.js';
import { until } from '../support/conditions.js';
import { Console } from '../support/console.js';
import { startKv } from '../support/kv-server.js';
import { RespClient } from '../support/resp-client.js';

const LIBRARY = `#!lua name=lib
local count = 0
redis.register_function('count', function() count = count + 1 return count end)
redis.register_function{function_name = 'set', flags = {'allow-oom'}, callback = function(keys, args) return redis.call('SET', keys[1], args[1]) end}
redis.register_function{function_name = 'get', flags = {'no-writes'}, callback = function(keys) return redis.call('GET', keys[1]) end}`;

/** A dump of all libraries, as FUNCTION RESTORE takes it. */
function dumped(console: Console): string {
  return console.run('FUNCTION DUMP').replace(/^\$\d+ /, '');
}

t.test('a script hears whether its user may run a command with these arguments', async (t) => {
  const client = await RespClient.connect(await startKv(t));
  t.teardown(() => client.close());
  await client.call('ACL', 'SETUSER', 'u', 'on', 'nopass', '~a*', '%R~r*', '&c*', '+@all', '-set', '-client|kill', '(~b* +set)');
  await client.call('AUTH', 'u', 'x');
  const mayCall = async (words: string): Promise<boolean> => {
    const reply = await client.call('EVAL', 'return redis.acl_check_cmd(unpack(ARGV))', '0', ...words.split(' '));
    return 'value' in reply && reply.value === '1';
  };
  for (const allowed of ['get a1', 'GET a b c', 'set b1 x', 'get r1', 'get', 'rename a1', 'eval x 9 a', 'zunion', 'publish c x', 'client', 'client id', 'auth', 'multi']) {
    t.ok(await mayCall(allowed), allowed);
  }
  for (const denied of ['get b1', 'set a1 x', 'mget a zz', 'getset r1 x', 'publish d x', 'subscribe d', 'client kill x']) t.notOk(await mayCall(denied), denied);
  for (const unknown of ['nosuch', 'client nosuch']) {
    t.match(await client.call('EVAL', 'return redis.acl_check_cmd(unpack(ARGV))', '0', ...unknown.split(' ')), { type: 'error', value: /Invalid command passed/ });
  }
  await client.call('AUTH', 'default', '');
  t.match(await client.call('ACL', 'LOG'), { items: { length: 0 } }, 'asking is no attempt');
});

t.test('a library keeps its variables from call to call, until another one takes its place', (t) => {
  const console = new Console();
  t.equal(console.send('FUNCTION', 'LOAD', LIBRARY), '$3 lib');
  t.equal(console.run('FCALL count 0'), ':1');
  t.equal(console.run('FCALL count 0'), ':2');
  t.match(console.send('FUNCTION', 'LOAD', LIBRARY), "-ERR Library 'lib' already exists");
  t.equal(console.run('FCALL count 0'), ':3');
  console.send('FUNCTION', 'LOAD', 'REPLACE', LIBRARY);
  t.equal(console.run('FCALL count 0'), ':1');
  t.end();
});

t.test('a restore that fails leaves the libraries that were there', (t) => {
  const [console, other] = [new Console(), new Console()];
  console.send('FUNCTION', 'LOAD', LIBRARY);
  other.send('FUNCTION', 'LOAD', LIBRARY.replace('name=lib', 'name=fresh').replaceAll("'count'", "'fresh'").replaceAll(/'([gs]et)', f/g, "'fresh_$1', f"));
  other.send('FUNCTION', 'LOAD', LIBRARY);
  const dump = dumped(other);
  t.equal(console.send('FUNCTION', 'RESTORE', dump), '-ERR Library lib already exists');
  t.equal(console.run('FCALL fresh 0'), '-ERR Function not found');
  t.equal(console.run('FCALL count 0'), ':1');
  t.equal(console.send('FUNCTION', 'RESTORE', dump, 'REPLACE'), '+OK');
  t.equal(console.run('FCALL fresh 0'), ':1');
  t.equal(console.send('FUNCTION', 'RESTORE', dump.replace('#!lua', '#!LUA')), '-ERR DUMP payload version or checksum are wrong');
  t.end();
});

t.test('a restore tells a payload that is cut off from one that has no functions', (t) => {
  const console = new Console();
  const sealed = (...bytes: number[]): string => {
    const writer = new RdbWriter();
    for (const byte of bytes) writer.byte(byte);
    return endPayload(writer).toString('latin1');
  };
  t.equal(console.send('FUNCTION', 'RESTORE', sealed(245, 20, 65)), '-ERR Failed loading library payload');
  t.equal(console.send('FUNCTION', 'RESTORE', sealed(0, 1, 65)), '-ERR given type is not a function');
  t.equal(console.send('FUNCTION', 'RESTORE', sealed()), '+OK', 'of no libraries');
  t.end();
});

t.test('without memory only those run that have declared that they need none, or take it', (t) => {
  const console = new Console();
  console.send('FUNCTION', 'LOAD', LIBRARY);
  console.run('SET k v');
  console.run('CONFIG SET maxmemory 1');
  const refusal = "OOM command not allowed when used memory > 'maxmemory'.";
  t.equal(console.run('FCALL count 0'), `-${refusal}`);
  t.equal(console.run('FCALL get 1 k'), '$1 v');
  t.equal(console.run('FCALL set 1 k w'), '+OK');
  t.match(console.send('EVAL', "return redis.call('SET', 'k', 'x')", '0'), `-${refusal} script: `);
  t.equal(console.send('EVAL', "redis.call('DEL', 'k') return redis.call('SET', 'k', 'x')", '0'), '+OK', 'it is not stopped in the middle');
  t.match(console.send('EVAL', '#!lua\nreturn 1', '0'), `-${refusal}`);
  t.equal(console.send('EVAL', '#!lua flags=no-writes\nreturn 1', '0'), ':1');
  t.end();
});

t.test('a script that may only read may not do either what others have to repeat, or to hear', (t) => {
  const console = new Console();
  for (const call of ['"PFCOUNT", "k"', '"PUBLISH", "c", "m"', '"SPUBLISH", "c", "m"']) {
    t.match(console.send('EVAL_RO', `return redis.call(${call})`, '0'), /^-ERR Write commands are not allowed from read-only scripts\./, call);
    t.equal(console.send('EVAL', `return redis.call(${call})`, '0'), ':0', call);
  }
  t.end();
});

t.test('FUNCTION LIST quotes what it does not understand with a blank for each line end', (t) => {
  t.equal(new Console().send('FUNCTION', 'LIST', 'a\r\nb\n'), '-ERR Unknown argument a  b ');
  t.end();
});

t.test('what a script is refused counts as an error, and what it runs is in the slow log beside it', (t) => {
  const console = new Console();
  console.run('CONFIG SET slowlog-log-slower-than 0');
  console.send('EVAL', 'redis.call("EXISTS", "k") return redis.call("NOSUCH")', '0');
  t.match(console.run('SLOWLOG GET 2'), /EVAL .* EXISTS \$1 k/);
  t.match(console.run('INFO errorstats'), 'errorstat_ERR:count=1');
  t.end();
});

t.test('redis.log goes to the log of the server', (t) => {
  const console = new Console();
  const lines: [number, string][] = [];
  console.server.log = (level, text) => void lines.push([level, text]);
  console.send('EVAL', "redis.log(redis.LOG_WARNING, 'it', 'happened')", '0');
  console.send('FUNCTION', 'LOAD', `${LIBRARY}\nredis.log(redis.LOG_DEBUG, 'loaded')`);
  t.same(lines, [[3, 'it happened'], [0, 'loaded']]);
  t.end();
});

t.test('MONITOR shows a script before its commands, and these as those of lua', async (t) => {
  const server = await startKv(t);
  const [monitor, client] = [await RespClient.connect(server), await RespClient.connect(server)];
  t.teardown(() => [monitor, client].forEach((each) => each.close()));
  await monitor.call('MONITOR');
  await client.call('FUNCTION', 'LOAD', LIBRARY);
  client.send([['EVAL', "return redis.call('SET', 'k', 'v')", '0'], ['FCALL', 'get', '1', 'k'], ['PING']]);
  const lines: string[] = [];
  await until(async () => {
    const [line] = await monitor.receive(1);
    if (line !== undefined && 'value' in line) lines.push(line.value.replace(/^[\d.]+ /, '').replace(/127\.0\.0\.1:\d+/, 'client'));
    return lines.at(-1)?.endsWith('"PING"') === true;
  });
  t.same(lines.slice(-5), [
    `[0 client] "EVAL" "return redis.call('SET', 'k', 'v')" "0"`, '[0 lua] "SET" "k" "v"',
    '[0 client] "FCALL" "get" "1" "k"', '[0 lua] "GET" "k"', '[0 client] "PING"',
  ]);
});

t.test('errors of scripts are counted once, whoever has answered them', (t) => {
  const console = new Console();
  const scripts = [
    "return redis.call('NOSUCH')", "redis.pcall('GET') return 1", "return redis.pcall('MULTI')", "return redis.error_reply('MINE x')", "return {{err = 'OTHER x'}}",
    "error('x')", 'while', "redis.call('SET', 'a', '1') return redis.call('LPUSH', 'a', '1')", "return redis.pcall('LPUSH', 'a', '1')",
  ];
  for (const script of scripts) console.send('EVAL', script, '0');
  t.match(console.run('INFO errorstats'), / errorstat_ERR:count=5 errorstat_MINE:count=1 errorstat_OTHER:count=1 errorstat_WRONGTYPE:count=2 /);
  t.match(console.run('INFO commandstats'), /cmdstat_eval:calls=9,[^ ]*,rejected_calls=0,failed_calls=7 /);
  t.match(console.run('INFO commandstats'), /cmdstat_get:calls=0,[^ ]*,rejected_calls=1,failed_calls=0 /);
  t.end();
});

t.test('SLOWLOG tells of what a script ran by the client that runs the script', (t) => {
  const console = new Console();
  console.client.name = 'me';
  console.run('CONFIG SET slowlog-log-slower-than 0');
  console.run('SLOWLOG RESET');
  console.send('EVAL', "return redis.call('SET', 'k', 'v')", '0');
  t.match(console.run('SLOWLOG GET 2'), /^\*2 \*6 :\d+ :\d+ :\d+ \*3 \$4 EVAL .* \$2 me \*6 :\d+ :\d+ :\d+ \*3 \$3 SET \$1 k \$1 v \$0 {2}\$2 me$/);
  t.end();
});
