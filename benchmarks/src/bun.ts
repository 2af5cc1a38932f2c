// Bun is fetched from the npm registry when it is asked for, because it is a peer and no dependency.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from './paths.js';

export const BUN_VERSION = '1.4.5';

const FETCH_TIMEOUT_MS = 120_000;

/** Bun's usual build needs AVX2; there is a baseline build for processors without it. */
function packageName(): string {
  if (process.arch === 'arm64') return '@oven/bun-linux-aarch64';
  const hasAvx2 = /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return hasAvx2 ? '@oven/bun-linux-x64' : '@oven/bun-linux-x64-baseline';
}

function versionOf(executable: string): string | undefined {
  const run = spawnSync(executable, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

function fetchPackage(name: string): void {
  console.log(`fetching Bun ${BUN_VERSION} once, about 100 MB, into benchmarks/peers/ …`);
  mkdirSync(paths.downloads, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  spawnSync('npm', ['install', '--prefix', paths.downloads, ...quiet, `${name}@${BUN_VERSION}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: FETCH_TIMEOUT_MS,
  });
}

/** Returns the path of the executable, or undefined where it cannot be had. */
export function locateBun(): string | undefined {
  const name = packageName();
  const executable = join(paths.downloads, 'node_modules', name, 'bin', 'bun');
  if (!existsSync(executable) || versionOf(executable) !== BUN_VERSION) fetchPackage(name);
  return versionOf(executable) === BUN_VERSION ? executable : undefined;
}
