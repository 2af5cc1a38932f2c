import type { Call, Command } from '../../command/call.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';
import { removeEntry } from '../../command/key-removal.js';
import { readCollection } from '../../rdb/collection-payload.js';
import { CorruptPayloadError } from '../../rdb/corrupt-payload-error.js';
import { openPayload } from '../../rdb/dump-payload.js';
import { RdbReader } from '../../rdb/rdb-reader.js';
import { STRING_TYPE } from '../../rdb/rdb-type.js';
import type { Collection } from '../../values/value-context.js';

/** What a double holds exactly; 285,000 years. */
const MAX_DEADLINE_MS = Number.MAX_SAFE_INTEGER;
const MAX_FREQUENCY = 255;
const UNSET = -1;

const IN_THE_WAY = new ReplyError('BUSYKEY Target key name already exists.');
const NO_TTL = new ReplyError('ERR Invalid TTL value, must be >= 0');
const NO_IDLE_TIME = new ReplyError('ERR Invalid IDLETIME value, must be >= 0');
const NO_FREQUENCY = new ReplyError('ERR Invalid FREQ value, must be >= 0 and <= 255');
const NO_PAYLOAD = new ReplyError('ERR DUMP payload version or checksum are wrong');
const BAD_DATA = new ReplyError('ERR Bad data format');

interface RestoreOptions {
  replace: boolean;
  /** The time to live is a point in time. */
  absolute: boolean;
  idleSeconds: number;
  frequency: number;
}

export const restore: Command = {
  name: 'restore',
  arity: -4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'generic',
  since: '2.6.0',
  summary: 'Sets a key to what DUMP has answered, here or in Redis.',
  complexity: 'O(N) for N elements or bytes, O(N log N) for a sorted set',
  syntax: 'key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]',
  categories: ['dangerous'],
  execute(call) {
    const options = readOptions(call);
    if (!options.replace && call.read(1) !== 0) throw IN_THE_WAY;
    const deadlineMs = readDeadline(call, options.absolute);
    const value = readValue(call);
    const old = call.find(1);
    if (deadlineMs > call.server.keyspace.nowMs) {
      put(call, value, deadlineMs, options);
      if (old !== 0) call.replaced(call.db, 1);
      call.changed(1, 'restore', 'g');
      if (call.isLogged && Number.isFinite(deadlineMs)) {
        call.effect('RESTORE', call.argument(1), deadlineMs, call.argument(3), 'REPLACE', 'ABSTTL');
      }
    } else {
      discard(value);
      if (old !== 0) removeEntry(call, 1, old);
      if (call.isLogged) call.effect('DEL', call.argument(1));
    }
    call.server.reclaim();
    call.reply.ok();
  },
};

/** What MIGRATE sends into a cluster. Outside of one it is the same as RESTORE. */
export const restoreAsking: Command = { ...restore, name: 'restore-asking', flags: ['write', 'denyoom', 'asking'], since: '3.0.0' };

function readOptions(call: Call): RestoreOptions {
  const options: RestoreOptions = { replace: false, absolute: false, idleSeconds: UNSET, frequency: UNSET };
  for (let i = 4; i < call.count; i++) {
    if (call.is(i, 'REPLACE')) options.replace = true;
    else if (call.is(i, 'ABSTTL')) options.absolute = true;
    else if (call.is(i, 'IDLETIME') && i + 1 < call.count && options.frequency === UNSET) {
      options.idleSeconds = call.integer(++i);
      if (options.idleSeconds < 0) throw NO_IDLE_TIME;
    } else if (call.is(i, 'FREQ') && i + 1 < call.count && options.idleSeconds === UNSET) {
      options.frequency = call.integer(++i);
      if (options.frequency < 0 || options.frequency > MAX_FREQUENCY) throw NO_FREQUENCY;
    } else throw SYNTAX;
  }
  return options;
}

/** In ms since the epoch; infinite for 0. */
function readDeadline(call: Call, absolute: boolean): number {
  const ttl = call.integer(2);
  if (ttl < 0) throw NO_TTL;
  if (ttl === 0) return Number.POSITIVE_INFINITY;
  return Math.min(absolute ? ttl : ttl + call.server.keyspace.nowMs, MAX_DEADLINE_MS);
}

/** The value of the payload: a string's bytes, or a collection that nobody owns yet. */
function readValue(call: Call): Buffer | Collection {
  const value = openPayload(call.source.subarray(call.start(3), call.end(3)));
  if (value === undefined) throw NO_PAYLOAD;
  try {
    const reader = new RdbReader(value);
    const type = reader.byte();
    return type === STRING_TYPE ? reader.string() : readCollection(type, reader, call.server.keyspace);
  } catch (error) {
    throw error instanceof CorruptPayloadError ? BAD_DATA : error;
  }
}

/** Sets the key, whatever it was. */
function put(call: Call, value: Buffer | Collection, deadlineMs: number, { idleSeconds, frequency }: RestoreOptions): void {
  const { db } = call;
  const { access } = call.server.keyspace;
  const entry = Buffer.isBuffer(value) ? putString(call, value, deadlineMs) : db.setCollection(call.source, call.start(1), call.end(1), value, deadlineMs);
  if (access.lfu && frequency !== UNSET) db.setMeta(entry, access.withFrequency(db.metaOf(entry), frequency));
  else if (!access.lfu && idleSeconds !== UNSET) db.setMeta(entry, access.withIdleSeconds(db.metaOf(entry), idleSeconds));
}

function putString({ db, source, starts, ends }: Call, value: Buffer, deadlineMs: number): number {
  const start = starts[1] as number;
  const end = ends[1] as number;
  if (deadlineMs === Number.POSITIVE_INFINITY) return db.setString(source, start, end, value, 0, value.length);
  return db.setStringUntil(deadlineMs, source, start, end, value, 0, value.length);
}

function discard(value: Buffer | Collection): void {
  if (!Buffer.isBuffer(value)) value.dispose(Number.POSITIVE_INFINITY);
}
