import { EdgeloopError } from '../errors.js';

/** The bytes of what a user has given `method` to send: text is UTF-8. Error: EL_DATA_INVALID. */
export function bytesOf(data: Uint8Array | string, method: string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data);
  throw new EdgeloopError('EL_DATA_INVALID', `${method} takes a string or a Uint8Array, not ${data === null ? 'null' : typeof data}`);
}
