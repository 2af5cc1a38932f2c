import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Options for a test that needs a program: where it is missing the test is skipped, aloud. In CI nothing may be missing,
 * or a proof could vanish unnoticed.
 */
export function skipWithout(tool: string): { skip?: string } {
  if (isInstalled(tool)) return {};
  if (process.env['CI'] !== undefined) throw new Error(`"${tool}" is not installed, and in CI no test may be skipped`);
  return { skip: `"${tool}" is not installed` };
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => isExecutable(join(directory, tool)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
