import { test } from 'tap';
import { ArgumentList, FunctionEngine, type Script, ScriptEngine } from '../../src/scripting/index.js';
import { RespWriter } from './support/resp-writer.js';
import { TinyHost } from './support/tiny-host.js';

const MEGABYTE = 1024 * 1024;

/** Runs a script with the arguments as ARGV, and returns the reply in RESP2. */
function run(engine: ScriptEngine, source: string, host = new TinyHost(), ...args: readonly (Buffer | string)[]): string {
  return runLoaded(engine, engine.load(Buffer.from(source)), host, ...args);
}

function runLoaded(engine: ScriptEngine, script: Script, host: TinyHost, ...args: readonly (Buffer | string)[]): string {
  const writer = new RespWriter(2);
  engine.run(script, ArgumentList.of(...args), 0, 0, host, writer);
  return writer.text;
}

test('arguments are KEYS as far as is said, and ARGV from there on', (t) => {
  const engine = new ScriptEngine();
  const script = engine.load(Buffer.from('return {#KEYS, KEYS[1], KEYS[2], #ARGV, ARGV[1]}'));
  const writer = new RespWriter(2);
  engine.run(script, ArgumentList.of('EVAL', 'the source', '2', 'k1', 'k2', 'a1'), 3, 2, new TinyHost(), writer);
  t.equal(writer.text, '*5\r\n:2\r\n$2\r\nk1\r\n$2\r\nk2\r\n:1\r\n$2\r\na1\r\n');
  t.end();
});

test('every byte passes through a script, its commands and their replies', (t) => {
  const engine = new ScriptEngine();
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  const reply = run(engine, "redis.call('set', 'k', ARGV[1]) return redis.call('get', 'k')", new TinyHost(), bytes);
  t.equal(reply, `$${String(bytes.length)}\r\n${bytes.toString('latin1')}\r\n`);
  t.end();
});

test('a script is known by the SHA-1 of its source until it is flushed', (t) => {
  const engine = new ScriptEngine();
  const { sha } = engine.load(Buffer.from('return 1'));
  t.equal(sha, 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
  t.equal(engine.load(Buffer.from('return 1')), engine.find(sha));
  t.equal(engine.count, 1);
  engine.flush();
  t.equal(engine.find(sha), undefined);
  t.equal(engine.count, 0);
  t.equal(run(engine, 'return 1'), ':1\r\n');
  t.end();
});

test('what a script declares is told with it', (t) => {
  const engine = new ScriptEngine();
  t.equal(engine.load(Buffer.from('return 1')).flags, undefined);
  t.same(engine.load(Buffer.from('#!lua\nreturn 1')).flags, new Set());
  t.same(engine.load(Buffer.from('#!lua flags=no-writes,allow-oom\nreturn 1')).flags, new Set(['no-writes', 'allow-oom']));
  t.end();
});

test('a source that is larger than the machine is refused, and the machine goes on or another one does', (t) => {
  const huge = Buffer.from(`#!lua name=huge\n--${'x'.repeat(12 * MEGABYTE)}\nredis.register_function('f', function() return 1 end)`);
  const refusal = { name: 'ScriptError', message: 'ERR not enough memory' };
  const engine = new ScriptEngine({ maxMemoryBytes: 20 * MEGABYTE });
  t.throws(() => engine.load(huge.subarray('#!lua name=huge\n'.length)), refusal);
  t.equal(engine.count, 0);
  t.equal(run(engine, 'return 1'), ':1\r\n');
  const functions = new FunctionEngine({ maxMemoryBytes: 20 * MEGABYTE });
  t.throws(() => functions.load(huge, false, new TinyHost()), refusal);
  t.equal(functions.libraries.size, 0);
  t.equal(functions.load(Buffer.from("#!lua name=small\nredis.register_function('f', function() return 1 end)"), false, new TinyHost()).name, 'small');
  t.end();
});

test('a source that does not compile is not kept', (t) => {
  const engine = new ScriptEngine();
  t.throws(() => engine.load(Buffer.from('foo bar')), { name: 'ScriptError', message: /^ERR Error compiling script/ });
  t.equal(engine.count, 0);
  t.end();
});

test('a script that is overdue is killed, whatever it catches and wherever it runs', (t) => {
  const engine = new ScriptEngine({ timeLimitMs: 1 });
  for (const source of [
    'while true do end',
    'while true do pcall(function() while true do end end) end',
    'coroutine.wrap(function() while true do end end)()',
    "while true do redis.pcall('get', 'k') end",
  ]) {
    const { sha } = engine.load(Buffer.from(source));
    const text = `-ERR Script killed by user with SCRIPT KILL... script: ${sha}, on @user_script:1.\r\n`;
    t.equal(run(engine, source), text, source);
  }
  t.equal(run(engine, 'return 1'), ':1\r\n', 'and the next one runs');
  t.end();
});

test('a script that is overdue may go on, and its host is asked again', (t) => {
  const engine = new ScriptEngine({ timeLimitMs: 0 });
  const host = new TinyHost();
  host.verdict = 'continue';
  t.equal(run(engine, 'local n = 0 for i = 1, 2000000 do n = n + 1 end return n', host), ':2000000\r\n');
  t.ok(host.timesOverdue > 1);
  t.end();
});

test('a script that takes too much memory fails, and its memory is given back', (t) => {
  const engine = new ScriptEngine({ maxMemoryBytes: 32 * MEGABYTE });
  const before = engine.load(Buffer.from('return 7'));
  for (const source of ["local s = 'a' while true do s = s .. s end", 'local t = {} while true do t[#t + 1] = {} end', "return ('a'):rep(1e9)"]) {
    t.match(run(engine, source), /^-ERR not enough memory/, source);
    t.ok(engine.memoryBytes <= 32 * MEGABYTE);
  }
  t.equal(runLoaded(engine, before, new TinyHost()), ':7\r\n', 'scripts that were loaded before are still there');
  t.match(run(engine, 'return ARGV[1]', new TinyHost(), Buffer.alloc(40 * MEGABYTE)), /^-ERR not enough memory/);
  t.equal(run(engine, 'return 1'), ':1\r\n');
  t.end();
});

test('a script that calls itself too often in C fails, and the next one runs', (t) => {
  const engine = new ScriptEngine();
  t.match(run(engine, "return ('a'):rep(1000000):find(('a?'):rep(1000000))"), /^-ERR stack overflow script: [\da-f]{40}\r\n$/);
  t.match(run(engine, "cjson.encode_max_depth(1e6) local a = {} a[1] = a return cjson.encode(a)"), /^-ERR .*(stack overflow|nesting)/);
  t.equal(run(engine, 'return 1'), ':1\r\n');
  t.end();
});

test('a table that contains itself is replied as far as it is reasonable, and the reply is whole', (t) => {
  const engine = new ScriptEngine();
  const reply = run(engine, 'local a = {} a[1] = a return a');
  t.match(reply, /^(\*1\r\n)+-ERR reached lua stack limit\r\n$/);
  t.end();
});

test('one script leaves nothing to the next', (t) => {
  const engine = new ScriptEngine();
  for (const attempt of [
    'x = 1',
    'rawset(_G, "x", 1)',
    'table.insert(_G, 1)',
    'setmetatable(_G, nil)',
    'setmetatable(redis, {__index={nope=1}})',
    'string.format = nil',
    'getmetatable("").__index = {}',
    'getmetatable(_G).__index = function() return 1 end',
    'redis.call = error',
    'for name, library in pairs(_G) do if type(library) == "table" then library.x = 1 end end',
    'table.foreach(_G, function(_, library) if type(library) == "table" then rawset(library, "x", 1) end end)',
    'local _, globals = next({_G}) globals.x = 1',
    'loadstring("x = 1")()',
    'coroutine.wrap(function() x = 1 end)()',
    'KEYS.x = 1 KEYS[1] = 2 ARGV = nil',
  ]) {
    run(engine, attempt);
    t.equal(run(engine, 'return {rawget(_G, "x"), #_G, redis.x, redis[1], redis.nope, string.x, #KEYS, KEYS.x}'), '*0\r\n', attempt);
    t.equal(run(engine, 'return {("%d"):format(5), type(redis.call)}'), '*2\r\n$1\r\n5\r\n$8\r\nfunction\r\n', attempt);
    t.match(run(engine, 'return x'), /nonexistent global variable 'x'/, attempt);
  }
  t.end();
});

test('the protocol that a script chooses ends with it', (t) => {
  const engine = new ScriptEngine();
  const host = new TinyHost();
  t.equal(run(engine, "redis.setresp(3) return type(redis.call('get', 'none'))", host), '$3\r\nnil\r\n');
  t.equal(run(engine, "return type(redis.call('get', 'none'))", host), '$7\r\nboolean\r\n');
  t.end();
});

test('redis.log hands level and text to the host', (t) => {
  const engine = new ScriptEngine();
  const host = new TinyHost();
  run(engine, "redis.log(redis.LOG_WARNING, 'one', 2, 3.5) redis.log(0, 'x', {}, 'y')", host);
  t.same(host.logged, [[3, 'one 2 3.5'], [0, 'x  y']]);
  t.end();
});

test('whatever a host refuses, the script hears', (t) => {
  const engine = new ScriptEngine();
  const host = new TinyHost();
  host.readOnly = true;
  t.match(run(engine, "return redis.call('set', 'a', 'b')", host), /^-ERR Write commands are not allowed from read-only scripts\. script: /);
  t.equal(run(engine, "return redis.pcall('set', 'a', 'b')", host), '-ERR Write commands are not allowed from read-only scripts.\r\n');
  t.end();
});

test('an exception of the host goes through to its caller, and the engine lives on', (t) => {
  const engine = new ScriptEngine();
  const host = new TinyHost();
  host.call = () => {
    throw new TypeError('a mistake in a command');
  };
  t.throws(() => run(engine, "return redis.call('get', 'k')", host), new TypeError('a mistake in a command'));
  t.throws(() => run(engine, "return pcall(redis.call, 'get', 'k')", host), new TypeError('a mistake in a command'));
  t.equal(run(engine, 'return 1'), ':1\r\n');
  t.end();
});

test('many runs and many sources do not make the machine grow', (t) => {
  const engine = new ScriptEngine();
  run(engine, 'return 0');
  const { memoryBytes } = engine;
  const script = engine.load(Buffer.from("local t = {} for i = 1, 100 do t[i] = ARGV[1] .. i end return cjson.encode(t)"));
  for (let index = 0; index < 2000; index++) runLoaded(engine, script, new TinyHost(), 'x'.repeat(1000));
  t.equal(engine.memoryBytes, memoryBytes);
  t.end();
});

test('libraries are loaded again after a function took the machine with it', (t) => {
  const engine = new FunctionEngine({ timeLimitMs: 1 });
  const source = `#!lua name=lib
    local n = 0
    redis.register_function('count', function() n = n + 1 return n end)
    redis.register_function('hang', function() while true do end end)`;
  engine.load(Buffer.from(source), false, new TinyHost());
  const call = (name: string) => {
    const writer = new RespWriter(2);
    engine.run(engine.find(name)!, ArgumentList.of(), 0, 0, new TinyHost(), writer);
    return writer.text;
  };
  t.equal(call('count'), ':1\r\n');
  t.equal(call('count'), ':2\r\n');
  t.equal(call('hang'), '-ERR Script killed by user with SCRIPT KILL... script: hang, on @user_function:4.\r\n');
  t.equal(call('count'), ':1\r\n');
  t.ok(engine.delete('lib'));
  t.notOk(engine.delete('lib'));
  t.equal(engine.find('count'), undefined);
  t.end();
});

test('a library that does not come to an end is not loaded', (t) => {
  const engine = new FunctionEngine();
  const source = Buffer.from('#!lua name=lib\nwhile true do end');
  t.throws(() => engine.load(source, false, new TinyHost()), { message: 'ERR Error registering functions: ERR FUNCTION LOAD timeout' });
  t.equal(engine.libraries.size, 0);
  t.end();
});
