import type { Call, Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { NOT_AN_INTEGER, SYNTAX } from '../../command/reply-error.js';
import { SLOT_BYTES } from '../../memory/segment.js';

const definition = {
  arity: 2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  complexity: 'O(1)',
  syntax: '',
} as const;

/** Every block is counted as it is allocated, so there is nothing to sample, and SAMPLES changes nothing. */
const usage: Command = {
  ...definition,
  name: 'usage',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 2, last: 2, step: 1 },
  summary: 'Answers how many bytes a key takes with its value.',
  syntax: 'key [SAMPLES count]',
  execute(call) {
    for (let i = 3; i < call.count; i += 2) {
      if (!call.is(i, 'SAMPLES') || i + 1 >= call.count) throw SYNTAX;
      if (call.integer(i + 1, NOT_AN_INTEGER) < 0) throw SYNTAX;
    }
    const entry = call.find(2);
    if (entry === 0) call.reply.nil();
    else call.reply.integer(call.db.bytesOf(entry) + SLOT_BYTES);
  },
};

const stats: Command = {
  ...definition,
  name: 'stats',
  summary: 'Answers what takes how much memory.',
  execute(call) {
    const { reply } = call;
    const databases = call.server.keyspace.databases.filter(({ size }) => size > 0);
    const facts = memoryFacts(call);
    reply.map(facts.length + databases.length);
    for (const db of databases) {
      reply.text(`db.${db.index}`);
      reply.map(2);
      reply.text('overhead.hashtable.main');
      reply.integer(db.dict.bytes);
      reply.text('overhead.hashtable.expires');
      reply.integer(0);
    }
    for (const [name, value] of facts) {
      reply.text(name);
      if (Number.isInteger(value)) reply.integer(value);
      else reply.double(value);
    }
  },
};

const doctor: Command = {
  ...definition,
  name: 'doctor',
  summary: 'Tells in words whether memory is used well.',
  execute({ server: { keyspace: { memory: store }, settings }, reply }) {
    const spare = store.reservedBytes - store.usedBytes;
    const isScattered = spare > store.usedBytes / 2 && spare > 64 * 1024 * 1024;
    const advice = [
      isScattered ? `${spare} bytes are reserved and unused: many keys were removed. They will be used by keys to come.` : '',
      settings.maxmemory === 0 ? 'There is no bound: maxmemory is 0.' : '',
    ].filter((text) => text !== '');
    reply.verbatim('txt', `${advice.length === 0 ? 'Nothing stands out.' : advice.join(' ')}\n`);
  },
};

const mallocStats: Command = {
  ...definition,
  name: 'malloc-stats',
  summary: 'Tells what the allocator has reserved and given out.',
  execute({ server: { keyspace: { memory: store } }, reply }) {
    reply.verbatim('txt', `reserved: ${store.reservedBytes} bytes\nused: ${store.usedBytes} bytes\n`);
  },
};

const purge: Command = {
  ...definition,
  name: 'purge',
  summary: 'Gives memory back, which happens by itself: nothing is left to do.',
  execute({ reply }) {
    reply.ok();
  },
};

export const memory: Command = {
  ...definition,
  name: 'memory',
  arity: -2,
  summary: 'Tells what takes how much memory.',
  complexity: 'Depends on the subcommand.',
  subcommands: [doctor, helpCommand('server', '4.0.0'), mallocStats, purge, stats, usage],
  execute() {},
};

function memoryFacts({ server }: Call): [string, number][] {
  server.noteMemory();
  const { memory: store, databases } = server.keyspace;
  const keys = databases.reduce((sum, { size }) => sum + size, 0);
  const tables = databases.reduce((sum, { dict }) => sum + dict.bytes, 0);
  const { rss } = process.memoryUsage();
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return [
    ['peak.allocated', server.peakMemoryBytes],
    ['total.allocated', store.usedBytes],
    ['startup.allocated', 0],
    ['replication.backlog', 0],
    ['clients.slaves', 0],
    ['clients.normal', 0],
    ['cluster.links', 0],
    ['aof.buffer', 0],
    ['overhead.total', tables],
    ['keys.count', keys],
    ['keys.bytes-per-key', Math.floor(ratio(store.usedBytes, keys))],
    ['dataset.bytes', store.usedBytes - tables],
    ['dataset.percentage', ratio(store.usedBytes - tables, store.usedBytes) * 100],
    ['peak.percentage', ratio(store.usedBytes, server.peakMemoryBytes) * 100],
    ['allocator.allocated', store.usedBytes],
    ['allocator.active', store.reservedBytes],
    ['allocator.resident', store.reservedBytes],
    ['allocator-fragmentation.ratio', ratio(store.reservedBytes, store.usedBytes)],
    ['allocator-fragmentation.bytes', store.reservedBytes - store.usedBytes],
    ['fragmentation', ratio(rss, store.usedBytes)],
    ['fragmentation.bytes', rss - store.usedBytes],
  ];
}
