import { DedicatedHost } from './host/dedicated.js';
import { EmbeddedHost } from './host/embedded.js';
import { nativeKernel } from './kernel/native-kernel.js';
import { EdgeloopError } from './errors.js';
import type { Log } from './log.js';
import { reactorOptions } from './options.js';
import { type OptionsInput, parseOptions } from './options-check.js';
import { Reactor } from './reactor.js';
import { createLog } from './telemetry/pino-log.js';

export type CreateReactorOptions = OptionsInput<typeof reactorOptions> & {
  /** Where to report to: a log by `createLog`, or any pino logger. Default: warnings and errors on standard error. */
  log?: Log;
};

/**
 * Makes a reactor on this thread.
 * Errors: EL_OPTION_INVALID; EL_LIBRARY_MISSING, EL_LIBRARY_MISMATCH or EL_PLATFORM_UNSUPPORTED when the native library cannot be used.
 */
export function createReactor({ log = createLog().log, ...options }: CreateReactorOptions = {}): Reactor {
  const parsed = parseOptions(reactorOptions, options, 'createReactor');
  checkLog(log);
  const host = parsed.loop === 'dedicated' ? new DedicatedHost() : new EmbeddedHost();
  return new Reactor({ kernel: nativeKernel(), host, log }, parsed);
}

const LOG_METHODS = ['error', 'warn', 'info', 'debug', 'child', 'isLevelEnabled'] as const satisfies readonly (keyof Log)[];

/** Now, for it would be missed in the middle of a failure. */
function checkLog(log: Partial<Log>): void {
  const missing = LOG_METHODS.filter((method) => typeof log[method] !== 'function');
  if (missing.length === 0) return;
  throw new EdgeloopError('EL_OPTION_INVALID', `createReactor: "log" lacks ${missing.join(', ')}; give it a log by createLog, or a pino logger`);
}
