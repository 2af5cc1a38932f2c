import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { type DestinationStream, pino } from 'pino';
import type { prettyFactory as PrettyFactory } from 'pino-pretty';
import { LOG_BACKLOG_CHARACTERS } from '../limits.js';
import type { Log, LogDestination } from '../log.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import { type LogOptions, logOptions } from './log-options.js';
import { ComponentLog } from './component-log.js';
import { ComponentLevels, type LogLevels } from './log-levels.js';

const STANDARD_ERROR = 2;

export type CreateLogOptions = OptionsInput<typeof logOptions>;

/** A log, and the levels that can be changed while it is in use. */
export interface LeveledLog {
  readonly log: Log;
  readonly levels: LogLevels;
}

/**
 * Makes a log: JSON lines by pino, or on a terminal text for people. The level is EDGELOOP_LOG_LEVEL where none is given, and
 * "warn" without that. Text in the lines is capped, and what a terminal would obey in it is written out. Error: EL_OPTION_INVALID.
 */
export function createLog(options: CreateLogOptions = {}): LeveledLog {
  const { name, level, levels: own, ...where } = parseLogOptions(options);
  const levels = new ComponentLevels(level, own);
  // Errors come here as what is to be printed of them; pino has nothing to add.
  const serializers = { err: (error: unknown) => error };
  const logger = pino({ name, level: 'trace', serializers }, destinationOf(where));
  return { log: new ComponentLog(logger, levels, levels.of('default')), levels };
}

function parseLogOptions(options: CreateLogOptions): LogOptions {
  const level = process.env['EDGELOOP_LOG_LEVEL'];
  if (options.level !== undefined || level === undefined) return parseOptions(logOptions, options, 'createLog');
  return parseOptions(logOptions, { ...options, level }, 'createLog, with EDGELOOP_LOG_LEVEL');
}

function destinationOf({ format, destination }: Pick<LogOptions, 'format' | 'destination'>): DestinationStream {
  const stream = destination ?? standardError();
  const terminal = destination === undefined ? isatty(STANDARD_ERROR) : destination.isTTY === true;
  const pretty = format === 'pretty' || (format === 'auto' && terminal);
  return pretty ? prettyDestination(stream, terminal) : { write: (line) => void stream.write(line) };
}

/** Lines that a full disk does not take are kept up to a bound and written later; a server does not end for want of its log. */
function standardError(): LogDestination {
  return pino.destination({ dest: STANDARD_ERROR, sync: true, maxLength: LOG_BACKLOG_CHARACTERS }).on('error', () => {});
}

/** Only loaded where a person reads: it takes longer than all the rest of edgeloop. Colours: https://no-color.org. */
function prettyDestination(stream: LogDestination, terminal: boolean): DestinationStream {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as { prettyFactory: typeof PrettyFactory };
  const prettify = prettyFactory({ colorize: terminal && !process.env['NO_COLOR'], ignore: 'pid,hostname,name', singleLine: true });
  return { write: (line) => void stream.write(prettify(line)) };
}
