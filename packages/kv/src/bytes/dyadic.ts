/** A fraction whose denominator is a power of two, as all finite floating-point numbers are: `significand` × 2^`exponent`. */
export interface Dyadic {
  readonly significand: bigint;
  readonly exponent: number;
}

/**
 * The number next to `numerator` / `denominator` × 2^`scale`, both above zero or the numerator zero, that has a significand
 * of `bits` bits and an exponent not below `minExponent`; of two at the same distance the even one, as IEEE 754 rounds.
 */
export function roundToDyadic(numerator: bigint, denominator: bigint, scale: number, bits: number, minExponent: number): Dyadic {
  // The quotient of two numbers with so many bits has as many bits as their difference, or one more.
  const shift = bitLength(numerator) - bitLength(denominator) - bits;
  const floor = shiftedQuotient(numerator, denominator, shift);
  const shortest = bitLength(floor) > bits ? shift + 1 : shift;
  const exponent = Math.max(shortest, minExponent - scale);
  return { significand: roundedQuotient(numerator, denominator, exponent), exponent: exponent + scale };
}

/** `numerator` / (`denominator` × 2^`shift`), to the nearest integer, to the even one of two. */
export function roundedQuotient(numerator: bigint, denominator: bigint, shift: number): bigint {
  const dividend = shift < 0 ? numerator << BigInt(-shift) : numerator;
  const divisor = shift > 0 ? denominator << BigInt(shift) : denominator;
  const quotient = dividend / divisor;
  const twice = 2n * (dividend - quotient * divisor);
  const up = twice > divisor || (twice === divisor && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

function shiftedQuotient(numerator: bigint, denominator: bigint, shift: number): bigint {
  return shift < 0 ? (numerator << BigInt(-shift)) / denominator : numerator / (denominator << BigInt(shift));
}

/** The bits of a number that is not negative, up to its highest one. */
export function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}
