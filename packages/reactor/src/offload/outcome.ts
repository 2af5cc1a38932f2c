import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { EdgeloopError } from '../errors.js';

/**
 * What has become of a task, as a thread tells it. Values travel as the bytes of v8.serialize: unlike what postMessage does by itself,
 * that copies of a Buffer only what it shows, brings it back as a Buffer, and complains where the value is made and not on its way.
 */
export type Outcome =
  | { readonly result: Uint8Array }
  /** What was thrown; with a code if it was not thrown by the task. */
  | { readonly thrown: Uint8Array; readonly code?: 'EL_TASK_INVALID' | 'EL_DATA_INVALID' };

/** In the thread. Never throws, although what was thrown may do so when it is looked at: a getter, or a proxy. */
export function packThrown(thrown: unknown): Uint8Array {
  try {
    return pack(thrown);
  } catch (error) {
    return serialize({ value: new Error(`what was thrown cannot be told: ${(error as Partial<Error> | undefined)?.message}`) });
  }
}

function pack(thrown: unknown): Uint8Array {
  if (!(thrown instanceof Error)) return serialize({ value: cloneable(thrown) });
  // A clone of an error has its message, stack and cause, but no fields of its own, such as `code`, nor the name of its class.
  const fields = Object.entries(thrown).filter(([, value]) => value === null || !['object', 'function', 'symbol'].includes(typeof value));
  return serialize({ value: cloneable(thrown), fields: { name: thrown.name, ...Object.fromEntries(fields) } });
}

/** In the loop: the result, or the error thrown. `what` names the task. */
export function unpack(outcome: Outcome, what: string): unknown {
  if ('result' in outcome) return deserialize(outcome.result);
  const { value, fields } = deserialize(outcome.thrown) as { value: unknown; fields?: object };
  const thrown = fields === undefined ? value : Object.assign(value as Error, fields);
  if (outcome.code === undefined) throw thrown;
  throw new EdgeloopError(outcome.code, `${what}: ${(thrown as Error).message}`, { cause: thrown });
}

/** What cannot be cloned is told of in words. */
function cloneable(thrown: unknown): unknown {
  try {
    serialize(thrown);
    return thrown;
  } catch {
    return thrown instanceof Error ? Object.assign(new Error(thrown.message), { stack: thrown.stack }) : new Error(`thrown was ${inspect(thrown)}`);
  }
}
