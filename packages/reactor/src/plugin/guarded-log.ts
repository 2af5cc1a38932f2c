import type { Log, LogLevel } from '../log.js';

/**
 * A log that does not throw, as one does whose destination was closed before the reactor: that would stop the loop in the
 * middle of a batch, for good. A line that cannot be written is lost, and the first of them is told as a warning of the process.
 */
export class GuardedLog implements Log {
  readonly #log: Log;
  /** Shared with the children: one warning is enough. */
  readonly #told: { yet: boolean };

  constructor(log: Log, told = { yet: false }) {
    this.#log = log;
    this.#told = told;
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  child(bindings: object): Log {
    return new GuardedLog(this.#log.child(bindings), this.#told);
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.#log.isLevelEnabled(level);
  }

  #write(level: LogLevel, fields: object, message: string): void {
    try {
      this.#log[level](fields, message);
    } catch (error) {
      if (!this.#told.yet) process.emitWarning(`the log cannot be written, and lines are lost: ${String(error)}`, 'EdgeloopWarning');
      this.#told.yet = true;
    }
  }
}
