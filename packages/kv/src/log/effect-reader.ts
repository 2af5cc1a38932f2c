import type { Arguments } from '../protocol/request.js';
import { MalformedRecordError } from './malformed-record-error.js';
import { RecordCursor } from './record-cursor.js';
import { EFFECTS } from './record-kind.js';

const FIRST_ARGUMENTS = 64;
/** Arguments begin and end at 32-bit numbers: from here on the source is cut to what is left of it. */
const FAR_BYTES = 2 ** 30;

/** Walks the effects of a record as an EffectWriter has left them, without copies: it is itself the arguments of the present one. */
export class EffectReader implements Arguments {
  source: Buffer = Buffer.alloc(0);
  count = 0;
  starts = new Int32Array(FIRST_ARGUMENTS);
  ends = new Int32Array(FIRST_ARGUMENTS);
  /** The number of the database that the present effect is for. */
  database = 0;
  readonly #cursor = new RecordCursor();

  /** Begins with a payload of effects. Error: MalformedRecordError, also of `next`. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.source = bytes;
    this.database = 0;
    this.#cursor.reset(bytes, start, end);
    if (this.#cursor.byte() !== EFFECTS) throw new MalformedRecordError('the record has no effects');
  }

  /** Goes to the next effect. Returns whether there is one. */
  next(): boolean {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) return false;
    if (cursor.at > FAR_BYTES) this.#cut();
    let count = cursor.varint();
    while (count === 0) {
      this.database = cursor.varint();
      count = cursor.varint();
    }
    this.#prepare(count);
    for (let i = 0; i < count; i++) {
      const bytes = cursor.varint();
      this.starts[i] = cursor.skip(bytes);
      this.ends[i] = cursor.at;
    }
    return true;
  }

  #cut(): void {
    const { at, end } = this.#cursor;
    this.source = this.source.subarray(at, end);
    this.#cursor.reset(this.source, 0, end - at);
  }

  /** Makes room for so many arguments. Each takes a byte at least, so no number makes it larger than the record. */
  #prepare(count: number): void {
    this.count = count;
    if (count <= this.starts.length) return;
    if (count > this.#cursor.end - this.#cursor.at) throw new MalformedRecordError('the record ends within an effect');
    const room = Math.max(count, this.starts.length * 2);
    this.starts = new Int32Array(room);
    this.ends = new Int32Array(room);
  }
}
