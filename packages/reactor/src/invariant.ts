/** Thrown when edgeloop itself is wrong. It is never caught inside the project: a process whose state cannot be trusted must not go on. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * States what must be true of our own code; what the world does wrong is a coded error instead (errors.ts).
 * The message is a constant, so that a check on a hot path costs one branch.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(`${message} (a bug in edgeloop, please report it)`);
}
