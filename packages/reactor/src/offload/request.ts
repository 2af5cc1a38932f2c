import type { Transferable } from 'node:worker_threads';
import { deserialize, serialize } from 'node:v8';
import { EdgeloopError } from '../errors.js';
import { type Outcome, packThrown } from './outcome.js';
import { type Task, checkTask } from './task.js';

/** A task and its input, on the way to a thread. */
export interface TaskRequest {
  readonly module: string;
  readonly name: string;
  /** The bytes of v8.serialize. Made when the call is, so that the caller may go on with its memory; moved and not copied to the thread. */
  readonly input: Uint8Array<ArrayBuffer>;
  /** What the caller has given away. */
  readonly transfer: readonly Transferable[];
}

/** Copies the input and takes over what is to be moved. Errors: EL_OPTION_INVALID, EL_DATA_INVALID. */
export function makeRequest<Input>(task: Task<Input, unknown>, input: Input, transfer: readonly Transferable[]): TaskRequest {
  checkTask(task);
  const { module, name } = task;
  try {
    const moved = transfer.length === 0 ? transfer : structuredClone(transfer, { transfer: [...transfer] });
    return { module, name, input: serialize(input), transfer: moved };
  } catch (error) {
    const advice = 'give it plain data, and what is to be moved as `transfer`';
    throw new EdgeloopError('EL_DATA_INVALID', `${nameOf(task)}: its input cannot go to another thread: ${(error as Error).message}; ${advice}`, { cause: error });
  }
}

export function nameOf({ module, name }: Pick<TaskRequest, 'module' | 'name'>): string {
  return `task "${name}" of ${module}`;
}

type Run = (input: unknown, transferred: readonly unknown[]) => unknown;

/** Runs the task in this thread. Never rejects. */
export async function runRequest({ module, name, input, transfer }: TaskRequest, load = loadTask): Promise<Outcome> {
  let run: Run;
  try {
    run = await load(module, name);
  } catch (error) {
    return { thrown: packThrown(error), code: 'EL_TASK_INVALID' };
  }
  let result: unknown;
  try {
    result = await run(deserialize(input), transfer);
  } catch (error) {
    return { thrown: packThrown(error) };
  }
  try {
    return { result: serialize(result) };
  } catch (error) {
    return { thrown: packThrown(error), code: 'EL_DATA_INVALID' };
  }
}

export async function loadTask(module: string, name: string): Promise<Run> {
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported === 'function') return exported as Run;
  throw new TypeError(`the module exports no function of this name, but ${exported === undefined ? 'nothing' : typeof exported}`);
}
