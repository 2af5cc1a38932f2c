import { copyBytes } from '../memory/entry.js';
import { Slice } from '../memory/slice.js';
import type { Arguments } from '../protocol/request.js';

/** A word of an effect: bytes as they are, text of which each character is a byte, a number in its digits. */
export type EffectWord = string | number | bigint | Slice | Buffer;

const FIRST_WORDS = 16;
const FIRST_BYTES = 1024;
/** What took more room than this gives it back with the next effect. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** A request that is put together to be logged. One serves all commands, as who logs it copies it: it is valid until it is set again. */
export class Effect implements Arguments {
  source = Buffer.allocUnsafeSlow(FIRST_BYTES);
  count = 0;
  starts = new Int32Array(FIRST_WORDS);
  ends = new Int32Array(FIRST_WORDS);
  #bytes = 0;

  set(words: readonly EffectWord[]): this {
    this.count = 0;
    this.#bytes = 0;
    if (this.source.length > MAX_KEPT_BYTES) this.source = Buffer.allocUnsafeSlow(FIRST_BYTES);
    if (words.length > this.starts.length) this.#widen(words.length);
    for (const word of words) this.#add(word);
    return this;
  }

  #add(word: EffectWord): void {
    if (word instanceof Slice) return this.#copy(word.buffer, word.start, word.end);
    if (word instanceof Buffer) return this.#copy(word, 0, word.length);
    const text = typeof word === 'string' ? word : String(word);
    this.#ensure(text.length);
    this.#end(this.source.write(text, this.#bytes, 'latin1'));
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    this.#ensure(end - start);
    copyBytes(bytes, start, this.source, this.#bytes, end - start);
    this.#end(end - start);
  }

  #end(length: number): void {
    this.starts[this.count] = this.#bytes;
    this.#bytes += length;
    this.ends[this.count++] = this.#bytes;
  }

  #ensure(bytes: number): void {
    if (this.#bytes + bytes <= this.source.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.source.length * 2, this.#bytes + bytes));
    this.source.copy(grown, 0, 0, this.#bytes);
    this.source = grown;
  }

  #widen(count: number): void {
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
  }
}
