import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { STREAM } from '../../store/meta.js';
import type { StreamConsumer, StreamGroup } from '../../values/stream-group.js';
import { MAX_ID, StreamId } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { logClaim, logConsumer, logPlace } from './group-effects.js';
import { readId } from './id-argument.js';
import { keysOfRead, lookAgain, ReadRequest } from './read-request.js';
import { noSuchKeyOrGroup, readStream, seeConsumer } from './stream-key.js';
import { entryWriter, replyId, replyMany, replyReady } from './stream-reply.js';

const LAST_ID = new ReplyError(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, ' +
    'or use the > ID to get new messages. The $ ID would just return an empty result set.',
);
const STREAM_GONE = new ReplyError('UNBLOCKED the stream key no longer exists');
const GROUP_GONE = new ReplyError('NOGROUP the consumer group this client was blocked on no longer exists');

const last = new StreamId();
const next = new StreamId();

export const xreadgroup: Command = {
  name: 'xreadgroup',
  arity: -7,
  flags: ['write', 'blocking', 'movablekeys'],
  findKeys: keysOfRead,
  group: 'stream',
  since: '5.0.0',
  summary: 'Gives a consumer of a group new entries of streams, or those again that it has not acknowledged; waits for one if need be.',
  complexity: 'O(log N + M) for M entries of a stream of N',
  syntax: 'GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]',
  execute(call) {
    const request = new ReadRequest(call, true);
    if (call.ready !== undefined) return answerWoken(call, request);
    const sources = request.keys.map((key) => readSource(call, request, key));
    lookAgain(call, request);
    if (answer(call, request, sources, request.limit)) return;
    if (request.timeoutMs === undefined) call.reply.nilArray();
    else call.block(request.keys, request.timeoutMs, (reply) => reply.nilArray());
  },
};

/** A group of a stream, and what its consumer wants. */
interface Source {
  readonly key: number;
  readonly stream: StreamValue;
  readonly group: StreamGroup;
  /** Its own pending entries behind this id; undefined for new entries. */
  readonly history: StreamId | undefined;
}

function readSource(call: Call, request: ReadRequest, key: number): Source {
  const stream = readStream(call, key);
  const group = stream?.group(call.latin1(request.group));
  if (stream === undefined || group === undefined) {
    throw new ReplyError(`${noSuchKeyOrGroup(call, key, request.group)} in XREADGROUP with GROUP option`);
  }
  const idIndex = request.idOf(key);
  if (call.is(idIndex, '$')) throw LAST_ID;
  if (call.is(idIndex, '>')) return { key, stream, group, history: undefined };
  const id = readId(call, idIndex, new StreamId());
  // To Redis the last id of all is the same as `>`.
  return { key, stream, group, history: id.isMax ? undefined : id };
}

/** Whether there is an answer, which of history there always is. */
function isReady({ stream, group, history }: Source): boolean {
  if (history !== undefined) return true;
  if (stream.size === 0) return false;
  stream.readLast(last);
  return last.compare(group.lastId) > 0;
}

/** Enough for who has waited, as in Redis: what came may have been deleted since by the same transaction, and then there are no entries. */
function hasGoneOn({ stream, group }: Source): boolean {
  return stream.lastId.compare(group.lastId) > 0;
}

function answer(call: Call, request: ReadRequest, sources: readonly Source[], limit: number, isAnswered = isReady): boolean {
  return replyReady(call, sources, isAnswered, (source) => {
    const { key, group, history } = source;
    call.server.keyspace.dirty++;
    call.noEffect();
    if (call.isLogged && group.consumer(call.latin1(request.group + 1)) === undefined) logConsumer(call, key, request.group);
    const consumer = seeConsumer(call, group, request.group + 1, key);
    const given: StreamId[] = [];
    replyMany(call.reply, 'array', () => {
      if (history !== undefined) return replay(call, source, consumer, history, limit, given);
      return deliver(call, source, request.isUnacknowledged ? undefined : consumer, limit, given);
    });
    logGiven(call, request, source, given);
  });
}

/** What was given anew is pending since now; what was read again once more, too, and was delivered once more. */
function logGiven(call: Call, { group: groupIndex }: ReadRequest, { key, group, history }: Source, given: readonly StreamId[]): void {
  const options = history === undefined ? ['RETRYCOUNT', 1, 'FORCE', 'JUSTID'] : [];
  logClaim(call, key, groupIndex, given, call.server.keyspace.nowMs, ...options);
  if (history === undefined) logPlace(call, key, groupIndex, group);
}

/** Runs again as a key has changed, and looks only at this one; unless there are new entries or no group, the client waits on. */
function answerWoken(call: Call, request: ReadRequest): void {
  const key = request.keys.find((index) => call.isOffered(index)) as number;
  const entry = call.find(key);
  if (entry === 0 || call.db.typeOf(entry) !== STREAM) throw STREAM_GONE;
  const stream = call.db.collectionOf(entry) as StreamValue;
  const group = stream.group(call.latin1(request.group));
  if (group === undefined) throw GROUP_GONE;
  const isAnswered = answer(call, request, [{ key, stream, group, history: undefined }], request.wokenLimit, hasGoneOn);
  if (!isAnswered) call.block(request.keys, 0, (reply) => reply.nilArray());
}

/** Writes entries that the group has not read, and returns how many. From now on they are pending for the consumer: `given`; without one for nobody. */
function deliver(call: Call, { stream, group }: Source, consumer: StreamConsumer | undefined, limit: number, given: StreamId[]): number {
  const { nowMs } = call.server.keyspace;
  const write = entryWriter(call.reply);
  next.copyFrom(group.lastId).increment();
  return stream.range(next, MAX_ID, false, limit, (entry) => {
    if (consumer !== undefined) {
      group.deliver(entry.id, consumer, nowMs);
      if (call.isLogged) given.push(entry.id.copy());
    }
    stream.advance(group, entry.id);
    write(entry);
  });
}

/** Writes entries again that are pending for the consumer, and returns how many. Of those that are deleted there is only the id, and they are not `given`. */
function replay(call: Call, { stream, group }: Source, { pending }: StreamConsumer, behind: StreamId, limit: number, given: StreamId[]): number {
  const { reply } = call;
  const write = entryWriter(reply);
  behind.increment();
  let count = 0;
  for (let more = pending.seek(behind); more && count < limit; more = pending.next()) {
    const entry = stream.find(pending.readId(next));
    if (entry === undefined) replyDeleted(call, next);
    else {
      write(entry);
      group.pending.find(next);
      group.pending.deliveredMs = call.server.keyspace.nowMs;
      group.countDelivery();
      if (call.isLogged) given.push(next.copy());
    }
    count++;
  }
  return count;
}

function replyDeleted({ reply }: Call, id: StreamId): void {
  reply.array(2);
  replyId(reply, id);
  reply.nilArray();
}
