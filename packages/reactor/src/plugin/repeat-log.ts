import { MAX_REPEAT_KINDS, REPEAT_LOG_MS } from '../limits.js';
import type { FloodLog, Log, LogEvent, LogLevel } from '../log.js';

/** The fields of a line that may repeat itself. */
export interface RepeatFields {
  readonly event: LogEvent;
  readonly [field: string]: unknown;
}

/** What happened again and again since the first line was written, and the last time that it did. */
interface Repeat {
  readonly level: LogLevel;
  fields: RepeatFields;
  message: string;
  /** Since the last line. */
  count: number;
  timer: NodeJS.Timeout;
}

/**
 * Writes what may come in floods. Of each kind the first is told at once, those that follow once a second: the line is that
 * of the last of them, and its `count` tells for how many it stands. So nothing is left out of the account, and a flood
 * stays a few lines.
 */
export class RepeatLog implements FloodLog {
  /** For what comes one at a time. */
  readonly log: Log;
  /** The kinds that a line was written of in the last second. */
  readonly #repeats = new Map<string, Repeat>();

  constructor(log: Log) {
    this.log = log;
  }

  note(level: LogLevel, kind: string, fields: RepeatFields, message: string): void {
    if (!this.log.isLevelEnabled(level)) return;
    const key = this.#keyOf(fields.event, kind);
    const repeat = this.#repeats.get(key);
    if (repeat === undefined) this.#begin(key, level, fields, message);
    else {
      repeat.count++;
      repeat.fields = fields;
      repeat.message = message;
    }
  }

  /** Tells what has been counted and not told yet. */
  flush(): void {
    for (const repeat of this.#repeats.values()) {
      clearTimeout(repeat.timer);
      this.#tell(repeat);
    }
    this.#repeats.clear();
  }

  /** A peer may have influence on the kind, and so on how many there are: those beyond the bound share one for each event. */
  #keyOf(event: LogEvent, kind: string): string {
    const key = `${event} ${kind}`;
    return this.#repeats.has(key) || this.#repeats.size < MAX_REPEAT_KINDS ? key : event;
  }

  #begin(key: string, level: LogLevel, fields: RepeatFields, message: string): void {
    this.log[level](fields, message);
    this.#repeats.set(key, { level, fields, message, count: 0, timer: this.#wait(key) });
  }

  /** By Node's timer, and not the loop's: the promise of a handler may be rejected when the loop is closed already. */
  #wait(key: string): NodeJS.Timeout {
    return setTimeout(() => this.#due(key), REPEAT_LOG_MS).unref();
  }

  #due(key: string): void {
    const repeat = this.#repeats.get(key) as Repeat;
    if (repeat.count === 0) this.#repeats.delete(key);
    else {
      this.#tell(repeat);
      repeat.count = 0;
      repeat.timer = this.#wait(key);
    }
  }

  #tell({ level, fields, message, count }: Repeat): void {
    if (count === 1) this.log[level](fields, message);
    else if (count > 1) this.log[level]({ ...fields, count }, `${message} (${count} times since the line before)`);
  }
}
