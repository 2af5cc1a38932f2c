/** Values in flags and variables, which are text. */
import type { Setting } from './settings.js';

/** As Redis has them in its configuration. */
const FACTORS: ReadonlyMap<string, number> = new Map([['', 1], ['b', 1], ['k', 1e3], ['kb', 2 ** 10], ['m', 1e6], ['mb', 2 ** 20], ['g', 1e9], ['gb', 2 ** 30]]);
const NUMBERS = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ };

/** The value that a text stands for. Text that stands for none stays as it is, so that the schema's complaint shows it. */
export function valueOf({ kind, unit }: Setting, text: string): unknown {
  if (unit === 'bytes') return bytesOf(text) ?? text;
  switch (kind) {
    case 'boolean':
      return { true: true, false: false }[text] ?? text;
    case 'integer':
    case 'number':
      return NUMBERS[kind].test(text) ? Number(text) : text;
    case 'object':
      return pairsOf(text) ?? text;
    case 'string':
      return text;
  }
}

/** A flag with a word for its value, for the reference and the help: `--host TEXT`. */
export function flagText(flag: string, { kind, choices, word, unit }: Setting): string {
  if (kind === 'boolean') return `--${flag}`;
  if (unit !== undefined) return `--${flag} ${unit.toUpperCase()}`;
  if (word !== undefined) return `--${flag} N|${word}`;
  return `--${flag} ${choices === undefined ? { integer: 'NUMBER', number: 'NUMBER', object: 'NAME=VALUE,...', string: 'TEXT' }[kind] : 'WORD'}`;
}

/** The number of bytes that `1048576` or `1mb` stands for, undefined for other text. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([a-z]*)$/i.exec(text) ?? [];
  const factor = FACTORS.get(unit.toLowerCase());
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** `a=b,c=d`; an empty text has no pairs. */
function pairsOf(text: string): Record<string, string> | undefined {
  if (text === '') return {};
  const pairs = text.split(',').map((pair) => /^([^=]+)=(.*)$/.exec(pair));
  return pairs.includes(null) ? undefined : Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}
