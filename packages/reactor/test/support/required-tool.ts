import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** For tap's `skip`: false where the tool is installed, else the reason. In CI nothing may be skipped, so there it throws. */
export function skipWithout(tool: string): false | string {
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => executable(join(folder, tool)));
  return found ? false : missing(`${tool} is not installed`);
}

/** The same for a compiler that can link with sanitizers: distributions have their runtimes in other packages, or not at all. */
export function skipWithoutSanitizers(compiler: string, sanitizers: string): false | string {
  const program = sanitizers.includes('fuzzer') ? 'int LLVMFuzzerTestOneInput(void) { return 0; }' : 'int main(void) { return 0; }';
  const { status } = spawnSync(compiler, [`-fsanitize=${sanitizers}`, '-x', 'c', '-', '-o', '/dev/null'], { input: program });
  return status === 0 ? false : missing(`${compiler} cannot link with -fsanitize=${sanitizers}`);
}

function missing(reason: string): string {
  if (process.env['CI'] !== undefined) throw new Error(`${reason}, and CI may skip nothing`);
  return reason;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
