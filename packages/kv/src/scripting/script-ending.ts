import { LuaPanic } from './machine/lua-machine.js';
import { ScriptError } from './script-error.js';
import { failure, ScriptKilled } from './script-machine.js';

/** The reply for a script or function that took its machine with it. What is no fault of the script goes on. */
export function endingReply(error: unknown, name: string): string {
  if (error instanceof ScriptKilled) return failure(`ERR ${error.message}`, name, error.place);
  if (error instanceof LuaPanic) return `ERR ${error.message} script: ${name}`;
  // A function of C that called itself too often, such as Lua's pattern matching.
  if (error instanceof RangeError) return `ERR stack overflow script: ${name}`;
  throw error;
}

/** What is thrown for something that loading a source has thrown: a source may be larger than the machine. */
export function loadingError(error: unknown): unknown {
  return error instanceof LuaPanic ? new ScriptError(`ERR ${error.message}`) : error;
}
