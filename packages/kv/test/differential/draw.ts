/** Draws the arguments of commands. There are few keys, so that commands meet, and the values are those that break servers. */
import { Random } from './random.js';

export type KeyType = 'string' | 'hash' | 'list' | 'set' | 'zset' | 'stream' | 'geo' | 'hll';

/** A key has a type that it mostly gets, and now and then any other. */
const KEYS: Readonly<Record<KeyType, readonly string[]>> = {
  string: ['s1', 's2', '', 'n1'],
  hash: ['h1', '__proto__'],
  list: ['l1', 'l2'],
  set: ['set1', 'set2', 'set3'],
  zset: ['z1', 'z2', 'z\0\xff\r\n'],
  stream: ['x1', 'x2'],
  geo: ['geo1'],
  hll: ['hll1', 'hll2'],
};
const ALL_KEYS = Object.values(KEYS).flat();
const LEX_KEYS = ['lex1', 'lex2', 'lex3'];

const WHOLE_NUMBERS = ['0', '1', '2', '3', '5', '7', '10', '12', '100', '-1', '-2', '-5', '-10'];
const LARGE_NUMBERS = ['9223372036854775807', '-9223372036854775808', '9223372036854775806', '4611686018427387904'];
/** Where numbers take another byte: in an intset, in a listpack, in a dump, in 32 bits. */
const EDGES = [
  '127', '128', '-128', '-129', '4095', '4096', '-4096', '-4097', '8191', '32767', '32768', '-32769', '8388607', '8388608', '-8388609', '2147483647',
  '2147483648', '-2147483649', '4294967296', '9007199254740993', '-9007199254740993', '9223372036854775807', '-9223372036854775808', '-9223372036854775807',
];
const NO_NUMBERS = ['', 'abc', '1.5', ' 1', '1 ', '+1', '01', '-0', '0x10', '1e3', '9223372036854775808', '-9223372036854775809', '1\0', '--1', '-'];
const FLOATS = [
  '0', '1', '-1', '1.5', '-2.25', '3.0', '1e3', '0.1', '0.2', '1e-7', '12345678.125', '-0', '1e20', '5e-324', '1.7976931348623157e308',
  '0.30000000000000004', '12345678901234567', '-1.7976931348623157e308', '1e21', '1e22', '123456789012345680000', '0.000001', '1e17', '99999999999999999',
  '4503599627370497.5', '9007199254740993', '3.141592653589793238', '.5', '5.', '-.25', '2.2250738585072014e-308', '9223372036854775807', '-1e18',
];
const NO_FLOATS = [
  '', 'abc', 'nan', '-nan', '1.5x', ' 1.5', '1e400', '0x1p', '1,5', '0x1p3', '0x', '1e', '1e+', 'infx', 'iNf', '1.5 ', '1\0', '+', '.', '1e-400', '--1',
];
/** Numbers that a long double may still be. */
const LONG_FLOATS = [
  '1e4000', '-1e4000', '1e4932', '1e5000', '1e-4000', '1.2345678901234567890123', '18446744073709551615', '18446744073709551617', '1e-17', '1e-18',
];
const INFINITIES = ['inf', '-inf', '+inf', 'Infinity', '-infinity'];
const WORDS = ['a', 'b', 'c', 'd', 'e', 'foo', 'bar', 'hello', 'Hello', 'zzz'];
const NASTY = [
  '', '__proto__', 'constructor', '\0', '\r\n', '\xff\xfe\0', '\xc3\xa9', '"quoted"', 'two words', '-0', '3.0', '1e5', '0x1f', ' 1', 'nan', '*', '[a', '(1',
  '9223372036854775807', '9223372036854775808', '12345678901234567890123', 'x'.repeat(44), 'x'.repeat(45), 'y'.repeat(64), 'y'.repeat(65), 'long'.repeat(60),
];

export class Draw extends Random {
  private lastOrdinal = 1;

  /** Mostly one of the keys of that type, sometimes any key at all. */
  key(type?: KeyType): string {
    return type !== undefined && this.chance(0.9) ? this.pick(KEYS[type]) : this.pick(ALL_KEYS);
  }

  /** Higher with every draw. */
  ordinal(): number {
    this.lastOrdinal += 1;
    return this.lastOrdinal;
  }

  /** One of the ordinals so far, or the next. */
  earlierOrdinal(): number {
    return this.between(0, this.lastOrdinal + 1);
  }

  /** Holds sorted sets of one score. Redis does not say what a range by name finds among several, and it depends on chance. */
  lexKey(): string {
    return this.pick(LEX_KEYS);
  }

  /** Mostly holds a number. */
  numberKey(): string {
    return this.chance(0.7) ? 'n1' : this.key('string');
  }

  /** How many keys follow, mostly the truth, and the keys. */
  counted(keys: readonly string[]): string[] {
    return [this.chance(0.93) ? `${keys.length}` : this.pick(['0', '1', '5', '-1', 'abc', '', '9223372036854775807']), ...keys];
  }

  keys(type: KeyType, low = 1, high = 3): string[] {
    return this.some(low, high, () => this.key(type));
  }

  /** A number of which the next one takes more room. */
  edge(): string {
    return this.pick(EDGES);
  }

  /** Also one that only a long double holds. */
  longFloat(): string {
    return this.chance(0.9) ? this.float() : this.pick(LONG_FLOATS);
  }

  /** As long as a listpack takes an element in its stride, or one byte longer; or longer than a whole node of a list. */
  bulky(): string {
    return this.pick(['v', 'w', '\0']).repeat(this.pick([63, 64, 65, 253, 254, 255, 4095, 4096, 8180, 8192, 9000]));
  }

  /** Bytes, of any value. */
  bytes(most = 40): string {
    return String.fromCharCode(...this.some(0, most, () => this.between(0, 255)));
  }

  /** A value, field or member: often a short word, so that it is met again. */
  value(): string {
    const kind = this.next();
    if (kind < 0.5) return this.pick(WORDS);
    if (kind < 0.75) return this.pick(WHOLE_NUMBERS);
    if (kind < 0.8) return this.float();
    return this.pick(this.chance(0.15) ? EDGES : NASTY);
  }

  field(): string {
    return this.chance(0.8) ? this.pick(WORDS) : this.value();
  }

  integer(): string {
    if (this.chance(0.88)) return this.pick(WHOLE_NUMBERS);
    return this.pick(this.chance(0.6) ? LARGE_NUMBERS : NO_NUMBERS);
  }

  /** For positions and ranges. */
  index(): string {
    return this.chance(0.9) ? `${this.between(-6, 6)}` : this.integer();
  }

  /** For counts, which are mostly small and not negative. */
  count(): string {
    return this.chance(0.85) ? `${this.between(0, 5)}` : this.integer();
  }

  float(): string {
    if (this.chance(0.9)) return this.pick(FLOATS);
    return this.pick(this.chance(0.5) ? NO_FLOATS : INFINITIES);
  }

  score(): string {
    if (this.chance(0.7)) return `${this.between(-5, 10)}`;
    return this.chance(0.15) ? this.pick(INFINITIES) : this.float();
  }

  scoreBound(): string {
    if (this.chance(0.3)) return this.pick(['-inf', '+inf']);
    return this.chance(0.25) ? `(${this.score()}` : this.score();
  }

  lexBound(): string {
    if (this.chance(0.3)) return this.pick(['-', '+']);
    return this.chance(0.95) ? this.pick(['[', '(']) + this.field() : this.value();
  }

  limit(probability = 0.3): readonly string[] {
    return this.maybe(probability, 'LIMIT', this.index(), this.count());
  }

  /** Words apart from each other that mean the same thing, one of them in small letters. */
  option(...words: string[]): string {
    const word = this.pick(words);
    return this.chance(0.1) ? word.toLowerCase() : word;
  }

  /** A time to live that no test outlives, and that two draws hardly share: EXPIRE GT compares it with what is left of another. */
  seconds(): string {
    if (this.chance(0.9)) return `${this.between(1000, 100_000_000)}`;
    return this.pick(['0', '-1', '9223372036854775807', '9223372036854776', '-9223372036854775808', 'abc', '', '1.5']);
  }

  milliseconds(): string {
    if (this.chance(0.9)) return `${this.between(1000, 100_000_000)}000`;
    return this.pick(['0', '-1', '9223372036854775807', '-9223372036854775808', 'abc', '', '1.5']);
  }

  /** A point in time after the year 2100, or none at all. */
  futureSeconds(): string {
    return this.chance(0.9) ? `${this.between(4_102_444_800, 5_000_000_000)}` : this.pick(['0', '-1', '9223372036854775807', 'abc']);
  }

  futureMilliseconds(): string {
    return this.chance(0.9) ? `${this.between(4_102_444_800, 5_000_000_000)}123` : this.pick(['0', '-1', '9223372036854775807', 'abc']);
  }

  /** Also one long ago. Not for SET: it keeps such a key until somebody looks, or the server cleans up. */
  unixSeconds(): string {
    return this.chance(0.8) ? this.futureSeconds() : this.pick(['1', '1000000000']);
  }

  unixMilliseconds(): string {
    return this.chance(0.8) ? this.futureMilliseconds() : this.pick(['1', '1000000000000']);
  }

  pattern(): string {
    return this.pick(['*', 's*', '?1', '[a-l]*', '[^a-l]*', 'h*', '*1*', '\\*', 'set[12]', '[', '', 'a*', '**', '*o', 'fo[nop]', 'x?']);
  }

  database(): string {
    return this.chance(0.9) ? this.pick(['0', '1', '2', '3']) : this.pick(['16', '-1', 'abc', '', '1.5', '9223372036854775807']);
  }

  /** What a mistake puts in the place of an argument. None of it may turn into a short time to live, a huge allocation or an id by the clock. */
  wrong(): string {
    return this.pick([
      ...NASTY.slice(0, 15), ...NO_NUMBERS.slice(0, 12), '0', '-1', 'GET', 'NX', 'XX', 'LIMIT', 'COUNT', 'WITHSCORES', '9223372036854775807',
    ]);
  }
}
