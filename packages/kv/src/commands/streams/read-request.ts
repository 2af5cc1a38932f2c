import type { Call } from '../../command/call.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError, SYNTAX } from '../../command/reply-error.js';

const BAD_TIMEOUT = new ReplyError('ERR timeout is not an integer or out of range');
const NEGATIVE_TIMEOUT = new ReplyError('ERR timeout is negative');
const UNBALANCED = new ReplyError("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
const GROUP_OF_XREAD = new ReplyError('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
const NOACK_OF_XREAD = new ReplyError('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
const NO_GROUP = new ReplyError('ERR Missing GROUP option for XREADGROUP');
const NO_STREAMS = new ReplyError('ERR Invalid arguments specified for command');

/** Who has waited gets no more entries at once, unless a count says so: the id may be very old. */
const WOKEN_LIMIT = 1000;

/** Where STREAMS may stand in XREADGROUP at the earliest: a group may have that name. */
const FIRST_OPTION_OF_GROUP = 4;

/** What XREAD and XREADGROUP are asked for. */
export class ReadRequest {
  /** How many entries of each stream are wanted at most. */
  limit = Number.POSITIVE_INFINITY;
  /** For how long the client will wait, 0 for ever; undefined if it will not. */
  timeoutMs: number | undefined;
  isUnacknowledged = false;
  /** The argument with the group's name, before that of the consumer; 0 if there is none. */
  group = 0;
  /** The first argument that is a key. Behind the keys there are as many ids. */
  firstKey = 0;
  streamCount = 0;

  /** Error: ERR. */
  constructor(call: Call, isOfGroup: boolean) {
    for (let i = 1; this.firstKey === 0 && i < call.count; ) i = this.#readOption(call, i, isOfGroup);
    if (this.firstKey === 0) throw SYNTAX;
    if (isOfGroup && this.group === 0) throw NO_GROUP;
  }

  /** The same for a client that has waited. */
  get wokenLimit(): number {
    return Number.isFinite(this.limit) ? this.limit : WOKEN_LIMIT;
  }

  /** The arguments that are keys. */
  get keys(): number[] {
    return Array.from({ length: this.streamCount }, (_, i) => this.firstKey + i);
  }

  /** The argument that is the id for a key. */
  idOf(key: number): number {
    return key + this.streamCount;
  }

  /** Returns the index behind the option at `index`. */
  #readOption(call: Call, index: number, isOfGroup: boolean): number {
    const left = call.count - index - 1;
    if (left > 0 && call.is(index, 'BLOCK')) this.timeoutMs = readTimeout(call, index + 1);
    else if (left > 0 && call.is(index, 'COUNT')) this.limit = readLimit(call, index + 1);
    else if (left > 0 && call.is(index, 'STREAMS')) this.#readStreams(call, index + 1);
    else if (left > 1 && call.is(index, 'GROUP')) return this.#readGroup(index + 1, isOfGroup);
    else if (call.is(index, 'NOACK')) return this.#readNoAck(index, isOfGroup);
    else throw SYNTAX;
    return index + 2;
  }

  #readStreams(call: Call, first: number): void {
    if ((call.count - first) % 2 === 1) throw UNBALANCED;
    this.firstKey = first;
    this.streamCount = (call.count - first) / 2;
  }

  #readGroup(index: number, isOfGroup: boolean): number {
    if (!isOfGroup) throw GROUP_OF_XREAD;
    this.group = index;
    return index + 2;
  }

  #readNoAck(index: number, isOfGroup: boolean): number {
    if (!isOfGroup) throw NOACK_OF_XREAD;
    this.isUnacknowledged = true;
    return index + 1;
  }
}

/** Redis looks for each key first for the ids and then for the entries: a miss is told of twice, and counts twice, as does a hit. */
export function lookAgain(call: Call, { keys }: ReadRequest): void {
  for (const key of keys) call.read(key);
}

/** Where the keys of a request stand, for whoever wants to know only these: behind STREAMS, even if an id is missing or one too many. */
export function keysOfRead(call: Call): number[] {
  let first = call.command.definition.name === 'xreadgroup' ? FIRST_OPTION_OF_GROUP : 1;
  while (first < call.count && !call.is(first, 'STREAMS')) first++;
  const streams = Math.floor((call.count - first - 1) / 2);
  if (streams < 1) throw NO_STREAMS;
  return Array.from({ length: streams }, (_, i) => first + 1 + i);
}

/** A limit below 1 is none. */
function readLimit(call: Call, index: number): number {
  const limit = call.integer(index);
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

function readTimeout(call: Call, index: number): number {
  if (call.isScripted) throw new ReplyError(`ERR ${quoted(call, 0)} command is not allowed with BLOCK option from scripts`);
  const timeoutMs = call.integer(index, BAD_TIMEOUT);
  if (timeoutMs < 0) throw NEGATIVE_TIMEOUT;
  return Number.isFinite(timeoutMs) ? timeoutMs : 0;
}
