import { parseDouble, writeDouble } from '../bytes/double.js';
import { scoreOf, SortedSetValue } from '../values/sorted-set-value.js';
import type { ValueContext } from '../values/value-context.js';
import { CorruptPayloadError } from './corrupt-payload-error.js';
import { forEachPair, restored } from './restored.js';
import { ListpackWriter } from './listpack.js';
import type { RdbReader } from './rdb-reader.js';
import type { RdbWriter } from './rdb-writer.js';

/** Lengths of decimal scores that stand for what has no decimal: NaN, which no score is, and the infinities. */
const NAN = 253;
const INFINITE = 254;
const MINUS_INFINITE = 255;

const scoreText = Buffer.alloc(32);

export function writeSortedSet(writer: RdbWriter, set: SortedSetValue): void {
  if (set.encoding === 'listpack') {
    const pack = new ListpackWriter();
    set.range(0, set.size, false, (buffer, start, end, scoreStart) => {
      pack.add(buffer, start, end);
      pack.add(scoreText, 0, writeDouble(scoreOf(buffer, scoreStart), scoreText, 0));
    });
    return writer.string(pack.bytes);
  }
  writer.length(set.size);
  // From the end, as Redis has to go no further than to its head when it adds them one after the other.
  set.range(0, set.size, true, (buffer, start, end, scoreStart) => {
    writer.string(buffer, start, end);
    writer.double(scoreOf(buffer, scoreStart));
  });
}

export function readSortedSet(reader: RdbReader, context: ValueContext): SortedSetValue {
  return restored(new SortedSetValue(context), (set) => {
    for (let left = reader.length(); left > 0; left--) addNew(set, reader.string(), reader.double());
  });
}

/** With scores in decimal. */
export function readOldSortedSet(reader: RdbReader, context: ValueContext): SortedSetValue {
  return restored(new SortedSetValue(context), (set) => {
    for (let left = reader.length(); left > 0; left--) addNew(set, reader.string(), readDecimal(reader));
  });
}

/** Of the members and scores of a compact sequence. */
export function readPackedSortedSet(elements: Iterator<Buffer, void>, context: ValueContext): SortedSetValue {
  return restored(new SortedSetValue(context), (set) => {
    forEachPair(elements, (member, score) => addNew(set, member, parseDouble(score, 0, score.length)));
  });
}

function addNew(set: SortedSetValue, member: Buffer, score: number): void {
  const isKnown = Number.isNaN(score) || !Number.isNaN(set.set(member, 0, member.length, score));
  if (isKnown) throw new CorruptPayloadError();
}

function readDecimal(reader: RdbReader): number {
  const length = reader.byte();
  if (length === INFINITE) return Number.POSITIVE_INFINITY;
  if (length === MINUS_INFINITE) return Number.NEGATIVE_INFINITY;
  return length === NAN ? Number.NaN : parseDouble(reader.raw(length), 0, length);
}
