import { availableParallelism } from 'node:os';
import { ArgumentError, parse, whole } from '../command.js';
import { WORKLOADS } from './catalogue.js';

export interface SimulateOptions {
  readonly workloads: readonly string[];
  readonly from: number;
  readonly seeds: number;
  readonly turns: number;
  readonly jobs: number;
}

export interface ReplayOptions {
  readonly workload: string;
  readonly seed: number;
  /** Where the trace goes; undefined for the standard output. */
  readonly traceFile: string | undefined;
}

const NAMES = WORKLOADS.map(({ name }) => name);
const MAX_SEED = 2 ** 32;

export const HELP = `Plays workloads on a simulated kernel, with faults, and holds the reactor against a model after every turn.

  npm run simulate -- [OPTIONS]
    --seeds N            how many seeds, of each workload (100)
    --from S             the first of them (1)
    --turns N            end when the loop has made so many turns, if that is sooner; without --seeds, not before
    --workload NAMES     ${NAMES.join(', ')}; several with commas (all)
    --jobs N             processes that share the work (one for each processor)

  npm run simulate -- --workload NAME --seed S [--trace FILE]
    plays one run again, to the last event, and writes down what happens: turns, system calls, hooks, what peers do

    -h, --help           print this

${WORKLOADS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

Exits with 0 if all is as it must be, with 1 if something is found, with 2 if the arguments are wrong.
`;

/** Undefined where help was asked for. Error: ArgumentError. */
export function readArguments(args: readonly string[]): SimulateOptions | ReplayOptions | undefined {
  const values = read(args);
  if (values.help) return undefined;
  const workloads = workloadsOf(values.workload);
  if (values.seed !== undefined) return replay(values, workloads);
  if (values.trace !== undefined) throw new ArgumentError('--trace needs a --seed: one run is traced');
  const endless = values.seeds === undefined && values.turns !== undefined;
  return {
    workloads,
    from: whole('from', values.from ?? '1', 0, MAX_SEED),
    seeds: endless ? MAX_SEED : whole('seeds', values.seeds ?? '100', 1, MAX_SEED),
    turns: values.turns === undefined ? Number.POSITIVE_INFINITY : whole('turns', values.turns, 1, 1e12),
    jobs: whole('jobs', values.jobs ?? `${availableParallelism()}`, 1, 64),
  };
}

type Values = ReturnType<typeof read>;

function replay(values: Values, workloads: readonly string[]): ReplayOptions {
  const excess = (['seeds', 'from', 'turns', 'jobs'] as const).find((name) => values[name] !== undefined);
  if (excess !== undefined) throw new ArgumentError(`--${excess} does not go with --seed, which plays one run`);
  const [workload, ...others] = workloads;
  if (workload === undefined || others.length > 0) throw new ArgumentError(`--seed needs one --workload, of ${NAMES.join(', ')}`);
  return { workload, seed: whole('seed', values.seed ?? '', 0, MAX_SEED), traceFile: values.trace };
}

function workloadsOf(names: string | undefined): readonly string[] {
  if (names === undefined) return NAMES;
  const asked = names.split(',');
  const unknown = asked.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new ArgumentError(`there is no workload "${unknown}"; there are ${NAMES.join(', ')}`);
  return asked;
}

function read(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { seeds: text, from: text, turns: text, workload: text, jobs: text, seed: text, trace: text } as const;
  return parse({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h', default: false } } }).values;
}
