/** A configuration as it is shown: by --print-config and by /config. */
import type { Configuration } from './configuration.js';
import { isThere } from './company.js';
import { REDACTED } from './layer.js';
import type { Setting } from './settings.js';
import { treeOf, valueAt } from './tree.js';

/** All values in force, defaults included, secrets redacted. But for those it is a valid configuration file. */
export function effectiveValues({ settings, values }: Configuration): Record<string, unknown> {
  const inForce = settings.filter((setting) => valueAt(values, setting) !== undefined && applies(setting, settings, values));
  return treeOf(inForce.map((setting) => [setting, setting.secret === true ? REDACTED : valueAt(values, setting)]));
}

/** A line for each value that is no default: its key, and where it stands. */
export function originsText({ settings, origins }: Configuration): string {
  return settings.flatMap(({ key }) => (origins.has(key) ? [`${key}: ${origins.get(key)}\n`] : [])).join('');
}

/** A Unix socket has no TCP_NODELAY: such a default is in force nowhere, and as a value of a file it would be refused. */
export function applies({ notWith, onlyWith }: Setting, settings: readonly Setting[], values: unknown): boolean {
  const at = (key: string) => settings.filter((setting) => setting.key === key).map((setting) => valueAt(values, setting))[0];
  return (notWith === undefined || !isThere(notWith, at)) && (onlyWith === undefined || isThere(onlyWith, at));
}
