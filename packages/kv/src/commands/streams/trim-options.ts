import type { Call } from '../../command/call.js';
import { ReplyError } from '../../command/reply-error.js';
import type { Trimming } from '../../values/stream-entries.js';
import { StreamId } from '../../values/stream-id.js';
import type { StreamValue } from '../../values/stream-value.js';
import { readId } from './id-argument.js';

const TWO_STRATEGIES = new ReplyError('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
const NEGATIVE_LENGTH = new ReplyError('ERR The MAXLEN argument must be >= 0.');
const NEGATIVE_LIMIT = new ReplyError('ERR The LIMIT argument must be >= 0.');
const LIMIT_ALONE = new ReplyError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
const LIMIT_OF_EXACT = new ReplyError('ERR syntax error, LIMIT cannot be used without the special ~ option');
const NO_STRATEGY = new ReplyError('ERR syntax error, XTRIM must be called with a trimming strategy');

/** So many nodes' worth of entries goes at most in an approximate trimming. */
const DEFAULT_LIMIT_NODES = 100;
const LIMIT_WITHOUT_NODE_SIZE = 10_000;
const MAX_DEFAULT_LIMIT = 1_000_000;

/** How far a stream is to be cut, as XADD and XTRIM are told. */
export class TrimOptions {
  #maxLength = Number.POSITIVE_INFINITY;
  #minId: StreamId | undefined;
  #isApproximate = false;
  #limit: number | undefined;
  #isGiven = false;

  /** Reads the option at an index, and returns the index behind it; the same if there is none. */
  read(call: Call, index: number): number {
    if (index + 1 === call.count) return index;
    if (call.is(index, 'MAXLEN')) return this.#readThreshold(call, index, (at) => this.#readLength(call, at));
    if (call.is(index, 'MINID')) return this.#readThreshold(call, index, (at) => (this.#minId = readId(call, at, new StreamId())));
    if (!call.is(index, 'LIMIT')) return index;
    this.#limit = call.integer(index + 1);
    if (this.#limit < 0) throw NEGATIVE_LIMIT;
    return index + 2;
  }

  #readThreshold(call: Call, index: number, read: (index: number) => void): number {
    if (this.#isGiven) throw TWO_STRATEGIES;
    const hasOperator = index + 2 < call.count && (call.is(index + 1, '~') || call.is(index + 1, '='));
    this.#isApproximate = hasOperator && call.is(index + 1, '~');
    const at = hasOperator ? index + 2 : index + 1;
    read(at);
    this.#isGiven = true;
    return at + 1;
  }

  #readLength(call: Call, index: number): void {
    this.#maxLength = call.integer(index);
    if (this.#maxLength < 0) throw NEGATIVE_LENGTH;
  }

  /** What was asked for, undefined if it was nothing. Error: there is no strategy where one `isRequired`, or a limit that does not suit it. */
  finish(call: Call, isRequired: boolean): Trimming | undefined {
    if (!this.#isGiven && this.#limit !== undefined && this.#limit > 0) throw LIMIT_ALONE;
    if (!this.#isGiven && isRequired) throw NO_STRATEGY;
    if (this.#limit !== undefined && !this.#isApproximate) throw LIMIT_OF_EXACT;
    if (!this.#isGiven) return undefined;
    const limit = this.#limit ?? (this.#isApproximate ? defaultLimit(call) : 0);
    return {
      maxLength: this.#maxLength,
      minId: this.#minId,
      isApproximate: this.#isApproximate,
      limit: limit === 0 ? Number.POSITIVE_INFINITY : limit,
    };
  }
}

/** Has logged how long a stream is that was trimmed by its nodes, which will be others where it is read again. */
export function logTrimming(call: Call, { size }: StreamValue): void {
  if (call.isLogged) call.effect('XTRIM', call.argument(1), 'MAXLEN', size);
}

function defaultLimit(call: Call): number {
  const { streamNodeMaxEntries } = call.server.keyspace.limits;
  return streamNodeMaxEntries > 0 ? Math.min(streamNodeMaxEntries * DEFAULT_LIMIT_NODES, MAX_DEFAULT_LIMIT) : LIMIT_WITHOUT_NODE_SIZE;
}
