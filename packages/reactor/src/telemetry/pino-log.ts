import { pino } from 'pino';
import type { Log } from '../log.js';

/** The default log: pino's JSON lines on standard error, from level "warn" up. EDGELOOP_LOG_LEVEL sets another level. */
export function pinoLog(): Log {
  const level = process.env['EDGELOOP_LOG_LEVEL'] ?? 'warn';
  return pino({ name: 'edgeloop', level }, pino.destination({ dest: 2, sync: true }));
}
