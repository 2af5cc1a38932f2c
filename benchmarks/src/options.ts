// The options that all benchmarks share.

import { parseArgs } from 'node:util';

import type { Benchmark, Options } from './benchmark.js';

const MAX_ROUNDS = 100;
const MIN_SECONDS = 0.1;
const MAX_SECONDS = 60;

export function usage(benchmark: Benchmark): string {
  const { measures } = benchmark;
  const timed = measures === 'servers';
  return [
    `usage: npm run bench -- ${benchmark.name} [options]`,
    '  --rounds N         measurements of each peer in each scenario (5)',
    ...(timed ? ['  --seconds S        length of one measurement (2)'] : []),
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
    options: { rounds: text, seconds: text, peers: text, scenarios: text, json: text, quick: flag, help: flag },
  });
  if (values.help) return undefined;
  if (benchmark.measures === 'programs' && values.seconds !== undefined) {
    throw new Error(`--seconds has no meaning for ${benchmark.name}: its programs do a fixed amount of work`);
  }
  const peers = benchmark.peers.map((peer) => peer.name);
  const usualPeers = benchmark.peers.filter((peer) => peer.usual).map((peer) => peer.name);
  const scenarios = benchmark.scenarios.map((scenario) => scenario.name);
  return {
    rounds: Math.ceil(numeric('rounds', values.rounds ?? (values.quick ? '2' : '5'), 1, MAX_ROUNDS)),
    seconds: numeric('seconds', values.seconds ?? (values.quick ? '0.5' : '2'), MIN_SECONDS, MAX_SECONDS),
    warmupSeconds: values.quick ? 0.5 : 1,
    peers: names('peers', values.peers, peers, usualPeers),
    scenarios: names('scenarios', values.scenarios, scenarios, values.quick ? benchmark.quick : scenarios),
    json: values.json,
  };
}

/** Everything spelled out, so that the command means the same whatever the defaults become. */
export function repeatCommand(benchmark: Benchmark, options: Options): string {
  const seconds = benchmark.measures === 'servers' ? ` --seconds ${options.seconds}` : '';
  const measured = `--rounds ${options.rounds}${seconds}`;
  const chosen = `--peers ${options.peers.join(',')} --scenarios ${options.scenarios.join(',')}`;
  return `npm run bench -- ${benchmark.name} ${measured} ${chosen}`;
}
