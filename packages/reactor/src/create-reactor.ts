import { DedicatedHost } from './host/dedicated.js';
import { EmbeddedHost } from './host/embedded.js';
import { nativeKernel } from './kernel/native-kernel.js';
import type { Log } from './log.js';
import { type OptionsInput, parseOptions, reactorOptions } from './options.js';
import { Reactor } from './reactor.js';
import { pinoLog } from './telemetry/pino-log.js';

export type CreateReactorOptions = OptionsInput<typeof reactorOptions> & {
  /** Where to report to; any pino logger will do. Default: warnings and errors as JSON lines on standard error. */
  log?: Log;
};

/**
 * Makes a reactor on this thread.
 * Errors: EL_OPTION_INVALID; EL_LIBRARY_MISSING, EL_LIBRARY_MISMATCH or EL_PLATFORM_UNSUPPORTED when the native library cannot be used.
 */
export function createReactor({ log = pinoLog(), ...options }: CreateReactorOptions = {}): Reactor {
  const parsed = parseOptions(reactorOptions, options, 'createReactor');
  const host = parsed.loop === 'dedicated' ? new DedicatedHost() : new EmbeddedHost();
  return new Reactor({ kernel: nativeKernel(), host, log }, parsed);
}
