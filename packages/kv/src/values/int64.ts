const WORD = 2 ** 32;
/** So many digits always fit into a double without loss. */
const SAFE_DIGITS = 15;
const MAX_DIGITS = 19;
/** A magnitude whose high word is below is a safe integer. */
const SAFE_HIGH = 2 ** 21;
const MINUS = 45;
const ZERO = 48;

/** A signed integer of 64 bits, to be used again and again: BigInt would make an object of each. */
export class Int64 {
  /** The upper 32 bits, signed. */
  high = 0;
  /** The lower 32 bits, signed like a word in memory. */
  low = 0;

  /** How many bytes it takes: 2, 4 or 8. */
  get width(): number {
    if (this.high !== this.low >> 31) return 8;
    return this.low === (this.low << 16) >> 16 ? 2 : 4;
  }

  /** Reads `bytes[start, end)` if it is the text of an integer exactly as `format` writes it, and says whether it is. */
  parse(bytes: Buffer, start: number, end: number): boolean {
    const negative = bytes[start] === MINUS;
    const first = negative ? start + 1 : start;
    const digits = end - first;
    if (digits < 1 || digits > MAX_DIGITS) return false;
    if (bytes[first] === ZERO && end - start > 1) return false;
    const split = Math.min(end, first + SAFE_DIGITS);
    const head = parseDigits(bytes, first, split);
    const tail = parseDigits(bytes, split, end);
    if (head < 0 || tail < 0) return false;
    return this.#compose(head, tail, 10 ** (end - split), negative);
  }

  /** Whether it is less than another one (below 0), the same (0), or greater. */
  compare(high: number, low: number): number {
    return this.high === high ? (this.low >>> 0) - (low >>> 0) : this.high - high;
  }

  /** Writes it as decimal text to `target`, which has room for 20 characters behind `at`, and returns the end. */
  format(target: Buffer, at: number): number {
    let low = this.low >>> 0;
    let high = this.high;
    let from = at;
    if (high < 0) {
      target[from++] = MINUS;
      low = -low >>> 0;
      high = (~high >>> 0) + (low === 0 ? 1 : 0);
    }
    if (high < SAFE_HIGH) return formatDigits(high * WORD + low, target, from);
    return from + target.write(((BigInt(high) << 32n) | BigInt(low)).toString(), from, 'latin1');
  }

  /** Takes on the value (head * power + tail), if it fits into 63 bits and the sign. */
  #compose(head: number, tail: number, power: number, negative: boolean): boolean {
    const lower = (head % WORD) * power + tail;
    const high = Math.floor(head / WORD) * power + Math.floor(lower / WORD);
    const low = lower % WORD;
    if (high >= WORD / 2 && !(negative && high === WORD / 2 && low === 0)) return false;
    this.low = (negative ? -low : low) | 0;
    this.high = (negative ? ~high + (low === 0 ? 1 : 0) : high) | 0;
    return true;
  }
}

/** The value of the digits, or -1 if something else is among them. */
function parseDigits(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function formatDigits(value: number, target: Buffer, at: number): number {
  let end = at + 1;
  for (let bound = 10; value >= bound; bound *= 10) end++;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    target[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}
