import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';

/** A function that other threads can run: what module exports it, and under which name. */
export interface Task<Input, Output> {
  /** The module's URL. */
  readonly module: string;
  readonly name: string;
  /** Tells the compiler what goes in and what comes out. It is never there. */
  readonly signature?: (input: Input, transferred: readonly unknown[]) => Output | Promise<Output>;
}

/**
 * Names a function for `offload`: the default export of a module, or another one. A thread of the pool imports the module at the first
 * task of it, and keeps it. The module is given as an absolute path or a file's URL: `new URL('./hash.js', import.meta.url)`.
 * Error: EL_OPTION_INVALID.
 */
export function defineTask<Input, Output>(module: URL | string, name = 'default'): Task<Input, Output> {
  return { module: moduleUrl(module), name };
}

/** Plain JavaScript may pass anything, a function most likely. Error: EL_OPTION_INVALID. */
export function checkTask(task: Partial<Task<never, unknown>> | undefined): void {
  if (typeof task === 'object' && task !== null && typeof task.module === 'string' && typeof task.name === 'string') return;
  throw new EdgeloopError('EL_OPTION_INVALID', `offload: a task by defineTask is needed, for a function cannot go to another thread, but got ${inspect(task)}`);
}

function moduleUrl(module: URL | string): string {
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href;
  const { href } = typeof module === 'string' && URL.canParse(module) ? new URL(module) : { href: String(module) };
  if (href.startsWith('file:')) return href;
  throw new EdgeloopError('EL_OPTION_INVALID', `defineTask: the module must be an absolute path or a URL of a file, not ${inspect(module)}`);
}
