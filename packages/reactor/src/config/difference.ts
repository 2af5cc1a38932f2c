import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.js';
import { applies } from './effective.js';
import { treeOf, valueAt } from './tree.js';

/** The keys of settings that are no longer the same. */
export interface Difference {
  /** What can be changed in the running process. */
  readonly reloadable: readonly string[];
  readonly needsRestart: readonly string[];
}

/**
 * What has changed between two configurations of the same schema. What means nothing beside the settings in force waits for
 * the restart that changes those: a limit for each address, say, when a Unix socket is to become a port.
 */
export function differenceOf<Values>(before: Configuration<Values>, after: Configuration<Values>): Difference {
  const { settings, values } = before;
  const changed = settings.filter((setting) => !isDeepStrictEqual(valueAt(values, setting), valueAt(after.values, setting)));
  const reloadable = changed.filter((setting) => setting.reload === true && applies(setting, settings, values));
  return {
    reloadable: reloadable.map(({ key }) => key),
    needsRestart: changed.filter((setting) => !reloadable.includes(setting)).map(({ key }) => key),
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
