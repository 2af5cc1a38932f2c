import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.js';
import { valueAt } from './tree.js';

/** The keys of settings that are no longer the same. */
export interface Difference {
  /** What can be changed in the running process. */
  readonly reloadable: readonly string[];
  readonly needsRestart: readonly string[];
}

/** What has changed between two configurations of the same schema. */
export function differenceOf<Values>(before: Configuration<Values>, after: Configuration<Values>): Difference {
  const changed = before.settings.filter((setting) => !isDeepStrictEqual(valueAt(before.values, setting), valueAt(after.values, setting)));
  return {
    reloadable: changed.filter(({ reload }) => reload === true).map(({ key }) => key),
    needsRestart: changed.filter(({ reload }) => reload !== true).map(({ key }) => key),
  };
}
