import { ERROR_CODES, EdgeloopError, type ErrorCode, codeOf } from '../errors.js';
import type { ErrorReport } from './worker-data.js';

/** What is told of an error to another thread, for which only plain objects keep their fields. */
export function errorReport(error: unknown): ErrorReport {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, code: codeOf(error), stack };
}

/** The error that it was, as far as it was one of ours; any other has ended the worker. */
export function reportedError({ message, code, stack }: ErrorReport): Error {
  const known = (ERROR_CODES as readonly string[]).includes(code);
  const error = new EdgeloopError(known ? (code as ErrorCode) : 'EL_WORKER_FAILED', message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
