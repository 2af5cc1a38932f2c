import { type Integer64, parseInteger, parseInteger64, writeInteger, writeInteger64 } from '../bytes/integer.js';

const WORD = 2 ** 32;
/** High words from -SAFE_HIGH to SAFE_HIGH - 1 belong to numbers that are exact. */
const SAFE_HIGH = 2 ** 21;

/** An integer of 64 bits as two words, as it lies in memory. Made to be used again and again. */
export class Int64 {
  /** The upper 32 bits, signed. */
  high = 0;
  /** The lower 32 bits, signed like any word. */
  low = 0;

  /** How many bytes it takes: 2, 4 or 8. */
  get width(): number {
    if (this.high !== this.low >> 31) return 8;
    return this.low === (this.low << 16) >> 16 ? 2 : 4;
  }

  /** Reads `bytes[start, end)` if it spells an integer exactly as `format` writes it, and says whether it does. */
  parse(bytes: Buffer, start: number, end: number): boolean {
    const value = parseInteger(bytes, start, end);
    if (Number.isNaN(value)) return false;
    if (Number.isFinite(value)) {
      this.low = value | 0;
      this.high = Math.floor(value / WORD);
    } else {
      this.#split(parseInteger64(bytes, start, end));
    }
    return true;
  }

  /** Below 0 if it is less than the integer of these words, 0 if it is the same, and above if it is greater. */
  compare(high: number, low: number): number {
    return this.high === high ? (this.low >>> 0) - (low >>> 0) : this.high - high;
  }

  /** Writes it at `at` and returns where it ends: at most 20 bytes further. */
  format(target: Buffer, at: number): number {
    const { high, low } = this;
    if (high >= -SAFE_HIGH && high < SAFE_HIGH) return writeInteger(high * WORD + (low >>> 0), target, at);
    return writeInteger64((BigInt(high) << 32n) | BigInt(low >>> 0), target, at);
  }

  #split(value: Integer64): void {
    this.low = Number(BigInt.asIntN(32, BigInt(value)));
    this.high = Number(BigInt(value) >> 32n);
  }
}
