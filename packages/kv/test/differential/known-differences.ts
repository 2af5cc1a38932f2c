/** Where this server means to differ from Redis 7.0. Each entry has to say why; the page docs/reference/redis-compatibility.md lists them. */
import type { Reply } from '../support/resp-decoder.js';
import { type Step, commandOf } from './sequence.js';
import type { Pair } from './pair.js';

/** So many keys may be left that are only waiting to be found expired. */
const MOST_EXPIRED = 4;

export interface KnownDifference {
  /** As the page prints it. */
  readonly what: string;
  readonly why: string;
  /** Absent where the sequences never meet it, or the comparison leaves it out. */
  readonly matches?: (step: Step, pair: Pair) => boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    what: 'CLIENT SETINFO and CLIENT NO-TOUCH are known',
    why: 'They came with Redis 7.2, and clients send SETINFO whenever they connect.',
    matches: (step, { theirs }) => /^CLIENT\|(SETINFO|NO-TOUCH)$/.test(commandOf(step)) && theirs.type === 'error',
  },
  {
    what: 'The last digit of a distance that GEOSEARCHSTORE or GEORADIUS stores as a score may be another one',
    why: "Sines come from V8's mathematics here, and from the C library's there; neither always finds the nearest double.",
    matches: (step, { ours, theirs }) => /^(GEO|\((keyspace|dumps)\))/i.test(commandOf(step)) && withoutLastDigits(ours) === withoutLastDigits(theirs),
  },
  {
    what: 'What clients that track have read is forgotten with the last one that tracks',
    why: 'Redis goes on to remember it for a client that begins to track again. No sequence is ever without one that tracks.',
  },
  {
    what: 'RESTORE of a large sorted set makes a score of -0 into 0',
    why: 'It grows through the compact form, in which whole scores are integers, as in a listpack of Redis. Redis builds a large one as such at once.',
    matches: (step, { ours, theirs }) => commandOf(step) === '(DUMPS)' && withoutSignOfZero(ours) === withoutSignOfZero(theirs),
  },
  {
    what: 'DBSIZE may count fewer of the keys that have expired, or more',
    why: 'WATCH and EXEC remove what they find expired, which Redis leaves to whoever reads the key; but there RANDOMKEY removes what it meets by chance.',
    matches: (step, { ours, theirs }) => commandOf(step) === 'DBSIZE' && Math.abs(integer(ours) - integer(theirs)) <= MOST_EXPIRED,
  },
  {
    what: 'A client that waits for a list or a sorted set is served also when SORT, ZUNIONSTORE and the like put one in the place of something else',
    why: 'Redis 7.0 lets it wait until the next change of the key.',
  },
  {
    what: 'A script that has changed nothing is ended after `busy-reply-threshold`; one that has written goes on for as long as it takes',
    why: 'A script is one call in the one thread of the server: nobody else is served before it returns, and there is no BUSY, SCRIPT KILL or FUNCTION KILL in '
      + 'between. To end a script that has written would leave half of its changes behind. Redis answers BUSY to others meanwhile, and ends no script by itself.',
  },
  {
    what: 'WAIT answers 0 at once',
    why: 'There are no replicas that could make it more. Redis lets the client wait until the time is over, and without a time for ever.',
  },
  {
    what: 'SAVE, BGSAVE and BGREWRITEAOF make the same snapshot',
    why: 'There is one form of it, which shortens the log; nothing is forked, so that what INFO says of forks and of copying on write is 0. Each of the three '
      + 'is refused while one is being made, in the words that Redis has for two of the same kind. BGSAVE SCHEDULE has nothing to wait for.',
  },
  {
    what: 'Without a folder SAVE, BGSAVE and BGREWRITEAOF are errors',
    why: 'Redis always has a directory to save to. Here nothing is written to any disk unless `--dir` says where.',
  },
  {
    what: 'CONFIG SET of `save`, `appendonly` and `dir` is refused',
    why: 'What is kept, and where, is decided at the start, and a change in the log is what keeps it: no snapshot has to be made by the clock.',
  },
  {
    what: 'KEYS of many keys is answered in several turns, with others served between them',
    why: 'In one piece it keeps everybody waiting for as long as it takes. A key that is there all the time is in the answer; one that comes, goes or gets another '
      + 'name meanwhile may be or not. In a transaction or a script it is one moment, as in Redis always.',
  },
  {
    what: 'A pattern that has been compared with a name in vain for 65,536 steps, and 64 for each byte of the name, matches it no more',
    why: 'Some patterns take as many steps as there are ways to cut the name up. Nobody writes such a one for another purpose than that.',
  },
  {
    what: 'REPLICAOF and SLAVEOF take NO ONE, and refuse a host',
    why: 'The server is a master without replicas, and there is no replication.',
  },
  {
    what: 'OBJECT REFCOUNT is 1 for every key',
    why: 'Redis shares the objects of small integers, and answers 2147483647 for them. Here each value lies with its key.',
  },
  {
    what: 'Brief commands of a pipeline share its time, in INFO commandstats and LATENCY HISTOGRAM',
    why: 'To look at the clock takes a tenth of the time of a GET. Commands that are neither flagged as fast nor in O(1) are timed one by one, as in Redis.',
  },
  {
    what: "The buckets of LATENCY HISTOGRAM end at 1, 2, 4, … µs, and LATENCY GRAPH draws its columns in another way",
    why: "Redis's buckets are powers of two in ns, rounded up to what its histogram can tell apart: 1, 2, 4, 8, 16, 33, 66 … µs.",
  },
  {
    what: 'MEMORY STATS and INFO memory count what keys and values take as used',
    why: 'This is what `maxmemory` bounds. The code, Lua and V8\'s heap are in the resident size alone, so that the ratio of the two says little of a server with '
      + 'few keys. Redis counts all that its allocator has given out.',
  },
  {
    what: 'LATENCY DOCTOR, MEMORY DOCTOR, MEMORY MALLOC-STATS and the HELP of commands are in words of their own',
    why: 'They are written for people, about another allocator, and no client reads them.',
  },
  {
    what: 'COMMAND INFO has no hints, and no more than one specification of keys; the texts of COMMAND DOCS are other ones',
    why: 'What clients go by is the same: arity, flags, first and last key, step and categories.',
  },
];

function withoutLastDigits(reply: Reply): string {
  return JSON.stringify(reply).replaceAll(/\d+\.\d{6,}/g, (digits) => Number(digits).toPrecision(14));
}

function integer(reply: Reply): number {
  return 'value' in reply && reply.type === 'integer' ? Number(reply.value) : Number.NaN;
}

function withoutSignOfZero(reply: Reply): string {
  return JSON.stringify(reply).replaceAll('\\"-0\\"', '\\"0\\"');
}

/** Commands that no random sequence can hold, though the server has them, and why. */
export const UNCOMPARED: readonly { readonly matches: RegExp; readonly why: string }[] = [
  { matches: /\|HELP$/, why: 'each server says it in its own words.' },
  { matches: /^PFSELFTEST$/, why: 'Redis takes half a second for it.' },
  { matches: /^MONITOR$/, why: 'what it shows is mostly the time and the address of each client.' },
  {
    matches: /^(SAVE|BGSAVE|BGREWRITEAOF)$/,
    why: 'the servers that are compared keep nothing. With a folder (`--dir`) they make a snapshot; in memory only they are an error, as there is no '
      + 'place that it could be saved to.',
  },
];

/** Commands that are known and refused, and why. */
export const UNSUPPORTED: readonly { readonly matches: RegExp; readonly why: string }[] = [
  {
    matches: /^(CLUSTER\|(?!HELP$).*|ASKING|READONLY|READWRITE)$/,
    why: 'the server is no part of a cluster, and says so in the words of a redis-server without `cluster-enabled`.',
  },
  {
    matches: /^(SYNC|PSYNC|REPLCONF|FAILOVER)$/,
    why: 'there is no replication. FAILOVER answers as a redis-server without replicas does.',
  },
  { matches: /^MIGRATE$/, why: 'the server connects to no other one. DUMP and RESTORE move keys, in both directions.' },
  {
    matches: /^(ACL\|LOAD|ACL\|SAVE|CONFIG\|REWRITE)$/,
    why: "there are no files in Redis's formats: the answer is that of a redis-server that was started without them.",
  },
  {
    matches: /^MODULE\|(LOAD|LOADEX|UNLOAD)$/,
    why: 'modules are written for the insides of Redis. They are refused as by a redis-server without `enable-module-command`.',
  },
  { matches: /^SCRIPT\|DEBUG$/, why: 'there is no debugger for scripts. NO is taken.' },
];

export function isKnown(step: Step, pair: Pair): boolean {
  return KNOWN_DIFFERENCES.some(({ matches }) => matches?.(step, pair) ?? false);
}
