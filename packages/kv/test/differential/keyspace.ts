/** Reads all that a server holds after a sequence: of every key its type, its encoding, whether it expires, and its value. */
import type { RespClient } from '../support/resp-client.js';
import { type Leaf, type Reply, plain } from '../support/resp-decoder.js';
import { timeless } from './comparison.js';
import { chunks } from './session.js';

export const DATABASES = ['0', '1', '2', '3'];
/** Types whose order Redis does not promise: a hash table that is copied or restored into something smaller leaves its order of chance there. */
const UNORDERED: ReadonlySet<string> = new Set(['hash', 'set']);

const READERS: Readonly<Record<string, (key: string) => readonly string[]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
};

/** A line for every key, in the order of databases and names. */
export async function keyspace(client: RespClient): Promise<string[]> {
  const lines: string[] = [];
  for (const database of DATABASES) lines.push(...(await readDatabase(client, database)));
  return lines;
}

/** The keys of a database, which stays the client's. */
export async function keysOf(client: RespClient, database: string): Promise<string[]> {
  const [, listed] = (await client.pipeline([['SELECT', database], ['KEYS', '*']])) as [Reply, Reply];
  return 'items' in listed ? listed.items.map((item) => (item as Leaf).value) : [];
}

async function readDatabase(client: RespClient, database: string): Promise<string[]> {
  const keys = (await keysOf(client, database)).sort();
  if (keys.length === 0) return [];
  const about = chunks(await client.pipeline(keys.flatMap(questions)), 3);
  const types = about.map(([type]) => (type as Leaf).value);
  const contents = await client.pipeline(keys.map((key, i) => (READERS[types[i] as string] ?? ((name) => ['TYPE', name]))(key)));
  return keys.map((key, i) => {
    const [, encoding, expiry] = about[i] as [Leaf, Leaf, Leaf];
    const expires = expiry.value.startsWith('-') ? 'stays' : 'expires';
    return `db${database} ${JSON.stringify(key)} ${types[i]} ${encoding.value} ${expires} ${text(contents[i] as Reply, types[i] as string)}`;
  });
}

function questions(key: string): string[][] {
  return [['TYPE', key], ['OBJECT', 'ENCODING', key], ['PTTL', key]];
}

function text(reply: Reply, type: string): string {
  if (!UNORDERED.has(type) || !('items' in reply)) return JSON.stringify(plain(timeless(reply)));
  return chunks(reply.items, type === 'set' ? 1 : 2).map((chunk) => JSON.stringify(chunk.map(plain))).sort().join();
}
