import type { Call } from './call.js';

/** Bytes of a name or an argument that an error repeats where the client may have sent anything. */
export const QUOTED_BYTES = 128;

/** An argument as an error repeats it: up to its first zero byte, and so many bytes of that. */
export function quoted(call: Call, index: number, maxBytes = Number.POSITIVE_INFINITY): string {
  return (call.latin1(index).split('\0', 1)[0] as string).slice(0, maxBytes);
}
