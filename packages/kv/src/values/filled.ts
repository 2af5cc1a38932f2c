/** A collection after `fill` has filled it. If that fails, nothing of it is left. */
export function filled<Result extends { dispose(budget: number): boolean }>(result: Result, fill: (result: Result) => void): Result {
  try {
    fill(result);
  } catch (error) {
    result.dispose(Number.POSITIVE_INFINITY);
    throw error;
  }
  return result;
}
