import { ArgumentError, parse, whole } from '../command.js';
import { POLICIES, type Policy, TARGETS, type TargetName } from './target.js';

export interface CrashTestOptions {
  readonly cycles: number;
  readonly minutes: number;
  readonly seed: number;
  readonly policies: readonly Policy[];
  readonly lanes: number;
  readonly target: TargetName;
  readonly sabotage: boolean;
}

export const HELP = `Kills a key-value server that keeps its data, again and again, and fails if anything it has acknowledged is not there afterwards.

  npm run crash-test -- [OPTIONS]
    --cycles N        how many kills (1000)
    --minutes M       end after M minutes, if that is sooner (60)
    --seed N          what is written, and when the server is killed (the time); the kernel's part in it no seed repeats
    --policy NAMES    always, everysec and no, or some of them with commas; one is drawn for each start (always,everysec,no)
    --lanes N         how many servers are killed at a time, each with a folder of its own (2)
    --target NAME     edgeloop, or redis to try the test itself; redis-server keeps what it promises with always only (edgeloop)
    --sabotage        cut off the end of the log after each kill, to see the test fail
    -h, --help        print this

Exits with 0 if nothing was lost, halved or made up, with 1 if something was, with 2 if the arguments are wrong.
`;

/** Undefined where help was asked for. Error: ArgumentError. */
export function readArguments(args: readonly string[]): CrashTestOptions | undefined {
  const { values } = parse({
    args: [...args],
    options: {
      cycles: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
      policy: { type: 'string', default: POLICIES.join(',') },
      lanes: { type: 'string', default: '2' },
      target: { type: 'string', default: 'edgeloop' },
      sabotage: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    cycles: whole('cycles', values.cycles, 1, 10_000_000),
    minutes: whole('minutes', values.minutes, 1, 7 * 24 * 60),
    seed: whole('seed', values.seed, 1, 2 ** 32 - 1),
    policies: values.policy.split(',').map((name) => oneOf('policy', name, POLICIES)),
    lanes: whole('lanes', values.lanes, 1, 16),
    target: oneOf('target', values.target, Object.keys(TARGETS) as TargetName[]),
    sabotage: values.sabotage,
  };
}

function oneOf<Name extends string>(option: string, name: string, names: readonly Name[]): Name {
  const known = names.find((one) => one === name);
  if (known === undefined) throw new ArgumentError(`--${option}: there is no "${name}", only ${names.join(', ')}`);
  return known;
}
