/** Values in flags and variables, which are text. */
import type { Setting } from './settings.js';

const NUMBERS = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ };

/** The value that a text stands for. Text that stands for none stays as it is, so that the schema's complaint shows it. */
export function valueOf({ kind }: Setting, text: string): unknown {
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
export function flagText(flag: string, { kind, choices }: Setting): string {
  if (kind === 'boolean') return `--${flag}`;
  return `--${flag} ${choices === undefined ? { integer: 'NUMBER', number: 'NUMBER', object: 'NAME=VALUE,...', string: 'TEXT' }[kind] : 'WORD'}`;
}

/** `a=b,c=d`; an empty text has no pairs. */
function pairsOf(text: string): Record<string, string> | undefined {
  if (text === '') return {};
  const pairs = text.split(',').map((pair) => /^([^=]+)=(.*)$/.exec(pair));
  return pairs.includes(null) ? undefined : Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}
