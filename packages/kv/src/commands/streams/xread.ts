import type { Call, Command } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import { Request } from '../../protocol/request.js';
import { STREAM } from '../../store/meta.js';
import { MAX_ID, StreamId } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { readId } from './id-argument.js';
import { keysOfRead, lookAgain, ReadRequest } from './read-request.js';
import { readStream } from './stream-key.js';
import { replyRange, replyReady } from './stream-reply.js';

const GROUP_ID = new ReplyError('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.');

const last = new StreamId();

export const xread: Command = {
  name: 'xread',
  arity: -4,
  flags: ['readonly', 'blocking', 'movablekeys'],
  findKeys: keysOfRead,
  group: 'stream',
  since: '5.0.0',
  summary: 'Answers the entries of streams behind an id of each; waits for one if need be.',
  complexity: 'O(log N + M) for M entries of a stream of N',
  syntax: '[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]',
  execute(call) {
    const request = new ReadRequest(call, false);
    if (call.ready !== undefined) return answerWoken(call, request);
    const streams = request.keys.map((key) => readPosition(call, key, request.idOf(key)));
    lookAgain(call, request);
    if (answer(call, streams, request.limit)) return;
    if (request.timeoutMs === undefined) return call.reply.nilArray();
    call.block(request.keys, request.timeoutMs, (reply) => reply.nilArray(), STREAM, withIds(call, request, streams));
  },
};

/** A stream, and the id behind which a client reads on. */
interface Position {
  readonly key: number;
  readonly stream: StreamValue | undefined;
  readonly id: StreamId;
}

function readPosition(call: Call, key: number, idIndex: number): Position {
  const stream = readStream(call, key);
  if (call.is(idIndex, '>')) throw GROUP_ID;
  if (call.is(idIndex, '$')) return { key, stream, id: stream?.lastId.copy() ?? new StreamId() };
  return { key, stream, id: readId(call, idIndex, new StreamId()) };
}

function hasMore({ stream, id }: Position): boolean {
  if (stream === undefined || stream.size === 0) return false;
  stream.readLast(last);
  return last.compare(id) > 0;
}

/** Enough for who has waited, as in Redis: what came may have been deleted since by the same transaction, and then there are no entries. */
function hasGoneOn({ stream, id }: Position): boolean {
  return stream !== undefined && stream.lastId.compare(id) > 0;
}

function answer(call: Call, streams: readonly Position[], limit: number, isReady = hasMore): boolean {
  return replyReady(call, streams, isReady, ({ stream, id }) => {
    id.increment();
    replyRange(call.reply, stream as StreamValue, id, MAX_ID, false, limit);
  });
}

/** Runs again as a stream has changed, and looks only at this one; unless it has more, the client waits on. */
function answerWoken(call: Call, request: ReadRequest): void {
  const key = request.keys.find((index) => call.isOffered(index)) as number;
  if (answer(call, [readPosition(call, key, request.idOf(key))], request.wokenLimit, hasGoneOn)) return;
  call.block(request.keys, 0, (reply) => reply.nilArray());
}

/** The same request with the ids that are now meant by `$`: what comes next is to be behind these. */
function withIds(call: Call, request: ReadRequest, positions: readonly Position[]): Request {
  const args = Array.from({ length: call.count }, (_, index) => call.copy(index));
  for (const { key, id } of positions) args[request.idOf(key)] = Buffer.from(id.toString());
  return new Request(args);
}
