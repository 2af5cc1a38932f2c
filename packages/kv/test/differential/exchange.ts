/** Gives each server what the other has dumped, so that data can move between them. */
import type { RespClient } from '../support/resp-client.js';
import type { Leaf } from '../support/resp-decoder.js';
import { DATABASES, keysOf } from './keyspace.js';
import { DEFAULTS } from './session.js';

/** Both hold the same keys, and afterwards each what it has read of the other. Returns the errors of either, as lines. */
export async function exchange(ours: RespClient, theirs: RespClient): Promise<{ ours: string[]; theirs: string[] }> {
  const errors: { ours: string[]; theirs: string[] } = { ours: [], theirs: [] };
  // A value that is kept compactly since the limits were others is read by Redis as it is kept, and here by the limits.
  await Promise.all([ours.pipeline(DEFAULTS), theirs.pipeline(DEFAULTS)]);
  for (const database of DATABASES) {
    const keys = await keysOf(theirs, database);
    await ours.call('SELECT', database);
    if (keys.length === 0) continue;
    const [fromUs, fromThem] = await Promise.all([dumps(ours, keys), dumps(theirs, keys)]);
    errors.ours.push(...(await restore(ours, keys, fromThem)));
    errors.theirs.push(...(await restore(theirs, keys, fromUs)));
  }
  return errors;
}

async function dumps(client: RespClient, keys: readonly string[]): Promise<string[]> {
  const replies = await client.pipeline(keys.map((key) => ['DUMP', key]));
  return replies.map((reply) => (reply as Leaf).value);
}

async function restore(client: RespClient, keys: readonly string[], payloads: readonly string[]): Promise<string[]> {
  const replies = await client.pipeline(keys.map((key, i) => ['RESTORE', key, '0', payloads[i] as string, 'REPLACE']));
  return replies.flatMap((reply, i) => (reply.type === 'simple' ? [] : [`${JSON.stringify(keys[i])} ${(reply as Leaf).value}`]));
}
