import { parseArgs } from 'node:util';
import type { Given, Layer } from './layer.js';
import type { Setting } from './settings.js';
import { didYouMean } from './spelling.js';
import { valueOf } from './value-text.js';

/** What every command takes besides its settings; they have no value. */
const SWITCHES = { help: { short: 'h' }, version: { short: 'v' }, 'print-config': {}, 'print-schema': {} } as const;

export type Switch = keyof typeof SWITCHES;

/** A command line that has been read; it can be combined with the file and the environment again and again. */
export interface CommandLine extends Layer {
  /** What is no option, in order. */
  readonly operands: readonly string[];
  readonly switches: ReadonlySet<Switch>;
  /** As --config gives it. */
  readonly configFile: string | undefined;
}

/** A command line that is being read. */
interface Draft extends CommandLine {
  readonly operands: string[];
  readonly switches: Set<Switch>;
  configFile: string | undefined;
  readonly given: Given[];
  readonly complaints: string[];
}

/** One option of a command line, as node:util reads it. */
interface Option {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * Reads a command line without the program's name: `--listen-port 7`, `--listen-port=7`, `--reactor-debug`,
 * `--no-listen-no-delay`, and the short names. Never throws: what is wrong is in `complaints`.
 */
export function readCommandLine(settings: readonly Setting[], argv: readonly string[]): CommandLine {
  const byFlag = new Map(settings.flatMap((setting) => setting.flags.map((flag) => [flag, setting] as const)));
  const line: Draft = { operands: [], switches: new Set(), configFile: undefined, given: [], complaints: [] };
  for (const token of tokensOf(argv, byFlag)) {
    if (token.kind === 'positional') line.operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { rawName, name } = token;
    const wrong = complaintAbout(token, byFlag);
    const setting = byFlag.get(name) ?? negated(name, byFlag);
    if (wrong !== undefined) line.complaints.push(wrong);
    else if (name === 'config') line.configFile = token.value;
    else if (setting === undefined) line.switches.add(name as Switch);
    else line.given.push({ setting, value: valueOf(setting, token.value ?? String(byFlag.has(name))), origin: rawName });
  }
  return line;
}

function tokensOf(argv: readonly string[], byFlag: ReadonlyMap<string, Setting>) {
  const switches = Object.entries(SWITCHES).map(([name, how]) => [name, { type: 'boolean' as const, ...how }]);
  const flags = [...byFlag].map(([flag, { kind }]) => [flag, { type: kind === 'boolean' ? ('boolean' as const) : ('string' as const) }]);
  const options = Object.fromEntries([...switches, ...flags, ['config', { type: 'string' as const }]]);
  // Not strict, which would throw at the first mistake.
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

function complaintAbout({ name, rawName, value, inlineValue }: Option, byFlag: ReadonlyMap<string, Setting>): string | undefined {
  const setting = byFlag.get(name);
  const isSwitch = Object.hasOwn(SWITCHES, name) || negated(name, byFlag) !== undefined;
  if (isSwitch) return inlineValue === true ? `Option '${rawName}' does not take an argument` : undefined;
  if (setting === undefined && name !== 'config') {
    return `Unknown option '${rawName}'${nearest(name, [...byFlag.keys(), 'config', ...Object.keys(SWITCHES)])}`;
  }
  if (setting?.kind === 'boolean') return undefined;
  if (value === undefined) return `Option '${rawName}' is missing its value`;
  // Taking the next option for the value would hide that one, and this one's mistake.
  if (inlineValue !== false || !value.startsWith('-')) return undefined;
  // A token may well begin with a dash.
  const remedy = setting?.secret === true ? `write ${rawName}=VALUE if it begins with a dash` : `if it is "${value}", write ${rawName}=${value}`;
  return `Option '${rawName}' is missing its value; ${remedy}`;
}

/** The setting that `--no-NAME` turns off. */
function negated(name: string, byFlag: ReadonlyMap<string, Setting>): Setting | undefined {
  const setting = name.startsWith('no-') ? byFlag.get(name.slice('no-'.length)) : undefined;
  return setting?.kind === 'boolean' ? setting : undefined;
}

function nearest(name: string, known: readonly string[]): string {
  return didYouMean(name, known, (flag) => `--${flag}`);
}
