import type { Setting } from './settings.js';
import { flagText } from './value-text.js';

/** As wide as the widest of them. */
const FLAG_COLUMNS = 19;

/** A line for each setting that has a short flag: those are the ones for a command line. */
export function helpText(settings: readonly Setting[]): string {
  return settings.flatMap((setting) => (setting.flag === undefined ? [] : [helpLine(setting.flag, setting)])).join('');
}

function helpLine(flag: string, setting: Setting): string {
  const choices = setting.choices === undefined ? '' : `${setting.choices.join(', ')}; `;
  const rest = setting.default === undefined || setting.default === false ? '' : ` (${choices}default ${JSON.stringify(setting.default).replaceAll('"', '')})`;
  return `  ${flagText(flag, setting).padEnd(FLAG_COLUMNS)} ${firstClause(setting.description)}${rest}\n`;
}

/** The reference has all of it. */
function firstClause(description: string): string {
  return description.replace(/([:;.] .*|\.)$/s, '');
}
