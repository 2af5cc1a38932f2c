const INTERVAL_MS = 250;
const CLEAR = '\u001B[K';
const COUNT = new Intl.NumberFormat('en-US');
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];
const PER_UNIT = 1000;

/** A line on a terminal that says how far long work has come; nothing where standard error is no terminal. */
export class Progress {
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startedMs = performance.now();
  #shownMs = 0;

  /** `line` is asked for what to show, now and then; work that keeps the loop says it itself, by `show`. */
  constructor(line?: () => string) {
    if (line !== undefined && process.stderr.isTTY) this.#timer = setInterval(() => this.show(line()), INTERVAL_MS);
  }

  get seconds(): string {
    return `${((performance.now() - this.#startedMs) / 1000).toFixed(1)} s`;
  }

  /** Shows a line, unless the last one is too young. */
  show(line: string): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#shownMs < INTERVAL_MS / 2) return;
    this.#shownMs = nowMs;
    // The one before may have been longer.
    process.stderr.write(`\r${line}${CLEAR}`);
  }

  /** The line is gone; may be called twice. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#shownMs > 0) process.stderr.write(`\r${CLEAR}`);
    this.#shownMs = 0;
  }
}

/** `1 key`, `5,000,000 keys`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? noun : plural}`;
}

/** `1 byte`, `4.7 MB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return power === 0 ? counted(bytes, 'byte') : `${(bytes / PER_UNIT ** power).toFixed(1)} ${UNITS[power]}`;
}

/** `12 %`, of a total that may have grown meanwhile. */
export function percentText(done: number, total: number): string {
  return total === 0 ? '' : `${Math.min(100, Math.floor((done / total) * 100))} %`;
}
