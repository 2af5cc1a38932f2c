// Builds the C programs into benchmarks/build/.

import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from './paths.js';

const FLAGS = ['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror'];

const programs = {
  'epoll-echo': [join(paths.baseline, 'epoll-echo.c')],
  'poll-echo': [join(paths.baseline, 'poll-echo.c')],
  'echo-load': ['echo-load.c', 'busy.c', 'churn.c', 'arrive.c', 'idle.c', 'program.c'].map((file) => join(paths.load, file)),
  'store-load': ['store-load.c', 'program.c'].map((file) => join(paths.load, file)),
  play: ['play.c', 'actor.c', 'script.c', 'program.c'].map((file) => join(paths.load, file)),
  'server-watch': ['server-watch.c', 'program.c'].map((file) => join(paths.load, file)),
} as const;

export type ProgramName = keyof typeof programs;

export function programPath(name: ProgramName): string {
  return join(paths.build, name);
}

const compiled = new Set<ProgramName>();

/** Compiles all of them, or the named ones, once in each process, which takes about a second: so none is ever older than its source. */
export function compilePrograms(names: readonly ProgramName[] = Object.keys(programs) as ProgramName[]): void {
  mkdirSync(paths.build, { recursive: true });
  for (const name of names.filter((name) => !compiled.has(name))) {
    compile(name);
    compiled.add(name);
  }
}

/** The name is given when the program is complete: two processes that compile at once do not meet. */
function compile(name: ProgramName): void {
  const unfinished = `${programPath(name)}.${process.pid}`;
  execFileSync('cc', [...FLAGS, '-o', unfinished, ...programs[name]], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(unfinished, programPath(name));
}

export function compilerVersion(): string {
  return execFileSync('cc', ['--version'], { encoding: 'utf8' }).split('\n')[0]!;
}
