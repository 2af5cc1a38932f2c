import { Slice } from '../../memory/slice.js';
import type { Database } from '../../store/database.js';
import { HASH, STRING } from '../../store/meta.js';
import type { HashValue } from '../../values/hash-value.js';

const STAR = 0x2a;
const ARROW = '->';
const ELEMENT = '#';

const whole = new Slice();

/**
 * What BY and GET of SORT name for each element: the string of a key in whose name the element stands for the star, the field behind
 * an arrow of such a hash, or by `#` the element itself.
 */
export class SortPattern {
  /** Without a star all elements have the same key, by which nothing can be sorted. */
  readonly hasStar: boolean;
  readonly #isElement: boolean;
  readonly #prefix: Buffer;
  readonly #postfix: Buffer;
  readonly #field: Buffer | undefined;

  constructor(text: Buffer) {
    const star = text.indexOf(STAR);
    const arrow = text.indexOf(ARROW, star + 1);
    const hasField = arrow >= 0 && arrow + ARROW.length < text.length;
    this.hasStar = star >= 0;
    this.#isElement = text.toString('latin1') === ELEMENT;
    this.#prefix = text.subarray(0, star);
    this.#postfix = text.subarray(star + 1, hasField ? arrow : text.length);
    this.#field = hasField ? text.subarray(arrow + ARROW.length) : undefined;
  }

  /** What it names for an element, until the next call or change; undefined if there is no such string. */
  find(db: Database, element: Buffer): Slice | undefined {
    if (this.#isElement) return whole.set(element, 0, element.length);
    if (!this.hasStar) return undefined;
    const key = Buffer.concat([this.#prefix, element, this.#postfix]);
    const entry = db.read(key, 0, key.length);
    if (entry === 0 || db.typeOf(entry) !== (this.#field === undefined ? STRING : HASH)) return undefined;
    if (this.#field === undefined) return db.stringOf(entry);
    return (db.collectionOf(entry) as HashValue).get(this.#field, 0, this.#field.length);
  }
}
