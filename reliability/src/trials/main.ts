/** `npm run trials`: attacks on a real server on the real kernel. */
import { ArgumentError, endOnSignals, parse, runCommand } from '../command.js';
import { GROUPS, TRIALS } from './catalogue.js';
import { placeApart } from './field/placement.js';
import { hindranceOf } from './field/tools.js';
import { account, passed, table } from './report.js';
import { make } from './runner.js';
import { BRIEF, FULL } from './field/findings.js';
import type { Outcome, Trial } from './trial.js';

const WIDTH = Math.max(...TRIALS.map(({ name }) => name.length)) + 2;
const LIST = Object.entries(GROUPS).map(([group, trials]) => `${group}:\n${trials.map(line).join('\n')}`).join('\n');

function line({ name, provokes }: Trial): string {
  return `  ${name.padEnd(WIDTH)}${provokes}`;
}

const HELP = `Usage: npm run trials -- [--brief] [TRIAL | GROUP ...]

Provokes faults on a running server, an echo server or a key-value server, and checks what is expected of it; all of them, or those
that are named, by themselves or as a group.
It takes a quiet machine and some minutes. The exit status is 1 if something was not as expected.

  --brief   show that the server behaves, as the tests do, and measure nothing
  --list    name the trials
  --help    print this

${LIST}`;

interface Request {
  readonly task: 'help' | 'list' | 'make';
  readonly brief: boolean;
  readonly trials: readonly Trial[];
}

function readArguments(args: string[]): Request {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parse({ args, allowPositionals: true, options: { brief: flag, list: flag, help: { ...flag, short: 'h' } } });
  const trials = positionals.length === 0 ? TRIALS : chosen(positionals);
  return { task: values.help ? 'help' : values.list ? 'list' : 'make', brief: values.brief, trials };
}

/** In the order of the catalogue. Error: ArgumentError. */
function chosen(names: readonly string[]): readonly Trial[] {
  const known = [...Object.keys(GROUPS), ...TRIALS.map(({ name }) => name)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ArgumentError(`there is no trial "${unknown}", only ${known.join(', ')}`);
  return Object.entries(GROUPS).flatMap(([group, trials]) => (names.includes(group) ? trials : trials.filter(({ name }) => names.includes(name))));
}

/** Returns whether everything was as expected. What cannot be tried here is told, and is no failure. */
async function makeAll(trials: readonly Trial[], brief: boolean): Promise<boolean> {
  const placement = brief ? undefined : placeApart();
  const outcomes: Outcome[] = [];
  for (const trial of trials) {
    const hindrance = hindranceOf(trial);
    if (hindrance !== undefined) {
      console.log(`${trial.name}: skipped, ${hindrance.why}\n`);
      continue;
    }
    const outcome = await make(trial, brief ? BRIEF : FULL, placement);
    outcomes.push(outcome);
    console.log(`${account(outcome)}\n`);
  }
  console.log(table(outcomes));
  return outcomes.every(passed);
}

async function main(args: string[]): Promise<number> {
  const { task, brief, trials } = readArguments(args);
  if (task === 'help') console.log(HELP);
  if (task === 'list') console.log(LIST);
  return task !== 'make' || (await makeAll(trials, brief)) ? 0 : 1;
}

// What runs in the background ends with this process, however that ends.
endOnSignals(() => {});

await runCommand('trials', main);
