import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { HASH } from '../../store/meta.js';
import type { HashValue } from '../../values/hash-value.js';
import { addToHash, hashOf } from './hash-key.js';

export const hset: Command = {
  name: 'hset',
  arity: -4,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'hash',
  since: '2.0.0',
  summary: 'Sets fields of a hash, and answers how many of them are new.',
  complexity: 'O(N) for N fields',
  syntax: 'key field value [field value ...]',
  execute(call) {
    call.reply.integer(setFields(call));
  },
};

export const hmset: Command = {
  ...hset,
  name: 'hmset',
  summary: 'Sets fields of a hash.',
  execute(call) {
    setFields(call);
    call.reply.ok();
  },
};

export const hsetnx: Command = {
  ...hset,
  name: 'hsetnx',
  arity: 4,
  summary: 'Sets a field of a hash if it is not there yet, and answers whether it was set.',
  complexity: 'O(1)',
  syntax: 'key field value',
  execute(call) {
    const entry = call.findTyped(1, HASH);
    const isNew = entry === 0 || !hashOf(call, entry).has(call.source, call.start(2), call.end(2));
    if (isNew) {
      addToHash(call, entry, (hash) => setField(call, hash, 2));
      call.changed(1, 'hset', 'h');
    }
    call.reply.integer(isNew ? 1 : 0);
  },
};

/** Sets all fields of the request, and returns how many are new. */
function setFields(call: Call): number {
  if (call.count % 2 === 1) throw new ReplyError(`ERR wrong number of arguments for '${call.command.fullName}' command`);
  const entry = call.findTyped(1, HASH);
  const added = addToHash(call, entry, (hash) => addFields(call, hash));
  call.changed(1, 'hset', 'h');
  return added;
}

function addFields(call: Call, hash: HashValue): number {
  let added = 0;
  for (let i = 2; i < call.count; i += 2) {
    if (setField(call, hash, i)) added++;
  }
  return added;
}

/** Sets the field that is argument `index` to the next one, and returns whether it is new. */
function setField(call: Call, hash: HashValue, index: number): boolean {
  return hash.set(call.source, call.start(index), call.end(index), call.source, call.start(index + 1), call.end(index + 1));
}
