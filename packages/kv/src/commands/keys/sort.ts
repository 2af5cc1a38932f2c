import type { Call, Command } from '../../command/call.js';
import { logKey } from '../../command/key-effect.js';
import { removeKey } from '../../command/key-removal.js';
import { SYNTAX, WRONG_TYPE } from '../../command/reply-error.js';
import { Slice } from '../../memory/slice.js';
import type { Database } from '../../store/database.js';
import { LIST, SET, ZSET } from '../../store/meta.js';
import { filled } from '../../values/filled.js';
import { ListValue } from '../../values/list-value.js';
import type { SetValue } from '../../values/set-value.js';
import type { SortedSetValue } from '../../values/sorted-set-value.js';
import type { Collection } from '../../values/value-context.js';
import { sortByNumber, sortByText } from './sort-order.js';
import { SortPattern } from './sort-pattern.js';

const NOTHING = new Slice();
/** An element that is answered itself. */
const whole = new Slice();

interface SortOptions {
  by: SortPattern | undefined;
  /** What is answered for each element; the element itself if there are none. */
  readonly gets: SortPattern[];
  first: number;
  /** Negative: all. */
  count: number;
  descending: boolean;
  alpha: boolean;
  /** The argument that names the key where the result goes; 0 if it is the answer. */
  store: number;
}

export const sort: Command = {
  name: 'sort',
  arity: -2,
  flags: ['write', 'denyoom', 'movablekeys'],
  keys: { first: 1, last: 1, step: 1 },
  findKeys: storedKey,
  group: 'generic',
  since: '1.0.0',
  summary: 'Answers the elements of a list, set or sorted set in order, or makes a list of them.',
  complexity: 'O(N + M*log(M)) for N elements of which M are sorted',
  syntax: 'key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]',
  categories: ['set', 'sortedset', 'list', 'dangerous'],
  execute(call) {
    const options = readOptions(call, true);
    const elements = sorted(call, options);
    if (options.store > 0) store(call, elements, options);
    else answer(call, elements, options);
  },
};

export const sortRo: Command = {
  ...sort,
  name: 'sort_ro',
  flags: ['readonly', 'movablekeys'],
  since: '7.0.0',
  summary: 'Answers the elements of a list, set or sorted set in order.',
  syntax: 'key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]',
  execute(call) {
    const options = readOptions(call, false);
    answer(call, sorted(call, options), options);
  },
};

function readOptions(call: Call, mayStore: boolean): SortOptions {
  const options: SortOptions = { by: undefined, gets: [], first: 0, count: -1, descending: false, alpha: false, store: 0 };
  for (let i = 2; i < call.count; i++) {
    const left = call.count - i - 1;
    if (call.is(i, 'ASC')) options.descending = false;
    else if (call.is(i, 'DESC')) options.descending = true;
    else if (call.is(i, 'ALPHA')) options.alpha = true;
    else if (call.is(i, 'LIMIT') && left >= 2) {
      options.first = Math.max(0, call.integer(++i));
      options.count = call.integer(++i);
    } else if (call.is(i, 'STORE') && mayStore && left >= 1) options.store = ++i;
    else if (call.is(i, 'BY') && left >= 1) options.by = new SortPattern(call.copy(++i));
    else if (call.is(i, 'GET') && left >= 1) options.gets.push(new SortPattern(call.copy(++i)));
    else throw SYNTAX;
  }
  return options;
}

/** The last STORE counts. */
function storedKey(call: Call): number[] {
  const { store } = readOptions(call, true);
  return store === 0 ? [] : [store];
}

/** The elements that are asked for, in their order. */
function sorted(call: Call, options: SortOptions): Buffer[] {
  const { by, first, count, alpha, descending } = options;
  const collection = sortable(call);
  if (collection === undefined) return [];
  const end = count < 0 ? collection.size : Math.min(collection.size, first + count);
  // What is stored of a set has an order in any case, as the set itself has none to keep.
  const byMembers = by?.hasStar === false && collection.type === 'set' && options.store > 0;
  if (by?.hasStar === false && !byMembers) return elementsOf(collection, first, end, descending);
  const all = elementsOf(collection, 0, collection.size, false);
  const inOrder = alpha || byMembers ? sortByText(call.db, all, byMembers ? undefined : by) : sortByNumber(call.db, all, by);
  if (descending) inOrder.reverse();
  return inOrder.slice(first, end);
}

function sortable(call: Call): Collection | undefined {
  const entry = call.read(1);
  if (entry === 0) return undefined;
  const type = call.db.typeOf(entry);
  if (type !== LIST && type !== SET && type !== ZSET) throw WRONG_TYPE;
  return call.db.collectionOf(entry);
}

/** Copies of some elements, in the order that the collection gives them; only a sorted set has a reverse one. */
function elementsOf(collection: Collection, from: number, to: number, reversed: boolean): Buffer[] {
  const elements: Buffer[] = [];
  const add = (buffer: Buffer, start: number, end: number): void => void elements.push(Buffer.from(buffer.subarray(start, end)));
  if (from >= to) return elements;
  if (collection.type === 'zset') (collection as SortedSetValue).range(from, to, reversed, add);
  else if (collection.type === 'list') (collection as ListValue).forEach(add, from, to - from);
  else {
    (collection as SetValue).forEach(add);
    return elements.slice(from, to);
  }
  return elements;
}

function answer({ db, reply }: Call, elements: readonly Buffer[], { gets }: SortOptions): void {
  reply.array(elements.length * Math.max(1, gets.length));
  forEachResult(db, elements, gets, (found) => {
    if (found === undefined) reply.nil();
    else reply.bulk(found.buffer, found.start, found.end);
  });
}

/** Sets a key to a list of the results; an empty one is none. What GET does not find is stored as an empty string. */
function store(call: Call, elements: readonly Buffer[], { gets, store: index }: SortOptions): void {
  const { db, source } = call;
  const list = filled(new ListValue(call.server.keyspace), (results) => {
    forEachResult(db, elements, gets, (found = NOTHING) => results.push('tail', found.buffer, found.start, found.end));
  });
  const { size } = list;
  if (size > 0) {
    db.setCollection(source, call.start(index), call.end(index), list);
    call.changed(index, 'sortstore', 'l');
  } else {
    removeKey(call, index);
  }
  // Members of a set with equal weights are in an order that another process would not find.
  logKey(call, index);
  call.server.reclaim();
  call.reply.integer(size);
}

/** Shows what is answered for each element: what is shown is valid until the next one, and undefined where GET has found nothing. */
function forEachResult(db: Database, elements: readonly Buffer[], gets: readonly SortPattern[], visit: (found: Slice | undefined) => void): void {
  for (const element of elements) {
    if (gets.length === 0) visit(whole.set(element, 0, element.length));
    for (const get of gets) visit(get.find(db, element));
  }
}
