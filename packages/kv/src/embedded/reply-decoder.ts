import { ReplyError } from '../command/reply-error.js';

/**
 * A reply as a value: strings as `Text`, missing ones as null, integers that a number cannot hold as bigint, sets as arrays. Where an
 * error stands in the middle of a reply, it is an element.
 */
export type Reply<Text> = Text | string | number | bigint | boolean | null | ReplyError | readonly Reply<Text>[] | ReadonlyMap<Reply<Text>, Reply<Text>>;

const NONE = '-1';
/** A verbatim string says of what kind it is: `txt:`. */
const KIND_BYTES = 4;

/** Makes values of whole replies of the Redis serialization protocol, version 2 or 3. Nothing of the bytes is kept. */
export class ReplyDecoder<Text> {
  readonly #textOf: (bytes: Buffer) => Text;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `textOf` makes a string of bytes that are valid during the call. */
  constructor(textOf: (bytes: Buffer) => Text) {
    this.#textOf = textOf;
  }

  decode(bytes: Buffer): Reply<Text> {
    this.#bytes = bytes;
    this.#at = 0;
    return this.#next();
  }

  #next(): Reply<Text> {
    const end = this.#bytes.indexOf('\r\n', this.#at, 'latin1');
    const type = this.#bytes.toString('latin1', this.#at, this.#at + 1);
    const line = this.#bytes.toString('utf8', this.#at + 1, end);
    this.#at = end + 2;
    if (line === NONE && (type === '$' || type === '*')) return null;
    switch (type) {
      case '+': return line;
      case '-': return new ReplyError(line);
      case ':': return integerOf(line);
      case ',': return Number(line.replace('inf', 'Infinity'));
      case '(': return BigInt(line);
      case '#': return line === 't';
      case '$': return this.#string(Number(line), 0);
      case '=': return this.#string(Number(line), KIND_BYTES);
      case '%': return this.#map(Number(line));
      case '_': return null;
      default: return this.#list(Number(line));
    }
  }

  #string(length: number, skipped: number): Text {
    const end = this.#at + length;
    const text = this.#textOf(this.#bytes.subarray(this.#at + skipped, end));
    this.#at = end + 2;
    return text;
  }

  #list(count: number): Reply<Text>[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #map(pairs: number): Map<Reply<Text>, Reply<Text>> {
    return new Map(Array.from({ length: pairs }, () => [this.#next(), this.#next()] as const));
  }
}

function integerOf(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
