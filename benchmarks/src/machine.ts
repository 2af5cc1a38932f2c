// The machine: which cores to use, and what to write down so that a stranger can compare.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release } from 'node:os';

import type { Cores } from './benchmark.js';
import { compilerVersion } from './compile.js';
import { paths } from './paths.js';

/** Above this, something else is running that will be measured along. */
const QUIET_LOAD_AVERAGE = 0.5;

/** Reads the kernel's list format, as in "0-2,5". */
export function parseCpuList(text: string): number[] {
  return text.trim().split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, offset) => first! + offset);
  });
}

function allowedCpus(): number[] {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return parseCpuList(allowed![1]!);
}

function siblingsOf(cpu: number): number[] {
  return parseCpuList(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'));
}

/** Two cores that share no execution units, where the machine has such. */
export function chooseCores(): Cores {
  const [server, ...others] = allowedCpus();
  if (server === undefined || others.length === 0) {
    throw new Error('two cores are needed, one for the server and one for the load generator');
  }
  const siblings = siblingsOf(server);
  return { server, load: others.find((cpu) => !siblings.includes(cpu)) ?? others[0]! };
}

export function requireTaskset(): void {
  if (spawnSync('taskset', ['--version']).error !== undefined) {
    throw new Error('taskset is needed to pin the processes to their cores: install util-linux');
  }
}

/** The most descriptors that a process here may open. */
export function descriptorLimit(): number {
  const limit = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return limit === null ? Infinity : Number(limit[1]);
}

function revision(): string {
  const git = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: paths.repository, encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : 'unknown';
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly compiler: string;
  readonly revision: string;
  readonly loadAverage: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    kernel: release(),
    node: process.version,
    compiler: compilerVersion(),
    revision: revision(),
    loadAverage: loadavg()[0]!,
  };
}

export function isQuiet(machine: Machine): boolean {
  return machine.loadAverage <= QUIET_LOAD_AVERAGE;
}
