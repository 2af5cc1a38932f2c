/** Lua scripts for EVAL. None of them depends on the order of a table, on time or on chance. */

/** Return values, from Lua to RESP. */
const CONVERSIONS = [
  'return 1', 'return 3.99', 'return -3.99', 'return true', 'return false', 'return nil', 'return "text"', 'return {}',
  'return {1,2,{3,"a",{}},nil,4}', 'return {ok="fine"}', 'return {err="ERR mine"}', 'return {err="mine"}', 'return {err=""}',
  'return redis.error_reply("ERR x y")', 'return redis.error_reply("x")', 'return redis.error_reply("-ERR x")', 'return redis.status_reply("well")',
  'return {double=3.5}', 'return {map={a=1}}', 'return {set={a=true}}', 'return {big_number="123456789012345678901234567890"}',
  'return {verbatim_string={string="text", format="txt"}}', 'redis.setresp(3); return {double=3.5}', 'redis.setresp(3); return true',
  'redis.setresp(3); return {map={a=1}}', 'redis.setresp(4)', 'redis.setresp(3); return redis.call("HGETALL", KEYS[1]) ~= nil', 'return 2^53',
  'return 1e100', 'return 0/0', 'return tostring(1e15)', 'return tostring(1e14)', 'return tostring(0.1)', 'return "\\0\\255"', 'return #ARGV',
  'return #KEYS', 'return {KEYS[1], ARGV[1], ARGV[2]}', 'return {1, false, 3}', 'return function() end', 'return print', 'return', '', 'return {1,2',
  'x', 'return 1,2',
];

/** Calls into the server. */
const CALLS = [
  'return redis.call("GET", KEYS[1])', 'return redis.call("SET", KEYS[1], ARGV[1])', 'return redis.pcall("INCR", KEYS[1])',
  'return redis.call("INCR", KEYS[1])', 'return redis.call("LPUSH", KEYS[1], "a", 1, 2.5)', 'return redis.call("LRANGE", KEYS[1], 0, -1)',
  'return redis.call("ZADD", KEYS[1], 1.5, "m")', 'return redis.call("ZSCORE", KEYS[1], "m")', 'return redis.call("HSET", KEYS[1], "a", ARGV[1])',
  'return redis.call("HGET", KEYS[1], "a")', 'return redis.call("TYPE", KEYS[1])', 'return redis.call("TYPE", KEYS[1]).ok',
  'local r = redis.pcall("GET", KEYS[1]); return type(r) == "table" and r.err or r', 'return type(redis.call("GET", "nosuchkey"))',
  'return redis.call("MGET", KEYS[1], "nosuchkey")', 'return redis.call("EXISTS", unpack(KEYS))', 'return redis.call("DEL", KEYS[1]) + 1',
  'return redis.call("PING")', 'return redis.call("SELECT", 1)', 'return redis.call("ECHO", "x")', 'return redis.call("SPOP", "nosuchkey")',
  'return redis.call("OBJECT", "ENCODING", KEYS[1])',
  'redis.call("SET", KEYS[1], 1); redis.call("EXPIRE", KEYS[1], 100000); return redis.call("TTL", KEYS[1]) > 0',
  'return redis.call("BLPOP", "nosuchkey", 0)', 'return redis.call("XADD", KEYS[1], "99-1", "a", "b")',
  'return redis.pcall("XREAD", "BLOCK", 0, "STREAMS", "nosuchkey", "$")', 'return redis.call("APPEND", KEYS[1], "\\0")',
  'for i = 1, 5 do redis.call("RPUSH", KEYS[1], i) end return redis.call("LLEN", KEYS[1])',
  'return {redis.call("STRLEN", KEYS[1]), redis.pcall("LLEN", KEYS[1])}',
];

/** Mistakes: of the call, of the language, and of whoever tries to leave the sandbox. An error that is a table without `err` ends redis-server 7.0.15. */
const ERRORS = [
  'return redis.call("NOSUCH", "a")', 'return redis.pcall("NOSUCH")', 'return redis.call("GET")', 'return redis.call()', 'return redis.call({})',
  'return redis.call("GET", nil)', 'return redis.call("GET", true)', 'return redis.pcall({})', 'return redis.call("SUBSCRIBE", "x")',
  'return redis.call("MULTI")', 'return redis.call("EVAL", "return 1", 0)', 'return redis.call("CLIENT", "NOSUCH")', 'error("mine")',
  'error({err="ERR of a table"})', 'error({err="of a table"})', 'error()', 'local a; return a.b', 'return 1 + {}', 'return nosuch', 'nosuch = 1',
  'return nosuch()', 'local t = {} ; return #nil', 'assert(false)', 'assert(false, "why")', 'return redis.error_reply()',
  'return redis.status_reply(1)', 'return redis.sha1hex()', 'return redis.nosuch', 'redis.x = 1', 'return os.clock() >= 0', 'return type(os.time)',
  'return type(io)', 'return type(require)', 'return type(loadstring)', 'return type(dofile)', 'return loadstring("return 7")()', 'string.x = 1',
  'return setmetatable(_G, {})', 'return rawset(_G, "x", 1)', 'local ok, e = pcall(error, "x"); return tostring(ok) .. tostring(e)',
  'local ok, e = pcall(redis.call, "NOSUCH"); return type(e) == "table" and e.err or e', 'while', 'return "unfinished', 'goto x',
  'return redis.log(redis.LOG_DEBUG, "x")', 'redis.log(1)', 'return redis.replicate_commands()', 'return redis.set_repl(redis.REPL_ALL)',
  'redis.set_repl(99)', 'return redis.breakpoint()', 'return redis.acl_check_cmd("GET", KEYS[1])', 'return redis.acl_check_cmd("NOSUCH")',
];

/** The libraries that Redis puts beside those of Lua. */
const LIBRARIES = [
  'return cjson.encode({1,2,"a"})', 'return cjson.encode({a=1})', 'return cjson.encode({})', 'return cjson.encode(ARGV[1])',
  'return cjson.encode({1.5, true, cjson.null})', 'return cjson.decode("[1,2.5,null]")', 'return cjson.decode(ARGV[1])',
  'return cjson.decode("{\\"a\\":[1,{\\"b\\":\\"c\\"}]}").a[2].b', 'return tostring(cjson.decode("1e3"))', 'return cjson.encode(1e15)',
  'return cjson.encode(0.1)', 'return cjson.encode(-0.0)', 'return cjson.encode(1/0)', 'return cjson.encode({[1]=1,[5]=5})',
  'return cjson.encode(function() end)', 'return cjson.encode("\\0\\1\\"\\\\/")', 'return cjson.decode("[")',
  'return cjson.decode("{\\"\\\\u00e9\\":1}") ~= nil', 'return cjson.encode(cjson.decode("[[],{}]"))', 'return cmsgpack.pack(1)',
  'return cmsgpack.pack({1,2,3})', 'return cmsgpack.pack("text", -1, 1.5, true)', 'return cmsgpack.pack({a=1})',
  'return {cmsgpack.unpack(cmsgpack.pack(1, "a", {2}))}', 'return cmsgpack.unpack(ARGV[1])', 'return cmsgpack.pack(2^40)',
  'return cmsgpack.pack(nil)', 'return cmsgpack.pack()', 'return {cmsgpack.unpack_one("\\1\\2", 1)}',
  'return {cmsgpack.unpack_limit("\\1\\2\\3", 2)}', 'return struct.pack(">I2", 258)', 'return {struct.unpack("<i4", "\\255\\255\\255\\255")}',
  'return struct.pack("z", "abc")', 'return {struct.unpack("Bc0", "\\3abcd")}', 'return struct.size(">I2I4")', 'return struct.pack("d", 1.5)',
  'return struct.pack("I9", 1)', 'return struct.unpack(">I4", "a")', 'return bit.band(255, 15)', 'return bit.bor(1, 6)', 'return bit.bxor(5, 3)',
  'return bit.bnot(0)', 'return bit.lshift(1, 31)', 'return bit.rshift(-1, 1)', 'return bit.arshift(-8, 1)', 'return bit.tohex(255)',
  'return bit.tohex(255, -4)', 'return bit.rol(1, 33)', 'return bit.bswap(1)', 'return bit.tobit(2^32 + 5)', 'return bit.band("x", 1)',
  'return redis.sha1hex("")', 'return redis.sha1hex(ARGV[1])', 'return string.format("%5.2f|%d|%s|%q", 3.14159, 42, "a", "b")', 'return ("x"):rep(3)',
  'return {string.find("hello world", "o w")}', 'return string.gsub("hello", "l+", "L")', 'return table.concat({1,2,3}, ",")',
  'local t = {3,1,2}; table.sort(t); return t', 'return {math.floor(3.7), math.max(1, 9), math.huge > 1}', 'return tonumber(ARGV[1])',
  'return tostring(nil)', 'return select("#", 1, nil, nil)', 'return {string.byte("a\\0b", 1, -1)}', 'return _VERSION',
  'math.randomseed(7); return math.random(1, 1000)', 'return redis.REDIS_VERSION_NUM >= 0x070000', 'return type(redis.REDIS_VERSION)',
  'return ("%d"):format(3.7)', 'return tostring(-0.0)', 'return 10 % 3 .. ""', 'return -7 % 3', 'return 7 / 2', 'return 2^0.5 .. ""',
];

export const SCRIPTS: readonly string[] = [...CONVERSIONS, ...CALLS, ...ERRORS, ...LIBRARIES];

/** Those that only read, for the commands whose names end with `_RO`, and two that do not. */
export const READING_SCRIPTS: readonly string[] = [
  'return redis.call("GET", KEYS[1])', 'return redis.call("TYPE", KEYS[1])', 'return 1', 'return redis.call("SET", KEYS[1], 1)',
  'return redis.pcall("DEL", KEYS[1])', '#!lua\nreturn 1', '#!lua flags=no-writes\nreturn redis.call("SET", KEYS[1], 1)',
  '#!lua flags=nosuch\nreturn 1', '#!nosuch\nreturn 1', '#!lua name=x\nreturn 1', '#!lua flags=no-writes,allow-oom\nreturn KEYS[1]',
];
