/** Runs each script on redis-server and on the engine, and compares the replies: those of Redis are what is right. */
import { type Test, test } from 'tap';
import { ArgumentList, FunctionEngine, ScriptEngine, ScriptError } from '../../src/scripting/index.js';
import { startRedis } from '../support/redis-server.js';
import { skipWithout } from '../support/required-tool.js';
import { RespClient } from '../support/resp-client.js';
import { type Reply, RespDecoder } from '../support/resp-decoder.js';
import { binary } from './cases/binary.js';
import { conversions } from './cases/conversions.js';
import { errors } from './cases/errors.js';
import { functions } from './cases/functions.js';
import { json } from './cases/json.js';
import { lua } from './cases/lua.js';
import { redisFunctions } from './cases/redis-functions.js';
import { sandbox } from './cases/sandbox.js';
import { RespWriter } from './support/resp-writer.js';
import { TinyHost } from './support/tiny-host.js';

const SUITES = { conversions, errors, redisFunctions, sandbox, lua, json, binary };

test('the engine replies to every script as Redis does, in RESP2 and in RESP3', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const client = await RespClient.connect(redis);
  t.teardown(() => client.close());
  // One for both protocols: what a script leaves behind, the next one finds on both sides.
  const engine = new ScriptEngine();
  for (const version of [2, 3] as const) {
    await client.call('HELLO', String(version));
    for (const [name, scripts] of Object.entries(SUITES)) {
      await t.test(`${name}, RESP${String(version)}`, async (t) => compare(t, client, engine, scripts, version));
    }
  }
});

async function compare(t: Test, client: RespClient, engine: ScriptEngine, scripts: readonly string[], version: 2 | 3): Promise<void> {
  const replies = await client.pipeline(scripts.flatMap((script) => [['FLUSHALL'], ['EVAL', script, '0']]));
  for (const [index, script] of scripts.entries()) {
    t.same(evaluate(engine, script, version), replies[2 * index + 1], script);
  }
}

test('libraries load, fail to load and run as in Redis', skipWithout('redis-server'), async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const client = await RespClient.connect(redis);
  t.teardown(() => client.close());
  const engine = new FunctionEngine();
  const replies = await client.pipeline(functions);
  for (const [index, command] of functions.entries()) t.same(execute(engine, command), replies[index], command.join(' '));
});

function execute(engine: FunctionEngine, [name, ...args]: readonly string[]): Reply | undefined {
  return replyOf(2, (writer) => {
    if (name === 'FCALL') call(engine, args, writer);
    else if (args[0] === 'FLUSH') flush(engine, writer);
    else writer.text = bulk(engine.load(Buffer.from(args.at(-1)!), args[1] === 'REPLACE', new TinyHost()).name);
  });
}

function call(engine: FunctionEngine, args: readonly string[], writer: RespWriter): void {
  const called = engine.find(args[0]!);
  if (called === undefined) writer.error('ERR Function not found');
  else engine.run(called, ArgumentList.of(...args.slice(2)), 0, Number(args[1]), new TinyHost(), writer);
}

function flush(engine: FunctionEngine, writer: RespWriter): void {
  engine.flush();
  writer.status('OK');
}

function evaluate(engine: ScriptEngine, source: string, version: 2 | 3): Reply | undefined {
  return replyOf(version, (writer) => {
    const script = engine.load(Buffer.from(source, 'latin1'));
    engine.run(script, ArgumentList.of(), 0, 0, new TinyHost(), writer);
  });
}

/** The reply that is written, or the error that is thrown in its place. */
function replyOf(version: 2 | 3, write: (writer: RespWriter) => void): Reply | undefined {
  const writer = new RespWriter(version);
  try {
    write(writer);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    writer.error(error.message);
  }
  return new RespDecoder().push(Buffer.from(writer.text, 'latin1'))[0];
}

function bulk(text: string): string {
  return `$${String(text.length)}\r\n${text}\r\n`;
}
