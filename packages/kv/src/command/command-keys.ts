import type { KeyUse } from '../access/selector.js';
import type { Call } from './call.js';
import { keyAccess } from './key-access.js';
import { ReplyError } from './reply-error.js';

/** The indexes of a call's arguments that are keys; undefined where the arguments make no sense, or are fewer than the command has. */
export function keyIndexes(call: Call): readonly number[] | undefined {
  try {
    const indexes = [...new Set([...fixedKeys(call), ...(call.command.definition.findKeys?.(call) ?? [])])];
    return indexes.every((index) => index < call.count) ? indexes : undefined;
  } catch (error) {
    if (error instanceof ReplyError) return undefined;
    throw error;
  }
}

/** What the call would do to its keys. The shard channels that COMMAND GETKEYS tells of are none. */
export function keyUses(call: Call): KeyUse[] {
  return (keyIndexes(call) ?? []).flatMap((index, order) => {
    const access = accessOf(call, order === 0);
    if (access.includes('not_key')) return [];
    return { key: call.copy(index), reads: access.includes('access'), writes: access.some((word) => /^(insert|delete|update)$/.test(word)) };
  });
}

/** What is done to a key, as the flags of COMMAND GETKEYSANDFLAGS. Two commands read what they replace only if they are asked for it. */
export function accessOf(call: Call, isFirst: boolean): string[] {
  const { fullName } = call.command;
  const has = (word: string): boolean => Array.from({ length: call.count }, (_, index) => index).some((index) => index > 1 && call.is(index, word));
  if (fullName === 'set' && has('GET')) return ['RW', 'access', 'update'];
  if (fullName === 'bitfield' && !has('SET') && !has('INCRBY')) return ['RO', 'access'];
  return keyAccess(call.command, isFirst);
}

function fixedKeys({ command: { definition: { keys } }, count }: Call): number[] {
  if (keys === undefined) return [];
  const last = keys.last < 0 ? count + keys.last : keys.last;
  return Array.from({ length: Math.max(0, Math.floor((last - keys.first) / keys.step) + 1) }, (_, index) => keys.first + index * keys.step);
}
