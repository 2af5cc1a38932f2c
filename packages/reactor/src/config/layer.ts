/** What one source of the configuration says. */
import type { Setting } from './settings.js';

export interface Given {
  readonly setting: Setting;
  readonly value: unknown;
  /** Where it stands, for people: a flag, a variable, or a file and its line. */
  readonly origin: string;
}

export interface Layer {
  /** Where a setting is given twice, the later counts. */
  readonly given: readonly Given[];
  readonly complaints: readonly string[];
}

/** What --print-config shows in the place of a secret; as a secret itself it is refused. */
export const REDACTED = '(redacted)';

/** A value as a complaint shows it. */
export function shown({ secret }: Setting, value: unknown): string {
  if (secret === true) return REDACTED;
  // JSON has no word for what 1e400 is read as.
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
