import type { Call } from '../../command/call.js';
import type { ReplyWriter } from '../../protocol/reply-writer.js';
import { ID_TEXT_BYTES, type StreamId } from '../../values/stream-id.js';
import type { FieldVisitor, StreamEntry } from '../../values/stream-node.js';
import type { StreamValue } from '../../values/stream-value.js';

const idText = Buffer.alloc(ID_TEXT_BYTES);

export function replyId(reply: ReplyWriter, id: StreamId): void {
  reply.bulk(idText, 0, id.format(idText, 0));
}

/** A name, each character of which is a byte. */
export function replyName(reply: ReplyWriter, name: string): void {
  reply.bulk(Buffer.from(name, 'latin1'));
}

/** Returns what writes an entry: its id, and its fields and values in turn. */
export function entryWriter(reply: ReplyWriter): (entry: StreamEntry) => void {
  const write: FieldVisitor = (buffer, start, end) => reply.bulk(buffer, start, end);
  return (entry) => {
    reply.array(2);
    replyId(reply, entry.id);
    reply.array(entry.fieldCount * 2);
    entry.forEach(write);
  };
}

/** Answers at most `limit` entries between two ids, both included. */
export function replyRange(reply: ReplyWriter, stream: StreamValue, from: StreamId, to: StreamId, reversed: boolean, limit: number): void {
  replyMany(reply, 'array', () => stream.range(from, to, reversed, limit, entryWriter(reply)));
}

/** Answers as many elements or pairs as `write` says that it has written, and returns how many. */
export function replyMany(reply: ReplyWriter, kind: 'array' | 'map', write: () => number): number {
  const at = reply.beginDeferred();
  let count = 0;
  try {
    count = write();
  } finally {
    reply.endDeferred(at, kind, count);
  }
  return count;
}

/**
 * Answers those streams that are ready when their turn comes, with what `write` writes for each: pairs of key and entries, in a map if the
 * client knows maps. If none is ready, there is no answer, and it returns false.
 */
export function replyReady<Read extends { readonly key: number }>(
  call: Call, streams: readonly Read[], isReady: (stream: Read) => boolean, write: (stream: Read) => void,
): boolean {
  const { reply } = call;
  const before = reply.hold();
  try {
    const count = replyMany(reply, reply.version === 3 ? 'map' : 'array', () => {
      const ready = streams.filter((stream) => isReady(stream) && replyStream(call, stream, write));
      return ready.length;
    });
    if (count === 0) reply.truncate(before);
    return count > 0;
  } finally {
    reply.release();
  }
}

function replyStream<Read extends { readonly key: number }>(call: Call, stream: Read, write: (stream: Read) => void): boolean {
  const { reply } = call;
  if (reply.version === 2) reply.array(2);
  reply.bulk(call.source, call.start(stream.key), call.end(stream.key));
  write(stream);
  return true;
}
