// npm run bench -- equivalence: whether clients can tell the servers apart.

import { parseArgs } from 'node:util';

import type { Peer } from '../benchmark.js';
import { compilePrograms } from '../compile.js';
import { showProgress } from '../progress.js';
import { PATIENCE_SECONDS } from './play.js';
import { SCENES, scriptOf } from './scenes.js';
import { SERVERS } from './servers.js';
import { type Plan, compareServers, report } from './trial.js';

/** The two servers in C, and the clients. */
export const PROGRAMS = ['poll-echo', 'epoll-echo', 'play'] as const;

const USUAL_SEEDS = '1,2,3';
const MAX_SEED = 2 ** 20;
const MAX_PATIENCE_SECONDS = 60;

function usage(servers: readonly Peer[]): string {
  return [
    'usage: npm run bench -- equivalence [options]',
    '  --servers A,B         the servers to compare (all)',
    '  --scenes A,B          the scripts to play (all)',
    `  --seeds A,B           the seeds of each script (${USUAL_SEEDS})`,
    `  --patience SECONDS    a client has stalled when nothing has moved for so long (${PATIENCE_SECONDS})`,
    '  --print               print the scripts, a client on each line, and play none',
    '',
    `servers: ${servers.map(({ name }) => name).join(', ')}`,
    'scenes:',
    ...SCENES.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`),
    '',
    'Exit status: 0 all the same, 1 a difference or a failure.',
  ].join('\n');
}

interface Arguments {
  readonly plan: Plan;
  readonly print: boolean;
}

/** Those with the given names, in the order of the list. */
function chosen<T extends { readonly name: string }>(option: string, all: readonly T[], text: string | undefined): readonly T[] {
  if (text === undefined) return all;
  const names = text.split(',');
  const stranger = names.find((name) => all.every((one) => one.name !== name));
  if (stranger !== undefined) throw new Error(`--${option}: ${stranger} is not one of ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => names.includes(name));
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > MAX_SEED) throw new Error(`--seeds takes whole numbers up to ${MAX_SEED}, not "${text}"`);
  return seed;
}

function patienceOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= MAX_PATIENCE_SECONDS)) throw new Error(`--patience takes seconds up to ${MAX_PATIENCE_SECONDS}, not "${text}"`);
  return seconds;
}

/** Returns undefined where only help was asked for. */
function readArguments(args: readonly string[], servers: readonly Peer[]): Arguments | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args: [...args], options: { servers: text, scenes: text, seeds: text, patience: text, print: flag, help: flag } });
  if (values.help) return undefined;
  return {
    plan: {
      servers: chosen('servers', servers, values.servers),
      scenes: chosen('scenes', SCENES, values.scenes),
      seeds: (values.seeds ?? USUAL_SEEDS).split(',').map(seedOf),
      patienceSeconds: values.patience === undefined ? PATIENCE_SECONDS : patienceOf(values.patience),
    },
    print: values.print,
  };
}

/** Servers that cannot be had are named aloud, never left out in silence. */
function available(servers: readonly Peer[]): Peer[] {
  const known = servers.filter((server) => server.command() !== undefined);
  const missing = servers.filter((server) => !known.includes(server)).map(({ name }) => name);
  if (missing.length > 0) console.log(`NOT COMPARED, for this edgeloop-echo does not know them: ${missing.join(', ')}\n`);
  return known;
}

function printScripts({ scenes, seeds }: Plan): void {
  for (const scene of scenes) {
    for (const seed of seeds) console.log(`# ${scene.name}, seed ${seed}\n${scriptOf(scene, seed).join('\n')}\n`);
  }
}

async function compare(asked: Plan): Promise<number> {
  compilePrograms(PROGRAMS);
  const plan = { ...asked, servers: available(asked.servers) };
  if (plan.servers.length === 0) return 1;
  const verdicts = await compareServers(plan, (server) => showProgress(server.title));
  showProgress('');
  console.log(report(plan, verdicts).join('\n'));
  return verdicts.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

/** Resolves to the exit status. A test has servers of its own. */
async function run(args: readonly string[], servers = SERVERS): Promise<number> {
  const asked = readArguments(args, servers);
  if (asked === undefined) console.log(usage(servers));
  else if (asked.print) printScripts(asked.plan);
  else return compare(asked.plan);
  return 0;
}

export const equivalence = { name: 'equivalence', summary: 'whether clients see the same of C poll, C epoll and edgeloop in all its modes', run };
