import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.js';
import { treeOf, valueAt } from './tree.js';

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

/** What is in force after a reload: of the new configuration what can be changed in the running process, and the rest as before. */
export function takeOver<Values>(before: Configuration<Values>, after: Configuration<Values>): Configuration<Values> {
  const { needsRestart } = differenceOf(before, after);
  const stays = ({ key }: { key: string }) => needsRestart.includes(key);
  const origins = before.settings.flatMap((setting): [string, string][] => {
    const origin = (stays(setting) ? before : after).origins.get(setting.key);
    return origin === undefined ? [] : [[setting.key, origin]];
  });
  const values = treeOf(before.settings.map((setting) => [setting, valueAt((stays(setting) ? before : after).values, setting)])) as Values;
  return { settings: before.settings, values, origins: new Map(origins) };
}
