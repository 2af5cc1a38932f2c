import { type Hash, createHash } from 'node:crypto';

/** What happens in a run, line by line with the virtual time, and a hash of it: two runs of one seed have the same. */
export class Trace {
  readonly #write: (line: string) => void;
  readonly #nowMs: () => number;
  readonly #hash: Hash = createHash('sha256');
  #lines = 0;

  constructor(write: (line: string) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
  }

  get lines(): number {
    return this.#lines;
  }

  line(text: string): void {
    const line = `${this.#nowMs().toFixed(6).padStart(14)}  ${text}`;
    this.#hash.update(line).update('\n');
    this.#lines++;
    this.#write(line);
  }

  /** Says which run this was. Ends the trace. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }
}
