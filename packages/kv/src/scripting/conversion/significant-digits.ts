import { formatDouble } from '../../bytes/double.js';

/** As many digits show any double exactly. */
const ALL_DIGITS = 17;

/** Enough to see whether a double lies just between two decimals: then only zeros follow. */
const TIE_DIGITS = 60;

/** The text of a number as C's "%.<digits>g" writes it, which is how Lua and Redis turn numbers into strings. */
export function formatSignificant(value: number, digits: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 10 ** Math.min(digits, 15)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return '-nan';
  if (digits === ALL_DIGITS || !Number.isFinite(value)) return formatDouble(value);
  const [mantissa = '', exponent = ''] = round(value, digits).split('e');
  const power = Number(exponent);
  if (power < -4 || power >= digits) return scientific(mantissa, power);
  return withoutTrailingZeros(decimal(mantissa.replace(/[-.]/g, ''), power, value < 0));
}

/** In the form d.ddde±x. Of two decimals at the same distance C takes the even one, but JavaScript the greater. */
function round(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(TIE_DIGITS).split('e');
  const cut = mantissa.indexOf('.') + digits;
  const isTie = /^50*$/.test(mantissa.slice(cut)) && /[02468]\.?$/.test(mantissa.slice(0, cut));
  return isTie ? `${mantissa.slice(0, cut)}e${exponent}` : value.toExponential(digits - 1);
}

/** C writes at least two digits of the exponent. */
function scientific(mantissa: string, power: number): string {
  return `${withoutTrailingZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** The digits with the point where the first of them has the value 10^`power`. */
function decimal(digits: string, power: number, negative: boolean): string {
  const sign = negative ? '-' : '';
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  return `${sign}${digits.slice(0, power + 1)}.${digits.slice(power + 1)}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '').replace(/\.$/, '') : text;
}
