const INTERVAL_MS = 250;
const COUNT = new Intl.NumberFormat('en-US');
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];
const PER_UNIT = 1000;

/** A line on a terminal that says how far long work has come; nothing where standard error is no terminal. */
export class Progress {
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startedMs = performance.now();

  /** `line` is asked for what to show, now and then. */
  constructor(line: () => string) {
    // The rest of the line is blanked, as the one before may have been longer.
    if (process.stderr.isTTY) this.#timer = setInterval(() => process.stderr.write(`\r${line()}\u001B[K`), INTERVAL_MS);
  }

  get seconds(): string {
    return `${((performance.now() - this.#startedMs) / 1000).toFixed(1)} s`;
  }

  /** The line is gone; may be called twice. */
  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    process.stderr.write('\r\u001B[K');
  }
}

/** `1 key`, `5,000,000 keys`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? noun : plural}`;
}

export function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${unit === 0 ? bytes : (bytes / PER_UNIT ** unit).toFixed(1)} ${UNITS[unit]}`;
}

/** `12 %`, of a total that may have grown meanwhile. */
export function percentText(done: number, total: number): string {
  return total === 0 ? '' : `${Math.min(100, Math.floor((done / total) * 100))} %`;
}
