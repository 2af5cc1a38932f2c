/** Requests in pieces of any size, replies that the network takes bit by bit: what a client reads must be what it would read in peace. */
import { type Conditions, FAIR, ROUGH, Random, type SimPeer, Simulation } from '@edgeloop/reactor/testing';
import t from 'tap';
import { kv } from '../../src/index.js';

const CLIENTS = 4;
const COMMANDS = 120;
const SEEDS = 12;

type Command = readonly (string | Buffer)[];

/** Each client has keys of its own, so that its replies do not depend on when the others are served. */
function commandsOf(random: Random, client: number): Command[] {
  const key = () => `${client}:${random.below(8)}`;
  const value = () => random.bytes(random.pick([0, 1, 10, 100, 5000, 40_000]));
  const number = () => String(random.between(-20, 20));
  const draw: readonly (() => Command)[] = [
    () => ['SET', key(), value()],
    () => ['GET', key()],
    () => ['APPEND', key(), value()],
    () => ['INCRBY', key(), number()],
    () => ['RPUSH', `${key()}:list`, value(), value()],
    () => ['LRANGE', `${key()}:list`, '0', '-1'],
    () => ['BLPOP', `${key()}:list`, '0.05'],
    () => ['HSET', `${key()}:hash`, number(), value()],
    () => ['HGET', `${key()}:hash`, number()],
    () => ['ZADD', `${key()}:sorted`, number(), number()],
    () => ['ZRANGE', `${key()}:sorted`, '0', '-1', 'WITHSCORES'],
    () => ['EVAL', 'return {redis.call("STRLEN", KEYS[1]), ARGV[1]}', '1', key(), value()],
    () => ['MULTI'],
    () => ['EXEC'],
    () => ['DEL', key(), `${key()}:list`, `${key()}:hash`],
    () => ['NONSENSE', value()],
  ];
  return [...Array.from({ length: COMMANDS }, () => random.pick(draw)()), ['QUIT']];
}

function encode(commands: readonly Command[]): Buffer {
  const parts = commands.flatMap((command) => [`*${command.length}\r\n`, ...command.flatMap((argument) => [`$${Buffer.byteLength(argument)}\r\n`, argument, '\r\n'])]);
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

interface Run {
  readonly replies: readonly Buffer[];
  readonly turns: number;
}

/** What the clients read who send everything at once, and now and then do not read for a while. */
async function replies(seed: number, conditions: Partial<Conditions>): Promise<Run> {
  const simulation = new Simulation({ seed, conditions });
  await simulation.reactor.use(kv, {}).listen({ port: 6379 });
  const random = new Random(seed);
  const requests = Array.from({ length: CLIENTS }, (_, client) => encode(commandsOf(random, client)));
  const peers = requests.map((request) => {
    const peer = simulation.connect({ port: 6379 });
    peer.send(request);
    return peer;
  });
  while (!peers.every(({ over }) => over)) {
    for (const peer of peers) dawdle(random, peer);
    await simulation.advance(random.below(50));
  }
  for (const peer of peers) peer.close();
  await simulation.close();
  return { replies: peers.map((peer) => peer.take()), turns: simulation.turns };
}

function dawdle(random: Random, peer: SimPeer): void {
  if (random.chance(0.3)) peer.pause();
  else peer.resume();
}

t.test('a pipeline is answered to the byte as in peace, however the network tears it', async (t) => {
  let turns = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const peace = await replies(seed, FAIR);
    const rough = await replies(seed, { ...ROUGH, segmentBytes: 5000, sendBufferBytes: 8000, receiveBufferBytes: 8000 });
    for (const [client, expected] of peace.replies.entries()) {
      t.ok(expected.length > 1000, 'there is something to compare');
      t.ok(rough.replies[client]?.equals(expected), `seed ${seed}, client ${client}`, { expected: expected.length, received: rough.replies[client]?.length });
    }
    turns += rough.turns;
  }
  t.ok(turns > 1000, 'it came in many pieces', { turns });
});
