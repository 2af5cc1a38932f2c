/** The configuration of a command: what its sources say, combined and checked. */
import type { z } from 'zod';
import type { CommandLine } from './command-line.js';
import { isThere } from './company.js';
import { readConfigFile } from './config-file.js';
import { ConfigurationError } from './configuration-error.js';
import { CONFIG_VARIABLE, readEnvironment } from './environment.js';
import { type Given, type Layer, REDACTED, shown } from './layer.js';
import { type Setting, settingsOf } from './settings.js';
import { treeOf } from './tree.js';

export interface Configuration<Values = unknown> {
  readonly values: Values;
  readonly settings: readonly Setting[];
  /** Where each value stands that is no default, by its key. */
  readonly origins: ReadonlyMap<string, string>;
}

/** The schema of a configuration: an object of sections. */
export type ConfigurationSchema = z.ZodObject;

/** What a configuration of this schema holds. */
export type ValuesOf<Schema extends ConfigurationSchema> = z.output<Schema>;

/** The values that were given, by their keys. */
type GivenByKey = ReadonlyMap<string, Given>;

/**
 * Combines the command line with the environment, the configuration file and the defaults, in this order of precedence.
 * Call it again to load anew what may have changed since: the file. Error: ConfigurationError (EL_CONFIG_INVALID).
 */
export function loadConfiguration<Schema extends ConfigurationSchema>(
  schema: Schema,
  commandLine: CommandLine,
  environment: NodeJS.ProcessEnv = process.env,
): Configuration<ValuesOf<Schema>> {
  const settings = settingsOf(schema);
  const layers = [fileLayer(settings, commandLine, environment), readEnvironment(settings, environment), commandLine];
  // Of two entries with the same key a map keeps the later one, so the source that counts more comes later.
  const given: GivenByKey = new Map(layers.flatMap((layer) => layer.given).map((one) => [one.setting.key, one]));
  const values = [...otherDefaults(settings, given), ...[...given.values()].map(({ setting, value }) => [setting, value] as const)];
  const result = schema.safeParse(treeOf(values), { reportInput: true });
  const misread = layers.flatMap((layer) => layer.complaints);
  // What is missing may be what was misspelt, so it is told of when all the rest can be read.
  const issues = (result.error?.issues ?? []).filter(({ input }) => misread.length === 0 || input !== undefined);
  const complaints = new Set([...misread, ...misfits(given), ...issues.map((issue) => issueText(issue, settings, given))]);
  if (!result.success || complaints.size > 0) throw new ConfigurationError([...complaints]);
  return { values: result.data, settings, origins: new Map([...given.values()].map(({ setting, origin }) => [setting.key, origin])) };
}

function fileLayer(settings: readonly Setting[], { configFile }: CommandLine, environment: NodeJS.ProcessEnv): Layer {
  if (configFile !== undefined) return readConfigFile(settings, configFile, '--config');
  const named = environment[CONFIG_VARIABLE];
  return named === undefined ? { given: [], complaints: [] } : readConfigFile(settings, named, CONFIG_VARIABLE);
}

/** Of settings that were not given, but have another default beside one that was. */
function otherDefaults(settings: readonly Setting[], given: GivenByKey): (readonly [Setting, unknown])[] {
  return settings.flatMap((setting) => {
    const { key, defaultWith } = setting;
    if (defaultWith === undefined || given.has(key)) return [];
    const [condition, value] = defaultWith;
    return isThere(condition, (other) => given.get(other)?.value) ? [[setting, value] as const] : [];
  });
}

/** Values that cannot stand beside others, and secrets that are none; a schema sees neither, because to it a default is a value. */
function misfits(given: GivenByKey): string[] {
  return [...given.values()].flatMap(({ setting, value, origin }) => {
    const { key, notWith, onlyWith, secret } = setting;
    const at = (other: string) => given.get(other)?.value;
    const is = `but is ${shown(setting, value)} (${origin})`;
    if (notWith !== undefined && isThere(notWith, at)) return [`${key}: does not go with ${notWith} (${given.get(notWith)?.origin}), ${is}`];
    if (onlyWith !== undefined && !isThere(onlyWith, at)) return [`${key}: goes with ${onlyWith} only, ${is}`];
    const isRedacted = secret === true && value === REDACTED;
    return isRedacted ? [`${key}: "${REDACTED}" stands for a secret that was not shown; give the secret itself (${origin})`] : [];
  });
}

/** Path, what is allowed, what was given, and where. */
function issueText(issue: z.core.$ZodIssue, settings: readonly Setting[], given: GivenByKey): string {
  const key = issue.path.join('.');
  const setting = settings.find((one) => key === one.key || key.startsWith(`${one.key}.`));
  if (setting === undefined) return `${key}: ${issue.message}`;
  const allowed = key === setting.key ? setting.allowed : setting.allowedEach;
  const must = issue.code === 'custom' ? issue.message : `must be ${allowed}`;
  if (issue.input === undefined) {
    return `${key}: ${must}; set it with --${setting.flags.at(-1)}, ${setting.variable} or "${setting.key}" in a config file`;
  }
  return `${key}: ${must}, but is ${shown(setting, issue.input)} (${given.get(setting.key)?.origin ?? 'the default'})`;
}
