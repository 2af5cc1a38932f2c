import type { Integer64 } from '../../bytes/integer.js';
import type { Call, Command } from '../../command/call.js';
import type { EffectWord } from '../../command/effect.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError } from '../../command/reply-error.js';
import type { StreamGroup } from '../../values/stream-group.js';
import { StreamId } from '../../values/stream-id.js';
import type { StreamEntry } from '../../values/stream-node.js';
import type { StreamValue } from '../../values/stream-value.js';
import { logClaim, logForgotten, logPlace } from './group-effects.js';
import { parseId, readId } from './id-argument.js';
import { Claimant, readGroup } from './stream-key.js';
import { entryWriter, replyId, replyMany } from './stream-reply.js';

const BAD_MIN_IDLE = new ReplyError('ERR Invalid min-idle-time argument for XCLAIM');
const BAD_IDLE = new ReplyError('ERR Invalid IDLE option argument for XCLAIM');
const BAD_TIME = new ReplyError('ERR Invalid TIME option argument for XCLAIM');
const BAD_RETRY_COUNT = new ReplyError('ERR Invalid RETRYCOUNT option argument for XCLAIM');

const FIRST_ID = 5;
/** Stands for no time at all, as in Redis. */
const NO_TIME = -1;

export const xclaim: Command = {
  name: 'xclaim',
  arity: -6,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'stream',
  since: '5.0.0',
  summary: 'Gives pending entries to another consumer, as if they were delivered to it; answers them.',
  complexity: 'O(log N) for each id and N pending entries',
  syntax: 'key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]',
  execute(call) {
    const { stream, group } = readGroup(call);
    const minIdleMs = Math.max(0, call.integer(4, BAD_MIN_IDLE));
    const ids = leadingIds(call);
    const claim = new Claim(call, FIRST_ID + ids.length, minIdleMs);
    if (claim.lastId.compare(group.lastId) > 0) {
      group.lastId.copyFrom(claim.lastId);
      logPlace(call, 1, 2, group);
    }
    const claimant = new Claimant(call, group);
    const write = claim.isJustId ? ({ id }: StreamEntry) => replyId(call.reply, id) : entryWriter(call.reply);
    replyMany(call.reply, 'array', () => {
      const claimed = ids.filter((id) => claim.take(stream, group, claimant, id));
      for (const id of claimed) write(stream.find(id) as StreamEntry);
      call.server.keyspace.dirty += claimed.length;
      logForgotten(call, 1, 2, claim.forgotten);
      logClaim(call, 1, 2, claimed, claim.deliveredMs, ...claim.effectOptions);
      return claimed.length;
    });
  },
};

/** The arguments that are ids. The first that is none is an option. */
function leadingIds(call: Call): StreamId[] {
  const ids: StreamId[] = [];
  for (let i = FIRST_ID; i < call.count; i++) {
    const id = new StreamId();
    if (!parseId(call, i, id)) break;
    ids.push(id);
  }
  return ids;
}

/** What XCLAIM is asked to do with each entry. */
class Claim {
  readonly lastId = new StreamId();
  /** Those that were pending, and whose entries are deleted. */
  readonly forgotten: StreamId[] = [];
  deliveredMs = NO_TIME;
  isJustId = false;
  readonly #nowMs: number;
  readonly #minIdleMs: number;
  #deliveries: Integer64 = -1;
  #isForced = false;

  constructor(call: Call, firstOption: number, minIdleMs: number) {
    this.#nowMs = call.server.keyspace.timeOfDayMs;
    this.#minIdleMs = minIdleMs;
    for (let i = firstOption; i < call.count; ) i = this.#readOption(call, i);
    if (this.deliveredMs < 0 || this.deliveredMs > this.#nowMs) this.deliveredMs = this.#nowMs;
  }

  /** The options that do the same again to each entry that it has given. */
  get effectOptions(): EffectWord[] {
    const count: EffectWord[] = this.#deliveries >= 0 ? ['RETRYCOUNT', this.#deliveries] : [];
    return [...count, ...(this.#isForced ? ['FORCE'] : []), ...(this.isJustId ? ['JUSTID'] : [])];
  }

  /** Gives an entry to the claimant if it is pending for long enough, and says whether it did. One that is deleted is pending no longer. */
  take(stream: StreamValue, group: StreamGroup, claimant: Claimant, id: StreamId): boolean {
    if (stream.find(id) === undefined) {
      if (group.forget(id)) this.forgotten.push(id);
      return false;
    }
    const { pending } = group;
    if (pending.find(id)) {
      if (this.#minIdleMs > 0 && this.#nowMs - pending.deliveredMs < this.#minIdleMs) return false;
      group.assign(id, claimant.consumer);
    } else if (this.#isForced) group.deliver(id, claimant.consumer, this.#nowMs);
    else return false;
    pending.deliveredMs = this.deliveredMs;
    if (this.#deliveries >= 0) pending.deliveries = this.#deliveries;
    else if (!this.isJustId) group.countDelivery();
    return true;
  }

  /** Returns the index behind the option at `index`. */
  #readOption(call: Call, index: number): number {
    const hasValue = index + 1 < call.count;
    if (call.is(index, 'FORCE') || call.is(index, 'JUSTID')) {
      if (call.is(index, 'FORCE')) this.#isForced = true;
      else this.isJustId = true;
      return index + 1;
    }
    if (hasValue && call.is(index, 'IDLE')) this.deliveredMs = this.#nowMs - call.integer(index + 1, BAD_IDLE);
    else if (hasValue && call.is(index, 'TIME')) this.deliveredMs = call.integer(index + 1, BAD_TIME);
    else if (hasValue && call.is(index, 'RETRYCOUNT')) this.#deliveries = call.integer64(index + 1, BAD_RETRY_COUNT);
    else if (hasValue && call.is(index, 'LASTID')) readId(call, index + 1, this.lastId);
    else throw new ReplyError(`ERR Unrecognized XCLAIM option '${quoted(call, index)}'`);
    return index + 2;
  }
}
