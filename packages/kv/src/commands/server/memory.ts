import type { Command } from '../../command/call.js';
import { helpCommand } from '../../command/help.js';
import { NOT_AN_INTEGER, SYNTAX } from '../../command/reply-error.js';
import { SLOT_BYTES } from '../../memory/segment.js';
import { stats } from './memory-stats.js';

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
    else call.reply.integer(call.server.keyspace.bytesOf(call.db, entry) + SLOT_BYTES);
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
