import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../../../../../benchmarks/load/', import.meta.url));
const BUILD = fileURLToPath(new URL('../../../../build/', import.meta.url));

/** The load generators of the benchmarks, whose latencies are C's and not those of a garbage collector. */
const FILES = {
  'echo-load': ['echo-load.c', 'busy.c', 'churn.c', 'arrive.c', 'idle.c', 'program.c'],
  'store-load': ['store-load.c', 'program.c'],
} as const;

export type LoadProgram = keyof typeof FILES;

const compiled = new Set<LoadProgram>();

/** The path of a load generator, which is compiled once in each process. */
export function loadProgram(name: LoadProgram): string {
  const path = BUILD + name;
  if (compiled.has(name)) return path;
  // The name is given when the program is complete: two processes that compile at once do not meet.
  const unfinished = `${path}.${process.pid}`;
  mkdirSync(BUILD, { recursive: true });
  execFileSync('cc', ['-std=gnu17', '-O2', '-o', unfinished, ...FILES[name].map((file) => SOURCES + file)]);
  renameSync(unfinished, path);
  compiled.add(name);
  return path;
}
