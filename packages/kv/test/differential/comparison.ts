/** When two replies to a command count as equal: to the byte, except where Redis promises no order, or the reply is made of chance or time. */
import { type Aggregate, type Leaf, type Reply, isSame } from '../support/resp-decoder.js';
import { calledBy } from './caller.js';
import { clientFacts, infoFacts, refusals, slowCommands } from './facts.js';
import { isKnown } from './known-differences.js';
import type { Pair } from './pair.js';
import { type Step, commandOf } from './sequence.js';
import { chunks } from './session.js';

type Comparison = (pair: Pair, step: Step, before: Pair | undefined) => boolean;

const unordered: Comparison = ({ ours, theirs }) => sorted(ours, 1) === sorted(theirs, 1);
const unorderedPairs: Comparison = ({ ours, theirs }) => sorted(ours, 2) === sorted(theirs, 2);
/** Not for errors: those that are equal to the byte have passed already. */
const sameType: Comparison = ({ ours, theirs }) => ours.type === theirs.type && ours.type !== 'error';

/** Of the same type, and with the same facts in them. */
function alike(facts: (reply: Reply) => string): Comparison {
  return (pair, step, before) => sameType(pair, step, before) && facts(pair.ours) === facts(pair.theirs);
}

/** Both are times to go, or the same moment apart from how long the test took to get there. */
function within(tolerance: number): Comparison {
  return ({ ours, theirs }) => {
    if ('items' in ours || 'items' in theirs || ours.type !== 'integer' || theirs.type !== 'integer') return false;
    const [one, other] = [Number(ours.value), Number(theirs.value)];
    return one >= 0 && other >= 0 && Math.abs(one - other) <= tolerance;
  };
}

/** Chance decided: as many as the other server, and each of them something that the step before has listed. */
const members: Comparison = ({ ours, theirs }, step, before) => {
  if (before === undefined || ours.type !== theirs.type || ours.type === 'error') return false;
  const isRepeating = (step.args[2] ?? '').startsWith('-');
  const isWhole = ({ reply, all }: { reply: Reply; all: Reply }) => areMembers(reply, all, isRepeating);
  if ('items' in ours && 'items' in theirs && ours.items.length !== theirs.items.length) return false;
  return isWhole({ reply: ours, all: before.ours }) && isWhole({ reply: theirs, all: before.theirs });
};

function areMembers(reply: Reply, all: Reply, isRepeating: boolean): boolean {
  const known = new Set(values(all));
  if (!values(reply).every((value) => known.has(value))) return false;
  const names = 'items' in reply ? reply.items.map((item) => JSON.stringify(item)) : [];
  // Replies with values or scores in RESP2 mix names and values, and two values may well be the same.
  return isRepeating || reply.type === 'bulk' || values(reply).length > known.size || new Set(names).size === names.length || names.length % 2 === 0;
}

/** Messages of one channel keep their order; what patterns and channels receive of the same message comes in an order of chance. */
const streamed: Comparison = ({ ours, theirs }) => byChannel(ours) === byChannel(theirs) || leaves(ours) === leaves(theirs);

export function byChannel(reply: Reply): string {
  if (!('items' in reply)) return JSON.stringify(reply);
  const channel = (item: Reply) => values(item).slice(0, 2).join(' ');
  return JSON.stringify([...reply.items].sort((one, other) => compareText(channel(one), channel(other))));
}

/** All values without their order, for UNSUBSCRIBE from whatever there was, which counts down as it goes. */
function leaves(reply: Reply): string {
  return JSON.stringify(values(reply).sort(compareText));
}

/** Without the version and the number of the connection. */
function greeting(reply: Reply): string {
  if (!('items' in reply)) return JSON.stringify(reply);
  return JSON.stringify(chunks(reply.items, 2).filter(([name]) => !/^(id|version)$/.test((name as Leaf).value)));
}

/** The names of the fields with the types of their values. */
function outline(reply: Reply): Reply {
  if (!('items' in reply)) return { type: reply.type, value: '' };
  return { type: reply.type, items: chunks(reply.items, 2).flatMap(([name, value]) => [name as Reply, outline(value as Reply)]) };
}

function fieldNames(reply: Reply): string {
  return 'items' in reply ? chunks(reply.items, 2).map(([name]) => (name as Leaf).value).sort(compareText).join(' ') : JSON.stringify(reply);
}

/** Of several libraries that are there already, one server names another than the other does. */
function withoutLibrary(reply: Reply): string {
  return JSON.stringify(reply).replace(/(Library|Function) \w+ already/, '$1 already');
}

/** All words without their order: those of the rules of an ACL user, or of a table of Lua. */
function words(reply: Reply): string {
  return values(reply).flatMap((value) => value.split(' ')).sort(compareText).join(' ');
}

/** The same words, whatever their order and the time. */
function isSameSpoken({ ours, theirs }: Pair): boolean {
  return words(timeless(ours)) === words(timeless(theirs));
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Of what COMMAND INFO says of a command: its name, arity, flags, keys and categories. Hints and key specifications are left out. */
const commandInfo: Comparison = ({ ours, theirs }) => {
  const facts = (command: Reply) => ('items' in command ? command.items.slice(0, 7).map(leaves) : command);
  const about = (reply: Reply) => ('items' in reply ? reply.items.map(facts) : reply);
  return JSON.stringify(about(ours)) === JSON.stringify(about(theirs));
};

const withoutTime: Comparison = ({ ours, theirs }) => isSame(timeless(ours), timeless(theirs));

/** Fields that say how long something has idled, how a radix tree looks inside, or who was connected by which port. */
const PASSING: ReadonlySet<string> = new Set(['idle', 'radix-tree-keys', 'radix-tree-nodes', 'age-seconds', 'client-info']);
const MILLISECONDS_NOW = /^1[5-9]\d{11}$/;

/** The reply with its points in time and its idle times wiped out: those of XINFO and ACL LOG by name, and those of XPENDING by their place. */
export function timeless(reply: Reply): Reply {
  if (!('items' in reply)) return reply.type === 'integer' && MILLISECONDS_NOW.test(reply.value) ? { type: 'integer', value: 'now' } : reply;
  const isPending = reply.items.length === 4 && reply.items.map(({ type }) => type).join() === 'bulk,bulk,integer,integer';
  const items = reply.items.map((item, i) => {
    const isPassing = PASSING.has((reply.items[i - 1] as Leaf | undefined)?.value ?? '') || (isPending && i === 2);
    return isPassing && !('items' in item) ? { type: item.type, value: 'passing' } : timeless(item);
  });
  return { type: reply.type, items };
}

function values(reply: Reply): string[] {
  return 'items' in reply ? reply.items.flatMap(values) : [reply.value];
}

/** The reply as text, its items (or its pairs of items) in an order that does not depend on where they stood. */
function sorted(reply: Reply, width: number): string {
  if (!('items' in reply)) return JSON.stringify(reply);
  const items = chunks(reply.items, width).map((chunk) => JSON.stringify(chunk));
  return JSON.stringify([reply.type, items.sort()]);
}

/** SORT puts elements of the same weight in an order of chance, and with ALPHA also those that are the same up to a NUL. */
const sort: Comparison = (pair, step) => {
  const options = step.args.map((argument) => argument.toUpperCase());
  const by = options.indexOf('BY');
  const isByChance = options.includes('ALPHA') || (by >= 0 && !(step.args[by + 1] ?? '').includes('*'));
  if (!isByChance || !('items' in pair.ours && 'items' in pair.theirs)) return false;
  if (options.includes('LIMIT')) return pair.ours.items.length === pair.theirs.items.length;
  return unordered(pair, step, undefined);
};

/** Of places at the same distance any may be the nearest, so that COUNT may choose others: as many, and as far away where that is told. */
const nearest: Comparison = ({ ours, theirs }, step) => {
  const options = step.args.map((argument) => argument.toUpperCase());
  if (!options.includes('COUNT') || !('items' in ours && 'items' in theirs) || ours.items.length !== theirs.items.length) return false;
  const distances = ({ items }: Aggregate) => items.map((item) => ('items' in item ? item.items[1] : undefined));
  return !options.includes('WITHDIST') || JSON.stringify(distances(ours)) === JSON.stringify(distances(theirs));
};

/** The count with which SPOP empties a set, so that chance decides the order and nothing more. */
export const EVERYTHING = '1000000';

/** Only that both answer with the same kind of reply: what is in it is each server's own. */
const OWN: readonly string[] = [
  'TIME', 'LASTSAVE', 'LOLWUT', 'CLIENT|ID', 'DEBUG', 'MEMORY|USAGE', 'MEMORY|DOCTOR', 'MEMORY|MALLOC-STATS', 'LATENCY|DOCTOR', 'OBJECT|REFCOUNT',
  'COMMAND|COUNT', 'COMMAND|DOCS', 'COMMAND|LIST', 'ACL|CAT', 'ACL|GENPASS', 'ROLE',
];

/** Asked only when the replies are not the same to the byte. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ...Object.fromEntries(OWN.map((command) => [command, sameType])),
  INFO: alike(infoFacts),
  'CLIENT|INFO': alike(clientFacts),
  'CLIENT|LIST': (pair, step) => (step.args[2] === 'ID' ? alike(clientFacts) : sameType)(pair, step, undefined),
  'SLOWLOG|GET': alike(slowCommands),
  'ACL|LOG': alike(refusals),
  SMEMBERS: unordered,
  SINTER: unordered,
  SUNION: unordered,
  SDIFF: unordered,
  KEYS: unordered,
  HKEYS: unordered,
  HVALS: unordered,
  HGETALL: unorderedPairs,
  'CONFIG|GET': unorderedPairs,
  'PUBSUB|CHANNELS': unordered,
  'PUBSUB|SHARDCHANNELS': unordered,
  'COMMAND|INFO': commandInfo,
  SPOP: (pair, step, before) => (step.args[2] === EVERYTHING ? unordered : members)(pair, step, before),
  SRANDMEMBER: members,
  HRANDFIELD: members,
  ZRANDMEMBER: members,
  RANDOMKEY: members,
  GEOSEARCH: nearest,
  GEORADIUS: nearest,
  GEORADIUS_RO: nearest,
  GEORADIUSBYMEMBER: nearest,
  GEORADIUSBYMEMBER_RO: nearest,
  SORT: sort,
  SORT_RO: sort,
  TTL: within(2),
  EXPIRETIME: within(2),
  PTTL: within(2000),
  PEXPIRETIME: within(2000),
  'OBJECT|IDLETIME': within(5),
  'OBJECT|FREQ': within(10),
  XADD: (pair, step) => step.args[2] === '*' && values(pair.ours).concat(values(pair.theirs)).every((id) => /^\d{13}-0$/.test(id)),
  XPENDING: withoutTime,
  'XINFO|STREAM': withoutTime,
  'XINFO|GROUPS': withoutTime,
  'XINFO|CONSUMERS': withoutTime,
  'MEMORY|STATS': (pair) => isSame(outline(pair.ours), outline(pair.theirs)),
  // Each has buckets of its own.
  'LATENCY|HISTOGRAM': (pair) => fieldNames(pair.ours) === fieldNames(pair.theirs),
  'FUNCTION|RESTORE': (pair) => withoutLibrary(pair.ours) === withoutLibrary(pair.theirs),
  HELLO: (pair) => greeting(pair.ours) === greeting(pair.theirs),
  'ACL|GETUSER': (pair) => words(pair.ours) === words(pair.theirs),
  'ACL|LIST': (pair) => words(pair.ours) === words(pair.theirs),
  'FUNCTION|LIST': (pair) => leaves(pair.ours) === leaves(pair.theirs),
};

/** Compares the replies to a sequence step by step, and keeps in mind which commands a transaction has queued. */
export class Comparer {
  private readonly queues = new Map<number, Step[]>();
  private before: Pair | undefined;

  isEqual(step: Step, pair: Pair): boolean {
    const isEqual = isSame(pair.ours, pair.theirs) || this.isAlike(step, pair) || isKnown(step, pair);
    this.keep(step, pair);
    return isEqual;
  }

  private isAlike(step: Step, pair: Pair): boolean {
    if (pair.ours.type === 'missing' && pair.theirs.type === 'missing') return true;
    if (step.mode === 'stream') return streamed(pair, step, undefined);
    if (commandOf(step) === 'EXEC') return this.isSameTransaction(this.queues.get(step.connection) ?? [], pair);
    const called = calledBy(step);
    if (called !== undefined) return new Comparer().isEqual(called.step, pair) || (!called.isOrdered && isSameSpoken(pair));
    return COMPARISONS[commandOf(step)]?.(pair, step, this.before) ?? false;
  }

  private isSameTransaction(queue: readonly Step[], { ours, theirs }: Pair): boolean {
    if (!('items' in ours && 'items' in theirs)) return false;
    if (ours.items.length !== theirs.items.length || ours.items.length !== queue.length) return false;
    const inside = new Comparer();
    return queue.every((step, i) => inside.isEqual(step, { ours: ours.items[i] as Reply, theirs: theirs.items[i] as Reply }));
  }

  private keep(step: Step, pair: Pair): void {
    this.before = pair;
    if ((pair.theirs as Leaf).value === 'QUEUED') this.queues.set(step.connection, [...(this.queues.get(step.connection) ?? []), step]);
    else if (/^(MULTI|EXEC|DISCARD|RESET)$/.test(commandOf(step)) && pair.theirs.type !== 'error') this.queues.delete(step.connection);
  }
}
