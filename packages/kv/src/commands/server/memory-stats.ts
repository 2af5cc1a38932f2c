import type { Call, Command } from '../../command/call.js';
import { type MemoryFacts, memoryFacts, share } from './memory-facts.js';

/** A number, or several with names of their own. */
type Fact = readonly [name: string, value: number | readonly Fact[]];

/** The names of what is no number of bytes, and which a client expects as a double also where it is whole. */
const RATIO = /(\.ratio|\.percentage|^fragmentation)$/;

export const stats: Command = {
  name: 'stats',
  arity: 2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'Answers what takes how much memory.',
  complexity: 'O(N) for N clients',
  syntax: '',
  execute(call) {
    const facts = memoryFacts(call);
    replyFacts(call, [...overheads(call, facts), ...databases(call), ...contents(call, facts), ...allocator(facts)]);
  },
};

function replyFacts(call: Call, facts: readonly Fact[]): void {
  const { reply } = call;
  reply.map(facts.length);
  for (const [name, value] of facts) {
    reply.text(name);
    if (typeof value !== 'number') replyFacts(call, value);
    else if (RATIO.test(name)) reply.double(value);
    else reply.integer(value);
  }
}

function overheads({ server }: Call, { used, peak, clients }: MemoryFacts): Fact[] {
  return [
    ['peak.allocated', peak],
    ['total.allocated', used],
    ['startup.allocated', 0],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', clients],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['lua.caches', server.scripts.sourceBytes],
    ['functions.caches', server.functions.sourceBytes],
  ];
}

/** Deadlines stand with the keys that have them, so there is no second table. */
function databases({ server }: Call): Fact[] {
  return server.keyspace.databases.filter(({ size }) => size > 0).map(({ index, dict }) => [
    `db.${index}`, [['overhead.hashtable.main', dict.bytes], ['overhead.hashtable.expires', 0], ['overhead.hashtable.slot-to-keys', 0]],
  ]);
}

function contents({ server }: Call, { used, peak, tables, dataset }: MemoryFacts): Fact[] {
  const keys = server.keyspace.size;
  return [
    ['overhead.total', tables],
    ['keys.count', keys],
    ['keys.bytes-per-key', Math.floor(share(used, keys))],
    ['dataset.bytes', dataset],
    ['dataset.percentage', share(dataset, used) * 100],
    ['peak.percentage', share(used, peak) * 100],
  ];
}

/** What is reserved is taken for resident: how much of it the kernel has given pages to is not counted. */
function allocator({ used, allocated, reserved, resident }: MemoryFacts): Fact[] {
  return [
    ['allocator.allocated', allocated],
    ['allocator.active', reserved],
    ['allocator.resident', reserved],
    ['allocator-fragmentation.ratio', share(reserved, allocated)],
    ['allocator-fragmentation.bytes', reserved - allocated],
    ['allocator-rss.ratio', 1],
    ['allocator-rss.bytes', 0],
    ['rss-overhead.ratio', share(resident, reserved)],
    ['rss-overhead.bytes', resident - reserved],
    ['fragmentation', share(resident, used)],
    ['fragmentation.bytes', resident - used],
  ];
}
