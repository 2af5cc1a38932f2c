import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { helpCommand } from '../../command/help.js';
import { parseInteger64 } from '../../bytes/integer.js';
import { RAW, STRING, TEXT } from '../../store/meta.js';

/** Longer strings are no longer kept in one piece with their head, in Redis. */
const EMBEDDED_BYTES = 44;
const INTEGER_BYTES = 20;

const ADJUSTING = 'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';
const NO_IDLE_TIME = new ReplyError(`ERR An LFU maxmemory policy is selected, idle time not tracked. ${ADJUSTING}`);
const NO_FREQUENCY = new ReplyError(`ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${ADJUSTING}`);

const subcommand = {
  arity: 3,
  flags: ['readonly'],
  keys: { first: 2, last: 2, step: 1 },
  group: 'generic',
  since: '2.2.3',
  complexity: 'O(1)',
  syntax: 'key',
} as const;

const encoding: Command = {
  ...subcommand,
  name: 'encoding',
  summary: 'Answers how the value of a key is kept.',
  execute(call) {
    withEntry(call, (entry) => call.reply.text(encodingOf(call, entry)));
  },
};

const refcount: Command = {
  ...subcommand,
  name: 'refcount',
  summary: 'Answers how many refer to the value of a key: always 1.',
  execute(call) {
    withEntry(call, () => call.reply.integer(1));
  },
};

const idletime: Command = {
  ...subcommand,
  name: 'idletime',
  summary: 'Answers for how many seconds a key was not used.',
  execute(call) {
    const { access } = call.server.keyspace;
    withEntry(call, (entry) => {
      if (access.lfu) throw NO_IDLE_TIME;
      call.reply.integer(access.idleSeconds(call.db.metaOf(entry)));
    });
  },
};

const freq: Command = {
  ...subcommand,
  name: 'freq',
  since: '4.0.0',
  summary: 'Answers the logarithmic count of uses of a key.',
  execute(call) {
    const { access } = call.server.keyspace;
    withEntry(call, (entry) => {
      if (!access.lfu) throw NO_FREQUENCY;
      call.reply.integer(access.frequency(call.db.metaOf(entry)));
    });
  },
};

export const object: Command = {
  name: 'object',
  arity: -2,
  flags: [],
  group: 'generic',
  since: '2.2.3',
  summary: 'Tells how keys are kept.',
  syntax: '',
  subcommands: [encoding, freq, helpCommand('generic', '6.2.0'), idletime, refcount],
  execute() {},
};

/** The lookup is no use of the key, and nobody is told of a miss, but both hits and misses count. */
function withEntry(call: Call, reply: (entry: number) => void): void {
  const entry = call.db.peek(call.source, call.start(2), call.end(2));
  if (entry === 0) call.reply.nil();
  else reply(entry);
}

/** As OBJECT ENCODING names it. */
export function encodingOf(call: Call, entry: number): string {
  if (call.db.typeOf(entry) !== STRING) return call.db.collectionOf(entry).encoding;
  const meta = call.db.metaOf(entry);
  if ((meta & RAW) !== 0) return 'raw';
  const { buffer, start, end, length } = call.db.stringOf(entry);
  if ((meta & TEXT) === 0 && length <= INTEGER_BYTES && !Number.isNaN(parseInteger64(buffer, start, end))) return 'int';
  return length <= EMBEDDED_BYTES ? 'embstr' : 'raw';
}
