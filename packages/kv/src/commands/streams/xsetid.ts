import type { Integer64 } from '../../bytes/integer.js';
import type { Call, Command } from '../../command/call.js';
import { NO_SUCH_KEY, ReplyError, SYNTAX } from '../../command/reply-error.js';
import { StreamId } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { readId } from './id-argument.js';
import { findStream } from './stream-key.js';

const NEGATIVE_COUNT = new ReplyError('ERR entries_added must be positive');
const BELOW_DELETED = new ReplyError('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
const BELOW_LAST = new ReplyError('ERR The ID specified in XSETID is smaller than the target stream top item');
const BELOW_LENGTH = new ReplyError('ERR The entries_added specified in XSETID is smaller than the target stream length');

const id = new StreamId();
const maxDeleted = new StreamId();
const last = new StreamId();

export const xsetid: Command = {
  name: 'xsetid',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Sets the last id of a stream, as it is needed to copy one.',
  complexity: 'O(1)',
  syntax: 'key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]',
  execute(call) {
    readId(call, 2, id);
    const entriesAdded = readOptions(call);
    const stream = findStream(call);
    if (stream === undefined) throw NO_SUCH_KEY;
    check(stream, entriesAdded);
    stream.lastId.copyFrom(id);
    if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
    if (!maxDeleted.isZero) stream.maxDeletedId.copyFrom(maxDeleted);
    call.announce(1, 'xsetid', 't');
    call.reply.ok();
  },
};

/** Returns ENTRIESADDED, and sets `maxDeleted`. */
function readOptions(call: Call): Integer64 | undefined {
  let entriesAdded: Integer64 | undefined;
  maxDeleted.set(0, 0);
  for (let i = 3; i < call.count; i += 2) {
    if (i + 1 === call.count) throw SYNTAX;
    if (call.is(i, 'ENTRIESADDED')) {
      entriesAdded = call.integer64(i + 1);
      if (entriesAdded < 0) throw NEGATIVE_COUNT;
    } else if (call.is(i, 'MAXDELETEDID')) {
      if (id.compare(readId(call, i + 1, maxDeleted)) < 0) throw BELOW_DELETED;
    } else throw SYNTAX;
  }
  return entriesAdded;
}

function check(stream: StreamValue, entriesAdded: Integer64 | undefined): void {
  if (stream.size === 0) return;
  stream.readLast(last);
  if (id.compare(last) < 0) throw BELOW_LAST;
  if (entriesAdded !== undefined && entriesAdded < stream.size) throw BELOW_LENGTH;
}
