// Builds the C programs into benchmarks/build/.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from './paths.js';

const FLAGS = ['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror'];

const programs = {
  'epoll-echo': [join(paths.baseline, 'epoll-echo.c')],
  'poll-echo': [join(paths.baseline, 'poll-echo.c')],
  'echo-load': ['echo-load.c', 'busy.c', 'churn.c', 'idle.c', 'program.c'].map((file) => join(paths.load, file)),
  'store-load': ['store-load.c', 'program.c'].map((file) => join(paths.load, file)),
  play: ['play.c', 'actor.c', 'script.c', 'program.c'].map((file) => join(paths.load, file)),
  'server-watch': ['server-watch.c', 'program.c'].map((file) => join(paths.load, file)),
} as const;

export type ProgramName = keyof typeof programs;

export function programPath(name: ProgramName): string {
  return join(paths.build, name);
}

/** Compiles all of them, or the named ones, which takes about a second: so none is ever older than its source. */
export function compilePrograms(names = Object.keys(programs) as ProgramName[]): void {
  mkdirSync(paths.build, { recursive: true });
  for (const name of names) {
    const args = [...FLAGS, '-o', programPath(name), ...programs[name]];
    execFileSync('cc', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  }
}

export function compilerVersion(): string {
  return execFileSync('cc', ['--version'], { encoding: 'utf8' }).split('\n')[0]!;
}
