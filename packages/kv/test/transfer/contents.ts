/** All that a server stores, read by other commands than the export's and in a form that can be compared. */
import type { RespClient } from '../support/resp-client.js';
import { plain } from '../support/resp-decoder.js';

const READ: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  hash: (key) => ['HGETALL', key],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
};
/** What says how a stream lies in memory, and since when a consumer was not seen. */
const INCIDENTAL = new Set(['radix-tree-keys', 'radix-tree-nodes', 'seen-time']);
/** XPENDING tells an age, and time passes until it is asked for that time. */
const TIME_TOLERANCE_MS = 10_000;
const TIMES_FROM_MS = 1e12;

/** By database and key: type, deadline and value. Functions are under their own name. */
export async function contentsOf(client: RespClient): Promise<Map<string, unknown>> {
  const contents = new Map<string, unknown>([['functions', plain(await client.call('FUNCTION', 'LIST', 'WITHCODE'))]]);
  const info = String(plain(await client.call('INFO', 'keyspace')));
  for (const [, database = ''] of info.matchAll(/^db(\d+):/gm)) {
    await client.call('SELECT', database);
    const keys = plain(await client.call('KEYS', '*')) as string[];
    const types = (await client.pipeline(keys.map((key) => ['TYPE', key]))).map((reply) => String(plain(reply)));
    const replies = await client.pipeline(keys.flatMap((key, i) => [['PEXPIRETIME', key], READ[types[i] ?? '']?.(key) ?? []]), 60_000);
    for (const [i, key] of keys.entries()) {
      const [type = '', deadline, value] = [types[i], replies[2 * i], replies[2 * i + 1]];
      contents.set(`${database}:${key}`, { type, deadline: deadline && plain(deadline), value: value && ordered(type, plain(value)) });
    }
  }
  await client.call('SELECT', '0');
  return contents;
}

function ordered(type: string, value: unknown): unknown {
  if (type === 'hash') return pairs(value as string[]).toSorted();
  if (type === 'set') return (value as string[]).toSorted();
  return type === 'stream' ? lasting(value) : value;
}

function pairs(items: readonly string[]): string[] {
  return items.flatMap((item, i) => (i % 2 === 0 ? [`${item}=${items[i + 1]}`] : []));
}

function lasting(value: unknown): unknown {
  if (typeof value === 'number' && value > TIMES_FROM_MS) return Math.round(value / TIME_TOLERANCE_MS);
  if (!Array.isArray(value)) return value;
  return value.flatMap((item, i) => (INCIDENTAL.has(String(value[i - 1])) || INCIDENTAL.has(String(item)) ? [] : [lasting(item)]));
}
