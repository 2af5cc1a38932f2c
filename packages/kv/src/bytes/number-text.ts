/**
 * The texts of floating-point numbers that C's strtod takes whole: decimals, hexadecimals with a binary exponent and the
 * infinities, in any case of letters, but not NaN, no space on either side and nothing behind a NUL.
 */
export type NumberText = InfinityText | DecimalText | HexadecimalText;

export interface InfinityText {
  readonly kind: 'infinity';
  readonly negative: boolean;
}

/** `digits` × 10^`exponent` */
export interface DecimalText {
  readonly kind: 'decimal';
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** `significand` × 2^`exponent` */
export interface HexadecimalText {
  readonly kind: 'hexadecimal';
  readonly negative: boolean;
  readonly significand: bigint;
  readonly exponent: number;
}

const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;
const HEXADECIMAL = /^([+-]?)0x(?=\.?[\da-f])([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;

/** Takes a text apart; undefined if it is no number. */
export function readNumberText(text: string): NumberText | undefined {
  return readDecimal(text) ?? readHexadecimal(text) ?? readInfinity(text);
}

function readDecimal(text: string): DecimalText | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  return { kind: 'decimal', negative: sign === '-', digits: whole + fraction, exponent: Number(exponent) - fraction.length };
}

function readHexadecimal(text: string): HexadecimalText | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const significand = BigInt(`0x${whole}${fraction}`);
  return { kind: 'hexadecimal', negative: sign === '-', significand, exponent: Number(exponent) - 4 * fraction.length };
}

function readInfinity(text: string): InfinityText | undefined {
  const match = INFINITY.exec(text);
  return match === null ? undefined : { kind: 'infinity', negative: match[1] === '-' };
}
