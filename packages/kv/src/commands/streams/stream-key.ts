import type { Call } from '../../command/call.js';
import { quoted } from '../../command/quoted-argument.js';
import { ReplyError } from '../../command/reply-error.js';
import { STREAM } from '../../store/meta.js';
import type { StreamConsumer, StreamGroup } from '../../values/stream-group.js';
import type { StreamValue } from '../../values/stream-value.js';

/** The stream at the key that is argument `index`, for a reader; undefined if there is none. Error: WRONGTYPE. */
export function readStream(call: Call, index = 1): StreamValue | undefined {
  return call.readCollection(index, STREAM) as StreamValue | undefined;
}

/** The same for a writer. */
export function findStream(call: Call, index = 1): StreamValue | undefined {
  const entry = call.findTyped(index, STREAM);
  return entry === 0 ? undefined : (call.db.collectionOf(entry) as StreamValue);
}

/** Adds a stream at a key where nothing is. Unlike other collections it may be empty. */
export function addStream(call: Call, stream: StreamValue, index = 1): void {
  call.db.addCollection(call.source, call.start(index), call.end(index), stream);
}

/** The stream at argument 1 and its group that argument 2 names. Error: NOGROUP. */
export function readGroup(call: Call): { readonly stream: StreamValue; readonly group: StreamGroup } {
  const stream = readStream(call);
  const group = stream?.group(call.latin1(2));
  if (stream === undefined || group === undefined) throw new ReplyError(noSuchKeyOrGroup(call, 1, 2));
  return { stream, group };
}

/** The error of a group that is not there, or whose stream is not there. */
export function noSuchKeyOrGroup(call: Call, key: number, group: number): string {
  return `NOGROUP No such key '${quoted(call, key)}' or consumer group '${quoted(call, group)}'`;
}

/** The error of a group that is not there, though its stream is. */
export function noSuchGroup(call: Call, key: number, group: number): ReplyError {
  return new ReplyError(`NOGROUP No such consumer group '${quoted(call, group)}' for key name '${quoted(call, key)}'`);
}

/** The consumer that claims entries, which argument 3 names: it is seen, or added, only as soon as there is something for it. */
export class Claimant {
  readonly #call: Call;
  readonly #group: StreamGroup;
  #consumer: StreamConsumer | undefined;

  constructor(call: Call, group: StreamGroup) {
    this.#call = call;
    this.#group = group;
  }

  get consumer(): StreamConsumer {
    this.#consumer ??= seeConsumer(this.#call, this.#group, 3);
    return this.#consumer;
  }
}

/** The consumer with the name that is argument `index`, who is now seen; a new one if there is none. */
export function seeConsumer(call: Call, group: StreamGroup, index: number, key = 1): StreamConsumer {
  const { timeOfDayMs } = call.server.keyspace;
  const name = call.latin1(index);
  const known = group.consumer(name);
  if (known === undefined) return createConsumer(call, group, name, key);
  known.seenMs = timeOfDayMs;
  return known;
}

/** Adds a consumer to a group of the stream at argument `key`, and tells of it. */
export function createConsumer(call: Call, group: StreamGroup, name: string, key: number): StreamConsumer {
  const consumer = group.addConsumer(name, call.server.keyspace.timeOfDayMs);
  call.announce(key, 'xgroup-createconsumer', 't');
  return consumer;
}
