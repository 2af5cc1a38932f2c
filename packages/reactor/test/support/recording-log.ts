import type { Log } from '../../src/log.js';

export interface LogEntry {
  readonly level: keyof Log;
  readonly message: string;
  readonly event?: string;
  readonly hook?: string;
  readonly plugin?: string;
  readonly connection?: number;
  readonly err?: Error & { code?: string };
}

/** A log that remembers what it was told. */
export class RecordingLog implements Log {
  readonly entries: LogEntry[] = [];
  readonly error = this.#recorder('error');
  readonly warn = this.#recorder('warn');
  readonly info = this.#recorder('info');
  readonly debug = this.#recorder('debug');

  of(event: string): LogEntry[] {
    return this.entries.filter((entry) => entry.event === event);
  }

  #recorder(level: keyof Log) {
    return (fields: object, message: string): void => {
      this.entries.push({ ...fields, level, message });
    };
  }
}
