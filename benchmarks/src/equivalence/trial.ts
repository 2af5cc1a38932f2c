// All scripts against each server: what was seen, and a table of it.

import type { Peer } from '../benchmark.js';
import { formatTable } from '../report.js';
import { startServer } from '../server.js';
import { type Difference, differencesOf, observe } from './play.js';
import { type Scene, scriptOf } from './scenes.js';

export interface Plan {
  readonly servers: readonly Peer[];
  readonly scenes: readonly Scene[];
  readonly seeds: readonly number[];
  readonly patienceSeconds: number;
}

/** One server in one scene, over all seeds. */
export interface Verdict {
  readonly server: string;
  readonly scene: string;
  readonly clients: number;
  /** Of the first seed whose clients saw something else; none if there is no such seed. */
  readonly seed: number | undefined;
  readonly differences: readonly Difference[];
}

/** Up to the first seed with a difference. */
export async function compareInScene(server: string, port: number, scene: Scene, { seeds, patienceSeconds }: Omit<Plan, 'servers' | 'scenes'>): Promise<Verdict> {
  let clients = 0;
  for (const seed of seeds) {
    const roles = scriptOf(scene, seed);
    const differences = differencesOf(roles, await observe(port, roles, patienceSeconds));
    clients += roles.length;
    if (differences.length > 0) return { server, scene: scene.name, clients, seed, differences };
  }
  return { server, scene: scene.name, clients, seed: undefined, differences: [] };
}

/** One server at a time, so that none is in the way of another. It has all cores: its workers are to run at once. */
export async function compareServers(plan: Plan, onServer: (server: Peer) => void): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const peer of plan.servers) {
    onServer(peer);
    const server = await startServer(peer);
    try {
      for (const scene of plan.scenes) verdicts.push(await compareInScene(peer.name, server.port, scene, plan));
    } finally {
      await server.stop();
    }
  }
  return verdicts;
}

export function repeatCommand({ server, scene, seed }: Verdict): string {
  return `npm run bench -- equivalence --servers ${server} --scenes ${scene} --seeds ${seed}`;
}

/** A line for each server and a column for each scene; below it, of what is not the same, the first client of each cell. */
export function report({ servers, scenes }: Plan, verdicts: readonly Verdict[]): string[] {
  const rows = servers.map(({ name }) => [name, ...scenes.map((scene) => cell(verdictOf(verdicts, name, scene.name)))]);
  const different = verdicts.filter(({ differences }) => differences.length > 0);
  const clients = verdicts.reduce((sum, verdict) => sum + verdict.clients, 0);
  const summary = different.length === 0 ? `the same for all ${clients} clients` : `${different.length} of ${verdicts.length} cells are not the same`;
  return [...formatTable([['server', ...scenes.map(({ name }) => name)], ...rows]), '', ...different.flatMap(account), summary];
}

function verdictOf(verdicts: readonly Verdict[], server: string, scene: string): Verdict {
  return verdicts.find((verdict) => verdict.server === server && verdict.scene === scene)!;
}

function cell({ seed }: Verdict): string {
  return seed === undefined ? 'same' : `seed ${seed}`;
}

function account(verdict: Verdict): string[] {
  const { server, scene, seed, differences } = verdict;
  const { client, step, expected, seen } = differences[0]!;
  const others = differences.length === 1 ? '' : `, and ${differences.length - 1} others`;
  return [
    `${server}, ${scene}, seed ${seed}: client ${client} in step ${step}${others}`,
    `  expected ${expected}`,
    `  seen     ${seen}`,
    `  repeat   ${repeatCommand(verdict)}`,
    '',
  ];
}
