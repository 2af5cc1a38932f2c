import { closeSync, openSync, writeSync } from 'node:fs';
import { ArgumentError } from '../command.js';
import type { ReplayOptions } from './arguments.js';
import { workloadOf } from './catalogue.js';
import { catchStrays, run } from './run.js';

const STDOUT = 1;
const BATCH_LINES = 1000;

/** Plays one run again and writes its trace. Returns whether something was found. */
export async function replay({ workload, seed, traceFile }: ReplayOptions, print: (line: string) => void): Promise<boolean> {
  const fd = traceFile === undefined ? STDOUT : opened(traceFile);
  const lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) writeSync(fd, `${lines.splice(0).join('\n')}\n`);
  };
  catchStrays();
  const { turns, finding, digest } = await run(workloadOf(workload), seed, (line) => {
    if (lines.push(line) === BATCH_LINES) flush();
  });
  flush();
  if (fd !== STDOUT) closeSync(fd);
  print(`simulate: ${workload}, seed ${seed}: ${turns} turns, trace ${digest}; ${finding === undefined ? 'nothing found' : `FAILED: ${finding}`}`);
  return finding !== undefined;
}

/** Error: ArgumentError. */
function opened(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new ArgumentError(`--trace: ${(error as Error).message}`);
  }
}
