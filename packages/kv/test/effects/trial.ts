import { FAMILIES } from '../differential/families/index.js';
import { sequence } from '../differential/generator.js';
import { Random } from '../differential/random.js';
import type { Unit } from '../differential/sequence.js';
import { CaptureProbe } from './capture-probe.js';
import { chance } from './chance.js';
import { imageOf } from './image.js';
import { Player } from './player.js';
import { RecordedLog, type RecordedEffect } from './recorded-log.js';
import { Replica } from './replica.js';

const STEPS = 250;
/** So often what is logged is compared in the middle of a sequence. */
const CHECKS = 0.03;
const ALL = [...FAMILIES, chance];

/** What a sequence has shown: how many commands it has, and what a server that reads the log has other than the one that wrote it. */
export interface Trial {
  readonly steps: number;
  /** The names of all commands that were logged. */
  readonly logged: ReadonlySet<string>;
  readonly differences: readonly string[];
}

/** A server goes through a random sequence, and a second one through what the first has logged: again and again both must hold the same. */
export function trial(seed: number): Trial {
  return tryUnits(sequence(seed, STEPS, ALL), seed);
}

export function tryUnits(units: readonly Unit[], seed: number): Trial {
  const random = new Random(seed);
  const player = new Player();
  const log = new RecordedLog();
  const replica = new Replica();
  const logged = new Set<string>();
  player.local.server.durability = log;
  let steps = 0;
  for (const [i, unit] of units.entries()) {
    player.play(unit, random);
    steps += unit.length;
    if (i < units.length - 1 && !random.chance(CHECKS)) continue;
    const groups = log.groups.splice(0);
    for (const { words } of groups.flat()) logged.add(nameOf(words));
    const differences = compare(player, log, replica, groups);
    if (differences.length > 0) return { steps, logged, differences };
  }
  return { steps, logged, differences: [] };
}

/** So often a snapshot begins, and as often it ends. */
const SNAPSHOTS = 0.1;

/** A snapshot must be shown each key before it changes. Returns what it has not seen as it was when it began. */
export function snapshotTrial(seed: number): string[] {
  const random = new Random(seed);
  const player = new Player();
  const { server } = player.local;
  server.durability = new RecordedLog();
  let probe = new CaptureProbe(server);
  for (const unit of sequence(seed, STEPS, ALL)) {
    player.play(unit, random);
    if (!random.chance(SNAPSHOTS)) continue;
    const problems = probe.end();
    if (problems.length > 0) return problems;
    probe = new CaptureProbe(server);
  }
  return probe.end();
}

function compare(player: Player, log: RecordedLog, replica: Replica, groups: readonly RecordedEffect[][]): string[] {
  const failures = groups.flatMap((group) => replica.apply(group));
  if (log.pending > 0) failures.push(`${log.pending} effects were never committed`);
  const [ours, theirs] = [imageOf(player.local.server), imageOf(replica.server)];
  return [...failures, ...without(ours, theirs, 'not read from the log'), ...without(theirs, ours, 'only read from the log')];
}

function without(one: readonly string[], other: readonly string[], problem: string): string[] {
  const known = new Set(other);
  return one.filter((line) => !known.has(line)).map((line) => `${problem}: ${line}`);
}

function nameOf([name, sub]: readonly Buffer[]): string {
  const word = String(name).toLowerCase();
  return word === 'xgroup' || word === 'function' ? `${word}|${String(sub).toLowerCase()}` : word;
}
