/** When two replies to a command count as equal: to the byte, except where Redis promises no order, or the reply is made of chance or time. */
import { type Leaf, type Reply, isSame } from '../support/resp-decoder.js';
import { type Step, commandOf } from './sequence.js';
import { chunks } from './session.js';

/** The replies of two servers to one step. */
export interface Pair {
  readonly ours: Reply;
  readonly theirs: Reply;
}

type Comparison = (pair: Pair, step: Step, before: Pair | undefined) => boolean;

const unordered: Comparison = ({ ours, theirs }) => sorted(ours, 1) === sorted(theirs, 1);
const unorderedPairs: Comparison = ({ ours, theirs }) => sorted(ours, 2) === sorted(theirs, 2);
const sameType: Comparison = ({ ours, theirs }) => ours.type === theirs.type;

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

function values(reply: Reply): string[] {
  return 'items' in reply ? reply.items.flatMap(values) : [reply.value];
}

/** The reply as text, its items (or its pairs of items) in an order that does not depend on where they stood. */
function sorted(reply: Reply, width: number): string {
  if (!('items' in reply)) return JSON.stringify(reply);
  const items = chunks(reply.items, width).map((chunk) => JSON.stringify(chunk));
  return JSON.stringify([reply.type, items.sort()]);
}

/** SORT without an order: BY a pattern that has no `*`. */
const sort: Comparison = (pair, step) => {
  const by = step.args.findIndex((argument) => argument.toUpperCase() === 'BY');
  if (by < 0 || (step.args[by + 1] ?? '').includes('*')) return false;
  return /LIMIT/i.test(step.args.join(' ')) ? sameType(pair, step, undefined) : unordered(pair, step, undefined);
};

/** The count with which SPOP empties a set, so that chance decides the order and nothing more. */
export const EVERYTHING = '1000000';

const SECONDS = within(2);
const MILLISECONDS = within(2000);

/** Asked only when the replies are not the same to the byte. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  SMEMBERS: unordered,
  SINTER: unordered,
  SUNION: unordered,
  SDIFF: unordered,
  KEYS: unordered,
  HKEYS: unordered,
  HVALS: unordered,
  HGETALL: unorderedPairs,
  SPOP: (pair, step, before) => (step.args[2] === EVERYTHING ? unordered : members)(pair, step, before),
  SRANDMEMBER: members,
  HRANDFIELD: members,
  ZRANDMEMBER: members,
  RANDOMKEY: members,
  SORT: sort,
  SORT_RO: sort,
  TTL: SECONDS,
  EXPIRETIME: SECONDS,
  PTTL: MILLISECONDS,
  PEXPIRETIME: MILLISECONDS,
  TIME: sameType,
};

/** Compares the replies to a sequence step by step, and keeps in mind which commands a transaction has queued. */
export class Comparer {
  private readonly queues = new Map<number, Step[]>();
  private before: Pair | undefined;

  isEqual(step: Step, pair: Pair): boolean {
    const isEqual = isSame(pair.ours, pair.theirs) || this.isAlike(step, pair);
    this.keep(step, pair);
    return isEqual;
  }

  private isAlike(step: Step, pair: Pair): boolean {
    if (commandOf(step) === 'EXEC') return this.isSameTransaction(this.queues.get(step.connection) ?? [], pair);
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
