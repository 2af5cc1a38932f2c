import { type Argument, request } from '../resp.js';
import type { Target } from '../target.js';

const BATCH = 250;

/** What adds a name to each kind of table, and what looks for it there. */
const WAYS: readonly (readonly [add: (name: string) => readonly Argument[], find: (name: string) => readonly Argument[]])[] = [
  [(name) => ['SET', name, 'v'], (name) => ['GET', name]],
  [(name) => ['HSET', 'collisions:hash', name, 'v'], (name) => ['HGET', 'collisions:hash', name]],
  [(name) => ['SADD', 'collisions:set', name], (name) => ['SISMEMBER', 'collisions:set', name]],
  [(name) => ['ZADD', 'collisions:sorted', 1, name], (name) => ['ZSCORE', 'collisions:sorted', name]],
];

/** Names made of these pairs, one for each bit, all have the same sum in a hash that multiplies by 31, or by 33. */
const PAIRS: readonly (readonly [string, string])[] = [['Aa', 'BB'], ['Ez', 'FY']];

function sameSum(count: number, [zero, one]: readonly [string, string]): string[] {
  const bits = Math.ceil(Math.log2(count));
  return Array.from({ length: count }, (_, number) => Array.from({ length: bits }, (_, bit) => (((number >> bit) & 1) === 1 ? one : zero)).join(''));
}

function samePrefix(count: number): string[] {
  const prefix = 'p'.repeat(200);
  return Array.from({ length: count }, (_, number) => prefix + number.toString(36).padStart(4, '0'));
}

interface HashModule {
  readonly halfSipHash: (bytes: Uint8Array, start: number, end: number, key0: number, key1: number) => number;
}

/** Of the ten bits that choose a slot, the upper four: who knew the key could let all names of a segment begin to look at one end of it. */
const SLOT_BITS = 0x3c0;

/** Names that would meet in the store's own tables if the key of their hash were 0. */
async function sameSlots(count: number): Promise<string[]> {
  const { halfSipHash } = (await import(new URL('algorithms/half-sip-hash.js', import.meta.resolve('@edgeloop/kv')).href)) as HashModule;
  const names: string[] = [];
  for (let number = 0; names.length < count; number++) {
    const name = Buffer.from(`k${number.toString(36)}`);
    if ((halfSipHash(name, 0, name.length, 0, 0) & SLOT_BITS) === 0) names.push(name.toString());
  }
  return names;
}

/** So many names, as many of one family as of the next. */
async function names(count: number): Promise<string[]> {
  const each = Math.ceil(count / (PAIRS.length + 2));
  return [...PAIRS.flatMap((pair) => sameSum(each, pair)), ...samePrefix(each), ...(await sameSlots(each))];
}

/** Names that collide in one hash or another: of the form `fill` each is added as a key, a field and a member, else each is looked for. */
export async function collisions({ count, form, over, dial, underWay }: Target) {
  const asker = await dial();
  const all = await names(count);
  const isFill = form === 'fill';
  let asked = 0;
  if (!isFill) underWay();
  for (let from = 0; isFill ? from < all.length : !over.aborted; from = (from + BATCH) % (isFill ? Number.POSITIVE_INFINITY : all.length)) {
    const requests = all.slice(from, from + BATCH).flatMap((name) => WAYS.map(([add, find]) => request(...(isFill ? add : find)(name))));
    asked += (await asker.pipelines(Buffer.concat(requests), requests.length)).length;
  }
  if (isFill) underWay();
  asker.reset();
  return { names: all.length, asked };
}
