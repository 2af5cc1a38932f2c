/** What may be set of a log, as a zod schema. */
import { z } from 'zod';
import { LEVEL_NAMES, type LogDestination } from '../log.js';

export const logOptions = z.strictObject({
  /** Lines of this level and of those above it are written; of 'silent' none. */
  level: z.enum(LEVEL_NAMES).default('warn'),
  /** The levels of components that have their own: admin, config, connection, plugin, `plugin:NAME`, reactor. */
  levels: z.record(z.string(), z.enum(LEVEL_NAMES)).default({}),
  /** Lines for machines or for people; 'auto': for people where the destination is a terminal. */
  format: z.enum(['auto', 'json', 'pretty']).default('auto'),
  /** Default: standard error, written synchronously, so that the last words of a process are not lost. */
  destination: z.custom<LogDestination>((value) => typeof (value as LogDestination | null)?.write === 'function', 'must have a method write').optional(),
});

export type LogOptions = z.output<typeof logOptions>;
