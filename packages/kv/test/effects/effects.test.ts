import t, { type Test } from 'tap';
import { LocalServer } from '../support/local-server.js';
import { exhaustAfter } from '../support/scarce-memory.js';
import { EFFECTS } from './examples.js';
import { imageOf } from './image.js';
import { RecordedLog } from './recorded-log.js';
import { Replica } from './replica.js';
import { snapshotTrial, trial } from './trial.js';

/** `node packages/kv/dist/test/effects/run.js` plays others. */
const SEQUENCES = 25;
const SNAPSHOT_SEQUENCES = 8;
const MISCONF = 'MISCONF Errors writing to the AOF file: No space left on device';

function start(): { local: LocalServer; log: RecordedLog; send: (...lines: string[]) => string } {
  const local = new LocalServer();
  const log = new RecordedLog();
  local.server.durability = log;
  const client = local.connect();
  return { local, log, send: (...lines) => client.send(...lines) };
}

/** Points in time as what lies between them and now, and payloads without what is in them. */
function timeless(line: string, nowMs: number): string {
  const payload = /^(RESTORE \S+ \S+) [^]*? (REPLACE.*)$/.exec(line);
  return (payload === null ? line : `${payload[1]} PAYLOAD ${payload[2]}`).replaceAll(/\b\d{13}\b/g, (ms) => `NOW+${Number(ms) - nowMs}`);
}

t.test('what is logged of each command that changes data', (t) => {
  const seen = new Set<string>();
  for (const { given, command, logged } of EFFECTS) {
    const { local, log, send } = start();
    if (given !== undefined) send(...given);
    log.take();
    send(command);
    t.strictSame(log.take().map((line) => timeless(line, local.server.keyspace.nowMs)), logged, command);
    const [name = '', sub] = command.toLowerCase().split(' ');
    seen.add(local.registry.byName(`${name}|${sub}`)?.fullName ?? name);
  }
  for (const name of logsPayloads(t)) seen.add(name);
  const changing = new LocalServer().registry.withSubcommands().filter(({ changesKeys }) => changesKeys).map(({ fullName }) => fullName);
  // MIGRATE is always an error here.
  t.strictSame([...seen, 'migrate'].sort(), changing.sort(), 'no command is missing');
  t.end();
});

/** Those whose arguments are no words. Returns their names. */
function logsPayloads(t: Test): string[] {
  const { local, log } = start();
  const client = local.connect();
  const bulk = (...args: string[]): string => /^\$\d+\r\n([^]*)\r\n$/.exec(client.exchange(args))?.[1] ?? '';
  const isLogged = (args: readonly string[], logged = args): void => {
    log.take();
    client.exchange(args);
    t.strictSame(log.take(), [logged.join(' ')], args.slice(0, 2).join(' '));
  };
  const library = "#!lua name=lib\nredis.register_function('f', function() end)";
  isLogged(['FUNCTION', 'LOAD', library]);
  const libraries = bulk('FUNCTION', 'DUMP');
  isLogged(['FUNCTION', 'DELETE', 'lib']);
  isLogged(['FUNCTION', 'RESTORE', libraries]);
  client.exchange(['SET', 'k', 'v']);
  const payload = bulk('DUMP', 'k');
  isLogged(['RESTORE', 'to', '0', payload]);
  isLogged(['RESTORE', 'to', '5000000000000', payload, 'replace', 'absttl'], ['RESTORE', 'to', '5000000000000', payload, 'REPLACE', 'ABSTTL']);
  isLogged(['RESTORE-ASKING', 'to', '1', payload, 'REPLACE', 'ABSTTL'], ['DEL', 'to']);
  return ['function|load', 'function|delete', 'function|restore', 'restore', 'restore-asking'];
}

t.test('another server makes of a log what the first one has, at any moment between two commands', (t) => {
  let steps = 0;
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const outcome = trial(seed);
    steps += outcome.steps;
    if (outcome.differences.length > 0) t.fail(`seed ${seed}: ${outcome.differences.join('\n')}`);
  }
  t.ok(steps >= SEQUENCES * 250, `${steps} commands`);
  t.end();
});

t.test('a snapshot is shown each key before it changes', (t) => {
  for (let seed = 1; seed <= SNAPSHOT_SEQUENCES; seed++) t.strictSame(snapshotTrial(seed), [], `seed ${seed}`);
  t.end();
});

t.test('a transaction or a script is one piece, and so is what it gives to those who wait', (t) => {
  const { local, log, send } = start();
  local.connect().send('BLPOP queue 0');
  send('MULTI', 'SET a 1', 'RPUSH queue x y', 'EXEC');
  t.strictSame(log.groups.map((group) => group.map(({ words }) => words.join(' '))), [['SET a 1', 'RPUSH queue x y', 'lpop queue']]);
  log.take();
  local.connect().send('EVAL redis.call("SET","a",2)redis.call("SELECT",3)redis.call("INCR","b") 0', 'GET a');
  t.strictSame(log.groups.length, 1);
  t.strictSame(log.take(), ['SET a 2', 'db3 INCR b']);
  t.end();
});

t.test('nothing is logged of what changes nothing, and nothing of readers', (t) => {
  const { log, send } = start();
  send('SET a 1', 'SADD s a');
  log.take();
  send('GET a', 'SETNX a 2', 'DEL nosuch', 'SADD s a', 'EXPIRE nosuch 10', 'SORT s ALPHA', 'PUBLISH a b', 'SCRIPT LOAD return', 'CONFIG SET maxmemory 0', 'GETEX a', 'INCR s');
  t.strictSame(log.take(), []);
  t.end();
});

t.test('a key that expires is logged before what a command does in its place', (t) => {
  const { local, log, send } = start();
  send('SET a 1 PX 10');
  log.take();
  local.server.epochMs += 20;
  send('SETNX a 2');
  t.strictSame(log.take(), ['DEL a', 'SETNX a 2']);
  send('SET b 1 PX 10');
  local.server.epochMs += 20;
  log.take();
  send('GET b');
  t.strictSame(log.take(), ['DEL b'], 'also where somebody only reads');
  t.end();
});

t.test('keys that expire by themselves, and those that are evicted, are logged', (t) => {
  const { local, log, send } = start();
  send('SET a 1 PXAT 1', 'SET b 1 PXAT 1');
  log.take();
  local.tick();
  t.strictSame(log.take().sort(), ['DEL a', 'DEL b']);
  send('SET c 1', 'CONFIG SET maxmemory-policy allkeys-random', 'CONFIG SET maxmemory 1');
  log.take();
  send('SET d 1');
  t.strictSame(log.take(), ['DEL c']);
  t.end();
});

t.test('where memory ends in the middle of a command, what it has done is logged', (t) => {
  const { local, log, send } = start();
  const replica = new Replica();
  const long = 'x'.repeat(200);
  send('RPUSH list a', `SADD set ${long}`);
  for (const command of [`RPUSH list ${`${'y'.repeat(5000)} `.repeat(20).trimEnd()}`, `MSET one ${long} two ${long} three ${long}`]) {
    for (let blocks = 0; blocks < 6; blocks++) {
      const restore = exhaustAfter(local.server.keyspace.memory, blocks);
      send(command);
      restore();
      for (const group of log.groups.splice(0)) t.strictSame(replica.apply(group), []);
      t.strictSame(imageOf(replica.server), imageOf(local.server), `${command.slice(0, 10)} after ${blocks} blocks`);
    }
  }
  t.end();
});

t.test('what cannot be logged is refused, and PING; what only reads is served', (t) => {
  const { local, log, send } = start();
  send('SET a 1', 'SET mortal 1 PXAT 1', 'MULTI', 'SET b 1');
  log.refusal = MISCONF;
  t.equal(send('EXEC'), `-EXECABORT Transaction discarded because of: ${MISCONF}`);
  t.equal(send('SET a 2', 'PING', 'GET a'), `-${MISCONF} -${MISCONF} $1 1`);
  t.equal(send('MULTI', 'SET a 2', 'EXEC'), `+OK -${MISCONF} -EXECABORT Transaction discarded because of previous errors.`);
  t.match(send('EVAL return(redis.call("SET","a",2)) 0'), MISCONF);
  t.equal(send('EVAL return(redis.call("GET","a")) 0'), '$1 1');
  const client = local.connect();
  t.match(client.exchange(['EVAL', '#!lua\nreturn 1', '0']), /^-MISCONF Redis is configured to persist data to AOF, .* AOF error: No space left on device/);
  t.equal(client.exchange(['EVAL', '#!lua flags=no-writes\nreturn 1', '0']), ':1\r\n');
  log.take();
  local.tick();
  t.equal(send('DBSIZE'), ':2', 'and no key expires by itself');
  log.refusal = undefined;
  t.equal(send('SET a 2', 'PING'), '+OK +PONG');
  local.tick();
  t.equal(send('DBSIZE'), ':1');
  t.end();
});
