import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** For tap's `skip`: false where the tool is installed, else the reason. In CI nothing may be skipped, so there it throws. */
export function skipWithout(tool: string): false | string {
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => executable(join(folder, tool)));
  if (found) return false;
  const reason = `${tool} is not installed`;
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
