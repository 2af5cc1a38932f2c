/** What may be set of a log, as a zod schema. */
import { z } from 'zod';
import { LEVEL_NAMES, type LogDestination } from '../log.js';
import { COMPONENTS, isComponent } from './log-levels.js';

/** Checked here too, so that a configuration is refused as a whole, before anything of it is in force. */
const levels = z.record(z.string().min(1), z.enum(LEVEL_NAMES)).check(({ value, issues }) => {
  const strange = Object.keys(value).find((component) => !isComponent(component));
  if (strange !== undefined) issues.push({ code: 'custom', message: `must name components (${COMPONENTS.join(', ')} or plugin:NAME)`, input: strange });
});

export const logOptions = z.strictObject({
  level: z.enum(LEVEL_NAMES).default('warn').describe('The least level that is logged: of silent nothing is.'),
  levels: levels.default({}).describe(
    'Levels of components that have their own: admin, config, connection, plugin, plugin:NAME, reactor.',
  ),
  format: z.enum(['auto', 'json', 'pretty']).default('auto').describe('One JSON object a line, or text for people; auto: text on a terminal.'),
  /** Of the program; every line has it. */
  name: z.string().min(1).default('edgeloop'),
  /** Default: standard error, written synchronously, so that the last words of a process are not lost. */
  destination: z.custom<LogDestination>((value) => typeof (value as LogDestination | null)?.write === 'function', 'must have a method write').optional(),
});

export type LogOptions = z.output<typeof logOptions>;
