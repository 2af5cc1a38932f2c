import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { MAX_ID, StreamId } from '../../values/stream-id.js';
import type { Trimming } from '../../values/stream-entries.js';
import { StreamValue } from '../../values/stream-value.js';
import { readNewId } from './id-argument.js';
import { addStream, findStream } from './stream-key.js';
import { replyId } from './stream-reply.js';
import { TrimOptions, logTrimming } from './trim-options.js';

const ZERO_ID = new ReplyError('ERR The ID specified in XADD must be greater than 0-0');
const NOT_ABOVE = new ReplyError('ERR The ID specified in XADD is equal or smaller than the target stream top item');
const EXHAUSTED = new ReplyError('ERR The stream has exhausted the last possible ID, unable to add more items');
const TOO_LARGE = new ReplyError('ERR Elements are too large to be stored');

/** Bytes of all fields and values of an entry. */
const MAX_ENTRY_BYTES = 2 ** 30;

const id = new StreamId();

export const xadd: Command = {
  name: 'xadd',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Appends an entry to a stream, and answers its id.',
  complexity: 'O(1), O(N) where N entries are trimmed',
  syntax: 'key [NOMKSTREAM] [MAXLEN | MINID [= | ~] threshold [LIMIT count]] * | id field value [field value ...]',
  execute(call) {
    const { isId, idIndex, mayCreate, trimming } = readOptions(call);
    const first = idIndex + 1;
    if (call.count - first < 2 || (call.count - first) % 2 === 1) {
      throw new ReplyError(`ERR wrong number of arguments for '${call.command.fullName}' command`);
    }
    if (isId && id.isZero) throw ZERO_ID;
    const known = findStream(call);
    if (known === undefined && !mayCreate) return call.reply.nil();
    const stream = known ?? new StreamValue(call.server.keyspace);
    if (stream.lastId.isMax) throw EXHAUSTED;
    if (!isId) generateId(call, call.is(idIndex, '*'), stream);
    if (id.compare(stream.lastId) <= 0) throw NOT_ABOVE;
    checkSize(call, first);
    stream.append(id, call, first, call.count);
    if (known === undefined) addStream(call, stream);
    call.changed(1, 'xadd', 't');
    replyId(call.reply, id);
    if (call.isLogged && (!isId || trimming?.isApproximate === true)) call.effect('XADD', call.argument(1), id.toString(), ...call.arguments(first));
    if (trimming === undefined || stream.trim(trimming) === 0) return;
    call.announce(1, 'xtrim', 't');
    if (call.isEffectTold) logTrimming(call, stream);
  },
};

interface AddOptions {
  /** Whether `id` is one: the server has not to choose it, or a part of it. */
  readonly isId: boolean;
  readonly idIndex: number;
  readonly mayCreate: boolean;
  readonly trimming: Trimming | undefined;
}

/** Reads what stands before the fields. */
function readOptions(call: Call): AddOptions {
  const options = new TrimOptions();
  let mayCreate = true;
  let idIndex = 2;
  for (; idIndex < call.count; idIndex++) {
    const next = options.read(call, idIndex);
    if (next > idIndex) idIndex = next - 1;
    else if (call.is(idIndex, 'NOMKSTREAM')) mayCreate = false;
    else break;
  }
  const isId = idIndex < call.count && !call.is(idIndex, '*') && readNewId(call, idIndex, id);
  return { isId, idIndex, mayCreate, trimming: options.finish(call, false) };
}

/** Sets `id` to the next one: of this time, or of the time that it has. Where there is none, it is not above the last one. */
function generateId(call: Call, isAutomatic: boolean, { lastId }: StreamValue): void {
  const { nowMs } = call.server.keyspace;
  if (isAutomatic && lastId.ms < nowMs) id.set(nowMs, 0);
  else if (isAutomatic || (id.ms === lastId.ms && lastId.seq !== MAX_ID.seq)) id.copyFrom(lastId).increment();
}

function checkSize(call: Call, first: number): void {
  let bytes = 0;
  for (let i = first; i < call.count; i++) bytes += call.length(i);
  if (bytes > MAX_ENTRY_BYTES) throw TOO_LARGE;
}
