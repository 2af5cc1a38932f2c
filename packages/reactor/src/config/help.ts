import type { Setting } from './settings.js';
import { flagText } from './value-text.js';

/** As wide as the widest of them. */
const FLAG_COLUMNS = 19;

/** A line for each setting that has a short flag: those are the ones for a command line. */
export function helpText(settings: readonly Setting[]): string {
  return settings.flatMap((setting) => (setting.flag === undefined ? [] : [helpLine(setting.flag, setting)])).join('');
}

function helpLine(flag: string, setting: Setting): string {
  return `  ${flagText(flag, setting).padEnd(FLAG_COLUMNS)} ${firstClause(setting.description)}${defaultText(setting)}\n`;
}

function defaultText({ choices, default: value }: Setting): string {
  if (value === undefined || value === false || value === '') return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return ` (${choices === undefined ? '' : `${choices.join(', ')}; `}default ${text})`;
}

/** The reference has all of it. */
function firstClause(description: string): string {
  return description.replace(/([:;.] .*|\.)$/s, '');
}
