import { type Answer, ask, fieldsOf, type Peer, textOf, type Words } from './peer.js';

const PAGE = 1000;
const NO_ID = '0-0';
const FIRST_ID = '0-1';
const LAST_SEQUENCE = 2n ** 64n - 1n;

/**
 * The requests that write a stream, of which `info` is what XINFO STREAM says. Groups come before entries: what is pending may be
 * deleted by now, and XCLAIM takes entries only that are there. So stand-ins are there for as long as it takes, which the stream then
 * forgets: XTRIM leaves no trace but in the counters that XSETID sets at the end. Error: ReplyError.
 */
export async function* streamRequests(peer: Peer, key: Buffer, info: Answer): AsyncGenerator<Words> {
  const stream = fieldsOf(info);
  yield ['DEL', key];
  for (const group of (await ask(peer, 'XINFO', 'GROUPS', key)) as readonly Answer[]) yield* groupRequests(peer, key, fieldsOf(group));
  yield* entryRequests(peer, key);
  if (stream.get('length') === 0 && stream.get('groups') === 0) yield* emptyStream(key);
  yield ['XSETID', key, textOf(stream.get('last-generated-id') as Answer), ...counters(stream)];
}

/** Redis 7 counts what was added, and knows what was deleted. */
function counters(stream: ReadonlyMap<string, Answer>): Words {
  if (!stream.has('entries-added')) return [];
  return ['ENTRIESADDED', stream.get('entries-added') as number, 'MAXDELETEDID', textOf(stream.get('max-deleted-entry-id') as Answer)];
}

/** Nothing else makes one that has no groups and never had an entry. */
function emptyStream(key: Buffer): Words[] {
  return [['XGROUP', 'CREATE', key, 'none', NO_ID, 'MKSTREAM'], ['XGROUP', 'DESTROY', key, 'none']];
}

async function* entryRequests(peer: Peer, key: Buffer): AsyncGenerator<Words> {
  for (let from: string | undefined = NO_ID; from !== undefined; ) {
    const entries = (await ask(peer, 'XRANGE', key, from, '+', 'COUNT', PAGE)) as readonly (readonly [Buffer, readonly Buffer[]])[];
    for (const [id, fields] of entries) yield ['XADD', key, id, ...fields];
    from = entries.length < PAGE ? undefined : following((entries.at(-1) as readonly [Buffer, unknown])[0]);
  }
}

async function* groupRequests(peer: Peer, key: Buffer, group: ReadonlyMap<string, Answer>): AsyncGenerator<Words> {
  const name = group.get('name') as Buffer;
  const entriesRead = group.get('entries-read');
  const counted = typeof entriesRead === 'number' || typeof entriesRead === 'bigint' ? ['ENTRIESREAD', entriesRead] : [];
  yield ['XGROUP', 'CREATE', key, name, textOf(group.get('last-delivered-id') as Answer), 'MKSTREAM', ...counted];
  for (const consumer of (await ask(peer, 'XINFO', 'CONSUMERS', key, name)) as readonly Answer[]) {
    yield ['XGROUP', 'CREATECONSUMER', key, name, fieldsOf(consumer).get('name') as Buffer];
  }
  if (group.get('pending') !== 0) yield* pendingRequests(peer, key, name);
}

async function* pendingRequests(peer: Peer, key: Buffer, group: Buffer): AsyncGenerator<Words> {
  for (let from: string | undefined = FIRST_ID; from !== undefined; ) {
    const [time, answer] = await peer.call([['TIME'], ['XPENDING', key, group, from, '+', PAGE]]);
    if (answer instanceof Error) throw answer;
    const pending = answer as readonly (readonly [Buffer, Buffer, number, number])[];
    const nowMs = millisecondsOf(time as Answer);
    for (const [id] of pending) yield ['XADD', key, id, '', ''];
    for (const [id, consumer, idleMs, deliveries] of pending) {
      yield ['XCLAIM', key, group, consumer, 0, id, 'TIME', nowMs - idleMs, 'RETRYCOUNT', deliveries, 'FORCE', 'JUSTID'];
    }
    yield ['XTRIM', key, 'MAXLEN', 0];
    yield ['XSETID', key, NO_ID];
    from = pending.length < PAGE ? undefined : following((pending.at(-1) as readonly [Buffer, ...unknown[]])[0]);
  }
}

/** XPENDING tells how long ago something was, by the server's clock. */
function millisecondsOf(time: Answer): number {
  const [seconds, microseconds] = (time as readonly Buffer[]).map(Number) as [number, number];
  return seconds * 1000 + Math.floor(microseconds / 1000);
}

/** The next possible id; undefined after the last one. "(id" would do, but not for Redis 6.0. */
function following(id: Buffer): string | undefined {
  const [ms, sequence] = String(id).split('-').map(BigInt) as [bigint, bigint];
  if (sequence < LAST_SEQUENCE) return `${ms}-${sequence + 1n}`;
  return ms < LAST_SEQUENCE ? `${ms + 1n}-0` : undefined;
}
