import type { Layer } from './layer.js';
import { type Setting, VARIABLE_PREFIX } from './settings.js';
import { didYouMean } from './spelling.js';
import { valueOf } from './value-text.js';

/** Names the configuration file, unless --config does. */
export const CONFIG_VARIABLE = `${VARIABLE_PREFIX}CONFIG`;

/** Variables of ours that are no settings: the file's name, and the native library's (kernel/library.ts). */
const OTHER_VARIABLES = [CONFIG_VARIABLE, `${VARIABLE_PREFIX}LIBRARY`];

/** What the variables that begin with EDGELOOP_ say. An empty one is a value like any other. */
export function readEnvironment(settings: readonly Setting[], environment: NodeJS.ProcessEnv): Layer {
  const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
  const layer = { given: [] as Layer['given'][number][], complaints: [] as string[] };
  for (const [variable, text = ''] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || OTHER_VARIABLES.includes(variable)) continue;
    const setting = byVariable.get(variable);
    if (setting === undefined) layer.complaints.push(`unknown variable ${variable}${nearest(variable, [...byVariable.keys(), ...OTHER_VARIABLES])}`);
    else layer.given.push({ setting, value: valueOf(setting, text), origin: variable });
  }
  return layer;
}

/** The prefix is not compared: it would make all names alike. */
function nearest(variable: string, known: readonly string[]): string {
  const rest = (name: string) => name.slice(VARIABLE_PREFIX.length);
  return didYouMean(rest(variable), known.map((name) => rest(name)), (name) => VARIABLE_PREFIX + name);
}
