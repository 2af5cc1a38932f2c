/** The text of a number as printf's "%.<digits>g" writes it, which is how Lua and Redis turn numbers into strings. */
export function numberText(value: number, digits: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e14) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '-nan' : value > 0 ? 'inf' : '-inf';
  const exponential = value.toExponential(digits - 1);
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1));
  if (exponent < -4 || exponent >= digits) return scientific(exponential, exponent);
  return withoutTrailingZeros(value.toFixed(Math.max(digits - 1 - exponent, 0)));
}

/** C writes at least two digits of the exponent. */
function scientific(exponential: string, exponent: number): string {
  const mantissa = withoutTrailingZeros(exponential.slice(0, exponential.indexOf('e')));
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
