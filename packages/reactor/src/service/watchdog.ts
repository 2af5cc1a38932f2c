import { inspect } from 'node:util';
import { EdgeloopError } from '../errors.js';

const USEC_PER_MS = 1000;

/**
 * How often a supervisor wants to hear that we are alive: twice in each WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
 * Undefined where it does not want to, or WATCHDOG_PID says that it means another process. Error: EL_OPTION_INVALID.
 */
export function watchdogPeriodMs({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: NodeJS.ProcessEnv): number | undefined {
  if (usec === undefined || (pid !== undefined && pid !== String(process.pid))) return undefined;
  if (!/^[1-9]\d{0,15}$/.test(usec)) {
    throw new EdgeloopError('EL_OPTION_INVALID', `WATCHDOG_USEC must be a whole number of microseconds from 1 on, of 16 digits at most, not ${inspect(usec)}`);
  }
  return Math.max(1, Math.floor(Number(usec) / 2 / USEC_PER_MS));
}
