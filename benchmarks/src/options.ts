// The options that all benchmarks share.

import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

import type { Benchmark, Options } from './benchmark.js';

const MAX_ROUNDS = 100;
const USUAL_SECONDS = 2;
const MIN_SECONDS = 0.1;
const MAX_SECONDS = 60;
const MIN_KEYS = 1000;
const MAX_KEYS = 100_000_000;
const MAX_PIPELINE = 1024;

/** What a store holds where neither --keys nor the scenario says otherwise. */
export const USUAL_KEYS = 100_000;

/** The options that not every benchmark takes. */
const PARTICULAR = ['seconds', 'keys', 'pipelines', 'folder'] as const;

const TAKEN: Readonly<Record<Benchmark['measures'], readonly string[]>> = {
  servers: ['seconds'],
  stores: ['seconds', 'keys', 'pipelines'],
  programs: [],
};

function isTaken({ measures, keepsData }: Benchmark, option: string): boolean {
  return option === 'folder' ? keepsData === true : TAKEN[measures].includes(option);
}

/** The number for those scenarios that have no other. */
function keysOf({ scenarios }: Benchmark): string {
  const others = scenarios.flatMap(({ name, keys }) => (keys === undefined ? [] : [`${keys.usual} for ${name}`]));
  return [USUAL_KEYS, ...others].join(', ');
}

export function usage(benchmark: Benchmark): string {
  const { measures } = benchmark;
  const takes = (option: string): boolean => isTaken(benchmark, option);
  const timed = takes('seconds');
  return [
    `usage: npm run bench -- ${benchmark.name} [options]`,
    '  --rounds N         measurements of each peer in each scenario (5)',
    ...(timed ? [`  --seconds S        length of one measurement (${benchmark.seconds ?? USUAL_SECONDS})`] : []),
    ...(takes('keys') ? [`  --keys N           keys in each store (${keysOf(benchmark)})`] : []),
    ...(takes('pipelines') ? ['  --pipelines A,B    requests that a client sends before it waits (1,16,64)'] : []),
    ...(takes('folder') ? [`  --folder DIR       where the stores' folders are made, and removed again (${tmpdir()})`] : []),
    `  --peers A,B        the ${measures} to measure (all but those in brackets)`,
    '  --scenarios A,B    the scenarios to run (all)',
    `  --quick            a look in about a minute: 2 rounds${timed ? ' of 0.5 s' : ''}, fewer scenarios`,
    '  --json FILE        write every measurement to FILE as well',
    '',
    `${measures}: ${benchmark.peers.map((peer) => (peer.usual ? peer.name : `(${peer.name})`)).join(', ')}`,
    'scenarios:',
    ...benchmark.scenarios.map((scenario) => `  ${scenario.name.padEnd(16)} ${scenario.title}`),
  ].join('\n');
}

function numeric(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (!(value >= lowest && value <= highest)) throw new Error(`--${name} must lie between ${lowest} and ${highest}`);
  return value;
}

function rejectForeign(benchmark: Benchmark, values: Readonly<Record<string, unknown>>): void {
  const foreign = PARTICULAR.find((option) => values[option] !== undefined && !isTaken(benchmark, option));
  if (foreign === undefined) return;
  const what = `${benchmark.measures}${foreign === 'folder' ? ' in memory' : ''}`;
  throw new Error(`--${foreign} has no meaning for ${benchmark.name}, which measures ${what}`);
}

function names(option: string, text: string | undefined, known: readonly string[], usual: readonly string[]): string[] {
  const chosen = text === undefined ? [...usual] : text.split(',');
  const stranger = chosen.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`--${option}: ${stranger} is not one of ${known.join(', ')}`);
  return chosen;
}

/** Returns undefined where only help was asked for. */
export function parseOptions(benchmark: Benchmark, args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: text, seconds: text, keys: text, pipelines: text, folder: text, peers: text, scenarios: text, json: text, quick: flag, help: flag,
    },
  });
  if (values.help) return undefined;
  rejectForeign(benchmark, values);
  const peers = benchmark.peers.map((peer) => peer.name);
  const usualPeers = benchmark.peers.filter((peer) => peer.usual).map((peer) => peer.name);
  const scenarios = benchmark.scenarios.map((scenario) => scenario.name);
  return {
    rounds: Math.ceil(numeric('rounds', values.rounds ?? (values.quick ? '2' : '5'), 1, MAX_ROUNDS)),
    seconds: numeric('seconds', values.seconds ?? (values.quick ? '0.5' : String(benchmark.seconds ?? USUAL_SECONDS)), MIN_SECONDS, MAX_SECONDS),
    warmupSeconds: values.quick ? 0.5 : 1,
    quick: values.quick,
    keys: values.keys === undefined ? undefined : Math.ceil(numeric('keys', values.keys, MIN_KEYS, MAX_KEYS)),
    pipelines: (values.pipelines ?? '1,16,64').split(',').map((depth) => Math.ceil(numeric('pipelines', depth, 1, MAX_PIPELINE))),
    folder: values.folder ?? tmpdir(),
    peers: names('peers', values.peers, peers, usualPeers),
    scenarios: names('scenarios', values.scenarios, scenarios, values.quick ? benchmark.quick : scenarios),
    json: values.json,
  };
}

/** Everything that has a value spelled out, so that the command means the same whatever the defaults become. */
export function repeatCommand(benchmark: Benchmark, options: Options): string {
  const particular = PARTICULAR.filter((option) => isTaken(benchmark, option) && options[option] !== undefined);
  const measured = [`--rounds ${options.rounds}`, ...particular.map((option) => `--${option} ${String(options[option])}`)].join(' ');
  const chosen = `--peers ${options.peers.join(',')} --scenarios ${options.scenarios.join(',')}`;
  return `npm run bench -- ${benchmark.name} ${measured} ${chosen}`;
}
