/** A configuration as it is shown: by --print-config and by /config. */
import type { Configuration } from './configuration.js';
import { REDACTED } from './layer.js';
import type { Setting } from './settings.js';

/** All values in force, defaults included, secrets redacted. But for those it is a valid configuration file. */
export function effectiveValues({ settings, values }: Configuration): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const setting of settings) {
    const value = valueAt(values, setting);
    if (value === undefined || !applies(setting, settings, values)) continue;
    let section = root;
    for (const name of setting.path.slice(0, -1)) section = (section[name] ??= {}) as Record<string, unknown>;
    section[setting.path.at(-1) as string] = setting.secret === true ? REDACTED : value;
  }
  return root;
}

/** A line for each value that is no default: its key, and where it stands. */
export function originsText({ settings, origins }: Configuration): string {
  return settings.flatMap(({ key }) => (origins.has(key) ? [`${key}: ${origins.get(key)}\n`] : [])).join('');
}

export function valueAt(values: unknown, { path }: Setting): unknown {
  return path.reduce((inside, name) => (inside as Record<string, unknown>)[name], values);
}

/** A Unix socket has no TCP_NODELAY: such a default is in force nowhere, and as a value of a file it would be refused. */
function applies({ notWith, onlyWith }: Setting, settings: readonly Setting[], values: unknown): boolean {
  const isSet = (key: string | undefined) => settings.some((setting) => setting.key === key && valueAt(values, setting) !== undefined);
  return !isSet(notWith) && (onlyWith === undefined || isSet(onlyWith));
}
